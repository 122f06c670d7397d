"""Bills, letters and e-mails as documents: pure functions from events and town values to bytes and messages."""

from services.notifications.documents.bills import AddressedBill, render_bill
from services.notifications.documents.charges import BillDoesNotAddUpError
from services.notifications.documents.emails import (
    NoEmailAddressError,
    Sending,
    bill_email,
    letter_email,
    message_id,
)
from services.notifications.documents.letterhead import Letterhead, LocalText
from services.notifications.documents.letters import (
    CARDS_PER_SHEET,
    card_pages,
    letter_pages,
    render_cards,
    render_letter,
)
from services.notifications.documents.mailing import Mailing, MailingTotals, mailing_files, render_mailing
from services.notifications.documents.matters import KINDS, Letter, event_of
from services.notifications.documents.newcomer import NewAccount
from services.notifications.documents.proof import prove
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.templates import TemplateError, Templates, standard_templates, town_templates

__all__ = [
    "CARDS_PER_SHEET",
    "KINDS",
    "AddressedBill",
    "BillDoesNotAddUpError",
    "Letter",
    "Letterhead",
    "LocalText",
    "Mailing",
    "MailingTotals",
    "NewAccount",
    "NoEmailAddressError",
    "Recipient",
    "Sending",
    "TemplateError",
    "Templates",
    "bill_email",
    "card_pages",
    "event_of",
    "letter_email",
    "letter_pages",
    "mailing_files",
    "message_id",
    "prove",
    "render_bill",
    "render_cards",
    "render_letter",
    "render_mailing",
    "standard_templates",
    "town_templates",
]
