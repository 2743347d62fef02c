"""What readers write under stories, in threads; what other readers and the moderators do about it."""

from newsapp.comments import letters, waiting
from newsapp.comments.checks import Refused, Sender, Twin, forget_networks, is_open, read_first, revise, submit
from newsapp.comments.index import STATES, CommentText
from newsapp.comments.models import (
    WHY_HELD,
    Comment,
    CommentsClosed,
    DecidedMeanwhile,
    Mute,
    NotAllowed,
    Recommendation,
    Thread,
    mute,
    post,
    stop_reply_mail,
    take_turn,
)
from newsapp.comments.people import Measure, PersonNote, Sanction, ban, note, premoderate, suspend, warn
from newsapp.comments.printing import drawn
from newsapp.comments.reports import REASONS, Appeal, Report, appeal, report, reported
from newsapp.comments.threads import PER_PAGE, Takes, ThreadPage, takes, thread_page
from newsapp.comments.wordlist import ListedWord, RejectionReason, add_reason, add_word, found_in, tried

__all__ = [
    "PER_PAGE",
    "REASONS",
    "STATES",
    "WHY_HELD",
    "Appeal",
    "Comment",
    "CommentText",
    "CommentsClosed",
    "DecidedMeanwhile",
    "ListedWord",
    "Measure",
    "Mute",
    "NotAllowed",
    "PersonNote",
    "Recommendation",
    "Refused",
    "RejectionReason",
    "Report",
    "Sanction",
    "Sender",
    "Takes",
    "Thread",
    "ThreadPage",
    "Twin",
    "add_reason",
    "add_word",
    "appeal",
    "ban",
    "drawn",
    "forget_networks",
    "found_in",
    "is_open",
    "letters",
    "mute",
    "note",
    "post",
    "premoderate",
    "read_first",
    "report",
    "reported",
    "revise",
    "stop_reply_mail",
    "submit",
    "suspend",
    "take_turn",
    "takes",
    "thread_page",
    "tried",
    "waiting",
    "warn",
]
