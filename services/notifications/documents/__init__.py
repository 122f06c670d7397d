"""Bills, letters and e-mails as documents: pure functions from events and town values to bytes and messages."""

from services.notifications.documents.bills import AddressedBill, render_bill
from services.notifications.documents.charges import BillDoesNotAddUpError
from services.notifications.documents.emails import (
    NoEmailAddressError,
    Sending,
    bill_email,
    high_usage_email,
    message_id,
    reminder_email,
)
from services.notifications.documents.letterhead import Letterhead, LocalText
from services.notifications.documents.letters import render_high_usage, render_reminder
from services.notifications.documents.mailing import Mailing, MailingTotals, mailing_files, render_mailing
from services.notifications.documents.proof import prove
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.templates import TemplateError, Templates, standard_templates, town_templates

__all__ = [
    "AddressedBill",
    "BillDoesNotAddUpError",
    "Letterhead",
    "LocalText",
    "Mailing",
    "MailingTotals",
    "NoEmailAddressError",
    "Recipient",
    "Sending",
    "TemplateError",
    "Templates",
    "bill_email",
    "high_usage_email",
    "mailing_files",
    "message_id",
    "prove",
    "reminder_email",
    "render_bill",
    "render_high_usage",
    "render_mailing",
    "render_reminder",
    "standard_templates",
    "town_templates",
]
