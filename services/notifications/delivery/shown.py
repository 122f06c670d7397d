"""A delivery as the office sees it (pure)."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from contracts.accounts import ContactChanged
from services.notifications.queueing import OCCUPANT
from services.notifications.tables import AccountContact, MailingFile, Notice


class Delivery(BaseModel):
    """What one person was told by one channel, what became of it, and the proof.

    Proof of an e-mail is its `message_id`, with the mail server's `receipt`; of paper the `file` it was printed in and
    the day the mailing house confirmed. A `copy` is for information. `instead_of` is the delivery that failed before.
    """

    notice_id: UUID
    account: str | None
    kind: str
    about: UUID
    person_id: UUID | None
    name: str | None
    role: str
    copy_for_information: bool
    channel: str
    state: str
    business_date: date
    sent_date: date | None
    sent_at: datetime | None
    message_id: str | None
    receipt: str | None
    file: str | None
    reason: str | None
    attempts: int
    instead_of: UUID | None


def shown(notice: Notice, contact: AccountContact | None, file: MailingFile | None) -> Delivery:
    """A delivery from its rows; names are left out of those whose people were erased."""
    kept = notice.model_dump(include=set(Delivery.model_fields))
    return Delivery(
        **kept,
        account=contact.number if contact else None,
        name=_name(notice, contact),
        copy_for_information=notice.is_copy,
    )


def _name(notice: Notice, contact: AccountContact | None) -> str | None:
    if notice.role == OCCUPANT:
        return "occupant"
    if contact is None or contact.contact is None:
        return None
    people = ContactChanged.model_validate(contact.contact).contacts
    return next((one.name for one in people if one.person_id == notice.person_id), None)
