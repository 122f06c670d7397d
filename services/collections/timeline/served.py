"""When a shutoff notice was served (pure): from what came back of it by mail and e-mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Delivery:
    """One way a notice went to one person: when it left, and whether it was heard later that it did not arrive."""

    notice_id: UUID
    channel: str
    person_id: UUID
    sent_on: date | None
    failed: bool


def served_on(deliveries: Iterable[Delivery], responsible: UUID | None) -> date | None:
    """The day the responsible person was served; None while they were not.

    A bounce is no service, whenever it is heard of; paper that is sent instead counts from its own day.
    """
    days = [one.sent_on for one in deliveries if one.person_id == responsible and one.sent_on and not one.failed]
    return min(days, default=None)
