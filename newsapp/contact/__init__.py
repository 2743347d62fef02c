"""What readers tell the newsroom: messages, errors that they found in a story, and what became of them."""

from newsapp.contact.messages import Message, send_message, tidy
from newsapp.contact.models import OUTCOMES, ErrorReport, Settled, report_error

__all__ = ["OUTCOMES", "ErrorReport", "Message", "Settled", "report_error", "send_message", "tidy"]
