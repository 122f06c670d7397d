"""What collections has heard, as its tables keep it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.collections.timeline.case import Case
from services.collections.timeline.served import Delivery, served_on
from services.collections.timeline.standing import ZERO, Hold, Paid, Point, Standing
from tests.collections.interleaved.notices import PERSON

POINT = UUID(int=3)


@dataclass
class Facts:
    """Kept as they came, in whatever order; `standing` says what they mean on a day."""

    balance: dict[str, Any] = field(default_factory=lambda: {"version": 0})
    paid: dict[int, Paid] = field(default_factory=dict)
    returned: set[int] = field(default_factory=set)
    pendings: dict[int, date] = field(default_factory=dict)
    settled_pendings: set[int] = field(default_factory=set)
    holds: list[Hold] = field(default_factory=list)
    held: bool = False
    deliveries: dict[UUID, list[Delivery]] = field(default_factory=lambda: defaultdict(list))

    def standing(self, case: Case | None, day: date) -> Standing:
        live = [until for one, until in self.pendings.items() if one not in self.settled_pendings and until >= day]
        known = self.balance
        return Standing(
            items=known.get("items", ()),
            past_due=known.get("past_due", ZERO),
            owed=known.get("owed", ZERO),
            payments_through=known.get("through", 0),
            last_payment_seq=max(self.paid, default=0),
            payments=tuple(one for seq, one in self.paid.items() if seq not in self.returned),
            pending_until=max(live, default=None),
            holds=tuple(one for one in self.holds if one.until is None or one.until >= day),
            sheltered=self.held,
            served=served_on(self.deliveries[case.id], PERSON) if case else None,
            points=(Point("water", POINT),),
        )
