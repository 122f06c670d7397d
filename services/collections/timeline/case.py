"""A case: how far it has gone, what its shutoff notice asked, and its orders. Its step follows from these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal
from uuid import UUID

from contracts.delinquency import Step
from contracts.orders import OrderKind

Ended = Literal["", "cured", "restored", "lapsed", "left_out"]


class OrderState(StrEnum):
    """How far an order is. A withdrawn one is answered all the same: cancelled, or completed too late."""

    REQUESTED = "requested"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Order:
    """An order to metering. `undoes` is, for a restoration, the disconnection it takes back."""

    id: UUID
    kind: OrderKind
    service_point_id: UUID
    service: str
    asked_on: date
    payments_through: int = 0
    state: OrderState = OrderState.REQUESTED
    undoes: UUID | None = None
    completed_at: datetime | None = None

    @property
    def answered(self) -> bool:
        """Whether metering said what became of it."""
        return self.state in (OrderState.COMPLETED, OrderState.CANCELLED)


@dataclass(frozen=True)
class Notice:
    """What a shutoff notice asked for and said. Water is not shut off for anything it does not name."""

    told_on: date
    asked: Decimal
    items: Mapping[UUID, Decimal]
    payments_through: int
    earliest: date


@dataclass(frozen=True)
class Case:
    """One time that an account fell behind.

    `letter` is the last step the customer was told of, `proposed` one that waits for a person. `opened_through` is the
    payment that was the last when it opened. `free`: the crew was too late, so the water comes back at no cost.
    """

    id: UUID
    account_id: UUID
    opened: date
    opened_through: int
    letter: Step | None = None
    taken_on: date | None = None
    deadline: date | None = None
    amount: Decimal = Decimal("0.00")
    proposed: Step | None = None
    proposed_on: date | None = None
    notice: Notice | None = None
    listed_on: date | None = None
    orders: tuple[Order, ...] = field(default=())
    off_since: date | None = None
    off_amount: Decimal = Decimal("0.00")
    free: bool = False
    charged: bool = False
    restore_charged: bool = False
    after_hours: bool = False
    returned: bool = False
    closed: date | None = None
    ended: Ended = ""

    @property
    def under_way(self) -> tuple[Order, ...]:
        """Disconnections that metering has not answered yet."""
        return tuple(one for one in self.orders if one.kind == OrderKind.DISCONNECT and not one.answered)

    @property
    def off(self) -> tuple[Order, ...]:
        """Disconnections that were done and not taken back."""
        restored = {one.undoes for one in self.orders if one.state == OrderState.COMPLETED}
        return tuple(
            one
            for one in self.orders
            if one.kind == OrderKind.DISCONNECT and one.state == OrderState.COMPLETED and one.id not in restored
        )

    @property
    def restoring(self) -> tuple[Order, ...]:
        """Restorations that metering has not answered yet."""
        return tuple(one for one in self.orders if one.kind == OrderKind.RESTORE and not one.answered)

    @property
    def step(self) -> Step | None:
        """How far it has gone, as others are told; None while a person has approved nothing."""
        if self.ended in ("cured", "restored"):
            return Step(self.ended) if self.letter else None
        if self.off:
            return Step.RESTORE_ORDERED if self.restoring else Step.SHUT_OFF
        if any(one.state == OrderState.REQUESTED for one in self.under_way):
            return Step.SHUTOFF_ORDERED
        return Step.SHUTOFF_LISTED if self.listed_on else self.letter
