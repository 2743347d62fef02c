"""What readers write under stories, in threads; what other readers and the moderators do about it."""

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
)
from newsapp.comments.people import Measure, PersonNote, Sanction, ban, note, premoderate, suspend, warn
from newsapp.comments.reports import REASONS, Appeal, Report, appeal, report, reported
from newsapp.comments.threads import PER_PAGE, ThreadPage, thread_page
from newsapp.comments.wordlist import ListedWord, RejectionReason, add_reason, add_word, found_in, tried

__all__ = [
    "PER_PAGE",
    "REASONS",
    "WHY_HELD",
    "Appeal",
    "Comment",
    "CommentsClosed",
    "DecidedMeanwhile",
    "ListedWord",
    "Measure",
    "Mute",
    "NotAllowed",
    "PersonNote",
    "Recommendation",
    "RejectionReason",
    "Report",
    "Sanction",
    "Thread",
    "ThreadPage",
    "add_reason",
    "add_word",
    "appeal",
    "ban",
    "found_in",
    "mute",
    "note",
    "post",
    "premoderate",
    "report",
    "reported",
    "suspend",
    "thread_page",
    "tried",
    "warn",
]
