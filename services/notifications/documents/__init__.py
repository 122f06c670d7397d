"""Bills, letters and e-mails as documents: pure functions from events and town values to bytes and messages."""

from services.notifications.documents.bills import AddressedBill, render_bill
from services.notifications.documents.charges import BillDoesNotAddUpError
from services.notifications.documents.letterhead import Letterhead, LocalText
from services.notifications.documents.mailing import Mailing, MailingTotals, mailing_files, render_mailing
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.templates import TemplateError, Templates, standard_templates, town_templates

__all__ = [
    "AddressedBill",
    "BillDoesNotAddUpError",
    "Letterhead",
    "LocalText",
    "Mailing",
    "MailingTotals",
    "Recipient",
    "TemplateError",
    "Templates",
    "mailing_files",
    "render_bill",
    "render_mailing",
    "standard_templates",
    "town_templates",
]
