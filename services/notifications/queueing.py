"""What is to be told to whom, by which channel (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any
from uuid import UUID

from chassis.received import Received
from contracts.accounts import ContactChanged, ContactRole
from contracts.ids import derived_id
from contracts.notices import NoticeChannel, NoticeKind
from services.notifications.documents import NewAccount
from services.notifications.policy import NotificationsPolicy

OCCUPANT = "occupant"
"""The role of whoever lives at a premise and is not the customer; nobody knows their name."""

ON_PAPER = frozenset({NoticeKind.DOOR_HANGER})
"""What no mail server can deliver."""


@dataclass(frozen=True)
class Telling:
    """One event that an account is to be told of. `about` is the bill, the case, the order, the payment or the read."""

    kind: NoticeKind
    about: UUID
    account_id: UUID
    message: Received[Any]

    @cached_property
    def notice_id(self) -> UUID:
        """One notice for each thing told, however often the event comes."""
        return derived_id("notice", self.kind, self.about)


@dataclass(frozen=True)
class Reach:
    """How an account is reached; the whole contact only where others than the customer may be told."""

    ebill: bool
    responsible: UUID | None
    contact: ContactChanged | None = None


@dataclass(frozen=True)
class Delivery:
    """One way of telling one person; a copy is not what the customer is told by."""

    notice_id: UUID
    channel: NoticeChannel
    person_id: UUID | None
    role: str = ContactRole.RESPONSIBLE
    is_copy: bool = False


def told_to_others(kind: NoticeKind, policy: NotificationsPolicy | None) -> bool:
    """Whether a letter of this kind may go to more people than the customer."""
    return policy is not None and (kind in policy.copies or kind in policy.occupants)


def deliveries(kind: NoticeKind, about: UUID, reach: Reach, policy: NotificationsPolicy | None) -> Iterator[Delivery]:
    """Everyone who is told: the customer first, by e-mail or on paper or both, then those who get a copy."""
    channel = channel_of(kind, reach.ebill)
    paper_too = policy is not None and channel == NoticeChannel.EMAIL and kind in policy.paper_always
    yield Delivery(derived_id("notice", kind, about), channel, reach.responsible, is_copy=paper_too)
    if paper_too:
        yield Delivery(paper_id(kind, about), NoticeChannel.PAPER, reach.responsible)
    if policy is not None and reach.contact is not None:
        yield from _others(kind, about, reach.contact, policy)


def paper_id(kind: str, about: UUID) -> UUID:
    """The customer's paper has one id, whether it was queued with the e-mail or after that failed."""
    return derived_id("notice", kind, about, "paper")


def _others(kind: NoticeKind, about: UUID, contact: ContactChanged, policy: NotificationsPolicy) -> Iterator[Delivery]:
    roles = next((roles for copied, roles in policy.copies.items() if copied == kind), ())
    for one in contact.contacts:
        if one.role in roles:
            notice_id = derived_id("notice", kind, about, one.person_id)
            yield Delivery(notice_id, NoticeChannel.PAPER, one.person_id, str(one.role), is_copy=True)
    if kind in policy.occupants and lives_elsewhere(contact):
        notice_id = derived_id("notice", kind, about, OCCUPANT)
        yield Delivery(notice_id, NoticeChannel.PAPER, None, OCCUPANT, is_copy=True)


def lives_elsewhere(contact: ContactChanged) -> bool:
    """Whether the customer's mail goes to another place than the premise: then others may live there."""
    customer = next((one for one in contact.contacts if one.role == ContactRole.RESPONSIBLE), None)
    if customer is None:
        return False
    here, there = contact.service_address, customer.mailing
    return (here.line1.casefold(), here.zip_code[:5]) != (there.line1.casefold(), there.zip_code[:5])


def channel_of(kind: NoticeKind, ebill: bool) -> NoticeChannel:
    """Customers of e-bill are told by e-mail, the others on paper."""
    return NoticeChannel.EMAIL if ebill and kind not in ON_PAPER else NoticeChannel.PAPER


def notice_rows(
    telling: Telling, reach: Reach, policy: NotificationsPolicy | None, taken_back: bool
) -> Iterator[dict[str, object]]:
    """Notices as their table has them: queued, unless what they tell of was taken back."""
    message = telling.message
    told = {
        "content_hash": message.body_hash,
        "kind": str(telling.kind),
        "about": telling.about,
        "account_id": telling.account_id,
        "state": "cancelled" if taken_back else "queued",
        "source": message.raw.value,
        "trace": message.trace,
        "business_date": message.event.business_date,
    }
    return (told | _row(one) for one in deliveries(telling.kind, telling.about, reach, policy))


def welcome_rows(
    account: NewAccount, trace: str, reach: Reach, policy: NotificationsPolicy
) -> Iterator[dict[str, object]]:
    """A welcome, whose source is not one event but what is known of the account."""
    source = account.model_dump_json().encode()
    told = {
        "content_hash": blake2b(source, digest_size=16).digest(),
        "kind": str(NoticeKind.WELCOME),
        "about": account.account_id,
        "account_id": account.account_id,
        "state": "queued",
        "source": source,
        "trace": trace,
        "business_date": account.business_date,
    }
    return (told | _row(one) for one in deliveries(NoticeKind.WELCOME, account.account_id, reach, policy))


def _row(one: Delivery) -> dict[str, object]:
    return {
        "notice_id": one.notice_id,
        "channel": str(one.channel),
        "person_id": one.person_id,
        "role": one.role,
        "is_copy": one.is_copy,
    }
