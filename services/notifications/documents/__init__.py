"""Bills, letters and e-mails as documents: pure functions from events and town values to bytes and messages."""

from services.notifications.documents.bills import render_bill
from services.notifications.documents.charges import BillDoesNotAddUpError
from services.notifications.documents.letterhead import Letterhead, LocalText
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.templates import TemplateError, Templates, standard_templates, town_templates

__all__ = [
    "BillDoesNotAddUpError",
    "Letterhead",
    "LocalText",
    "Recipient",
    "TemplateError",
    "Templates",
    "render_bill",
    "standard_templates",
    "town_templates",
]
