"""What is to be told to whom, by which channel (pure)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from chassis.received import Received
from contracts.ids import derived_id
from contracts.notices import NoticeChannel, NoticeKind


@dataclass(frozen=True)
class Telling:
    """One event that an account is to be told of. `about` is the bill, the case or the read."""

    kind: NoticeKind
    about: UUID
    account_id: UUID
    message: Received[Any]

    @cached_property
    def notice_id(self) -> UUID:
        """One notice for each thing told, however often the event comes."""
        return derived_id("notice", self.kind, self.about)


def channel_of(ebill: bool) -> NoticeChannel:
    """Customers of e-bill are told by e-mail, the others on paper."""
    return NoticeChannel.EMAIL if ebill else NoticeChannel.PAPER


def notice_row(telling: Telling, ebill: bool, taken_back: bool) -> dict[str, object]:
    """A notice as its table has it: queued, unless what it tells of was taken back."""
    return {
        "notice_id": telling.notice_id,
        "content_hash": telling.message.body_hash,
        "kind": str(telling.kind),
        "about": telling.about,
        "account_id": telling.account_id,
        "channel": str(channel_of(ebill)),
        "state": "cancelled" if taken_back else "queued",
        "source": telling.message.raw.value,
        "trace": telling.message.trace,
        "business_date": telling.message.event.business_date,
    }
