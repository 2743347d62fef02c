"""What readers tell the newsroom: errors that they found in a story, and what became of them."""

from newsapp.contact.models import OUTCOMES, ErrorReport, Settled, report_error

__all__ = ["OUTCOMES", "ErrorReport", "Settled", "report_error"]
