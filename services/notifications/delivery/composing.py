"""From a notice to the e-mail or the letter it becomes (pure)."""

from dataclasses import dataclass
from email.message import EmailMessage

from contracts.accounts import Contact, ContactRole
from contracts.billing import BillIssued
from contracts.delinquency import AccountDelinquent
from contracts.metering import UsageFlagged
from contracts.notices import NoticeKind
from services.notifications.documents import (
    AddressedBill,
    Letterhead,
    Recipient,
    Sending,
    Templates,
    bill_email,
    high_usage_email,
    reminder_email,
    render_high_usage,
    render_reminder,
)
from services.notifications.store import ToTell


@dataclass(frozen=True)
class Style:
    """How the town writes: its letterhead and its templates."""

    letterhead: Letterhead
    templates: Templates


def person_told(telling: ToTell) -> Contact:
    """The one a notice goes to: the responsible person."""
    contacts = telling.contact.contacts
    return next((one for one in contacts if one.role == ContactRole.RESPONSIBLE), contacts[0])


def recipient_of(telling: ToTell) -> Recipient:
    """That person with their addresses."""
    return Recipient.of(telling.contact, person_told(telling))


def email_of(telling: ToTell, style: Style, sending: Sending) -> EmailMessage:
    """The e-mail of a notice. Raises NoEmailAddressError."""
    recipient, source = recipient_of(telling), telling.notice.source
    match telling.notice.kind:
        case NoticeKind.BILL:
            bill = BillIssued.model_validate_json(source)
            return bill_email(bill, recipient, style.letterhead, sending, style.templates)
        case NoticeKind.REMINDER:
            case_step = AccountDelinquent.model_validate_json(source)
            return reminder_email(case_step, recipient, style.letterhead, sending, style.templates)
        case NoticeKind.HIGH_USAGE:
            flagged = UsageFlagged.model_validate_json(source)
            return high_usage_email(flagged, recipient, style.letterhead, sending, style.templates)
    raise ValueError(f"there is no e-mail for a notice of kind {telling.notice.kind}")


def letter_of(telling: ToTell, style: Style) -> bytes:
    """The letter of a notice that is no bill, as a PDF."""
    recipient, source = recipient_of(telling), telling.notice.source
    match telling.notice.kind:
        case NoticeKind.REMINDER:
            case_step = AccountDelinquent.model_validate_json(source)
            return render_reminder(case_step, recipient, style.letterhead, style.templates)
        case NoticeKind.HIGH_USAGE:
            flagged = UsageFlagged.model_validate_json(source)
            return render_high_usage(flagged, recipient, style.letterhead, style.templates)
    raise ValueError(f"there is no letter for a notice of kind {telling.notice.kind}")


def bill_of(telling: ToTell) -> AddressedBill:
    """A bill with its recipient, for the mailing house."""
    return AddressedBill(BillIssued.model_validate_json(telling.notice.source), recipient_of(telling))
