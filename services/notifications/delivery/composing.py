"""From a notice to the e-mail or the letter it becomes (pure)."""

from dataclasses import dataclass
from email.message import EmailMessage

from contracts.accounts import Contact, ContactRole
from contracts.billing import BillIssued
from contracts.notices import NoticeKind
from services.notifications.documents import (
    AddressedBill,
    Letter,
    Letterhead,
    Recipient,
    Sending,
    Templates,
    bill_email,
    event_of,
    letter_email,
)
from services.notifications.documents.letterhead import Language
from services.notifications.policy import NotificationsPolicy
from services.notifications.queueing import OCCUPANT
from services.notifications.store import ToTell


@dataclass(frozen=True)
class Style:
    """How the town writes: its policy with the letterhead, and its templates."""

    policy: NotificationsPolicy
    templates: Templates

    @property
    def letterhead(self) -> Letterhead:
        """The town's own values on everything."""
        return self.policy.letterhead


def person_told(telling: ToTell) -> Contact | None:
    """The one a notice goes to; None for a copy whose person has left the account, and for an occupant.

    What the customer is told goes to whoever is responsible now, whoever that was when it was queued.
    """
    contacts = telling.contact.contacts
    if telling.notice.role == ContactRole.RESPONSIBLE:
        return next((one for one in contacts if one.role == ContactRole.RESPONSIBLE), contacts[0])
    return next((one for one in contacts if one.person_id == telling.notice.person_id), None)


def recipient_of(telling: ToTell, style: Style) -> Recipient | None:
    """Whom it goes to, with their addresses; None if there is nobody any more."""
    person = person_told(telling)
    if person is not None:
        return Recipient.of(telling.contact, person)
    return _occupant(telling, style) if telling.notice.role == OCCUPANT else None


def _occupant(telling: ToTell, style: Style) -> Recipient:
    """Whoever lives at the premise; in the customer's language, for want of a better guess."""
    contact = telling.contact
    known: Language = "es" if contact.contacts[0].language == "es" else "en"
    return Recipient(
        account_number=contact.number,
        name=style.templates.wording(known).say("occupant.name"),
        mailing=contact.service_address,
        service_address=contact.service_address,
        language=known,
    )


def email_of(telling: ToTell, recipient: Recipient, style: Style, sending: Sending) -> EmailMessage:
    """The e-mail of a notice. Raises NoEmailAddressError."""
    if telling.notice.kind == NoticeKind.BILL:
        bill = BillIssued.model_validate_json(telling.notice.source)
        return bill_email(bill, recipient, style.letterhead, sending, style.templates)
    return letter_email(letter_of(telling, recipient, style), style.letterhead, sending, style.templates)


def letter_of(telling: ToTell, recipient: Recipient, style: Style) -> Letter:
    """The letter that a notice becomes."""
    notice = telling.notice
    kind = NoticeKind(notice.kind)
    return Letter(
        kind,
        event_of(kind, notice.source),
        recipient,
        bilingual=kind in style.policy.both_languages,
        copied=notice.role not in (ContactRole.RESPONSIBLE, ContactRole.CO_RESPONSIBLE, OCCUPANT),
    )


def bill_of(telling: ToTell, recipient: Recipient) -> AddressedBill:
    """A bill with its recipient, for the mailing house."""
    return AddressedBill(BillIssued.model_validate_json(telling.notice.source), recipient)
