"""The newsletter: who gets it, its issues, and how they leave and come back."""

from newsapp.newsletter import digests, letters, links, lists, subscribers
from newsapp.newsletter.audience import Audience, Named, Receiver, Subscribers, Ways, audience, named, serve
from newsapp.newsletter.composing import compose, contents, shown_to
from newsapp.newsletter.issues import MOST_STORIES, CannotChange, Delivery, Issue, Progress, begin, progress
from newsapp.newsletter.returns import CannotRead, Returned, Taken, collect, take_in, tidy
from newsapp.newsletter.sending import send_due, send_trial
from newsapp.newsletter.subscribers import (
    Newsletter,
    Subscriber,
    Subscription,
    Suppression,
    ask,
    choose,
    confirm,
    forget_unanswered,
    found_newsletter,
    take_over,
)

__all__ = [
    "MOST_STORIES",
    "Audience",
    "CannotChange",
    "CannotRead",
    "Delivery",
    "Issue",
    "Named",
    "Newsletter",
    "Progress",
    "Receiver",
    "Returned",
    "Subscriber",
    "Subscribers",
    "Subscription",
    "Suppression",
    "Taken",
    "Ways",
    "ask",
    "audience",
    "begin",
    "choose",
    "collect",
    "compose",
    "confirm",
    "contents",
    "digests",
    "forget_unanswered",
    "found_newsletter",
    "letters",
    "links",
    "lists",
    "named",
    "progress",
    "send_due",
    "send_trial",
    "serve",
    "shown_to",
    "subscribers",
    "take_in",
    "take_over",
    "tidy",
]
