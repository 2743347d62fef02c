"""Mail that waits to leave: rows written with the change that they tell of, sent after its commit."""

from newsapp.outbox.carriers import Folder, NotNow, Refused, Smtp, Unreachable, Unsure
from newsapp.outbox.letters import Letter, composes, render
from newsapp.outbox.models import Mail, count_written, post, waiting, withdraw
from newsapp.outbox.sending import BACK_OFF, LETTER, init_app, send_due, tidy, written

__all__ = [
    "BACK_OFF",
    "LETTER",
    "Folder",
    "Letter",
    "Mail",
    "NotNow",
    "Refused",
    "Smtp",
    "Unreachable",
    "Unsure",
    "composes",
    "count_written",
    "init_app",
    "post",
    "render",
    "send_due",
    "tidy",
    "waiting",
    "withdraw",
    "written",
]
