"""Cases, standings and terms for the pure rules: what is not said is as usual."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.calendar import Calendar, Holiday
from contracts.delinquency import Step
from contracts.orders import OrderKind
from services.collections.policy import CollectionsPolicy
from services.collections.timeline.case import Case, Notice, Order, OrderState
from services.collections.timeline.standing import Item, Point, Standing
from services.collections.timeline.terms import Terms

ACCOUNT, POINT, ITEM, LATER_ITEM = (UUID(int=number) for number in range(1, 5))
DUE = date(2023, 3, 1)
SERVED = date(2023, 4, 3)
OPEN_DAY = date(2023, 4, 17)
"""A Monday on which the notice's days have passed."""
NOON = datetime(2023, 4, 17, 12, tzinfo=UTC)
SHUTOFF: dict[str, Any] = {
    "step": "shutoff", "after_days": 39, "minimum": "50.00", "fee": "25.00", "services": ["water"], "notice_days": 7,
    "notice_days_are": "working", "lapse_days": 30, "restore": {"pay": "past_due", "fee": "30.00"},
}  # fmt: skip
LETTERS: list[dict[str, Any]] = [
    {"step": "reminder", "after_days": 5, "minimum": "10.00", "deadline_days": 10},
    {"step": "door_hanger", "after_days": 18, "minimum": "50.00", "deadline_days": 2, "approve": False, "fee": "10.00"},
    {"step": "shutoff_notice", "after_days": 28, "minimum": "50.00", "deadline_days": 10},
]


def policy(shutoff: Mapping[str, Any] | None = None, **changes: Any) -> CollectionsPolicy:
    """The town's pack; `shutoff` changes its last step."""
    timeline = [*LETTERS, {**SHUTOFF, **(shutoff or {})}]
    return CollectionsPolicy.model_validate({"timeline": timeline, **changes})


def terms(day: date = OPEN_DAY, holidays: tuple[date, ...] = (), **shutoff: Any) -> Terms:
    """The terms of a day."""
    closed = tuple(Holiday(date=one, name="Holiday") for one in holidays)
    return Terms(day, policy(shutoff), Calendar(holidays=closed))


def item(amount: str = "80.00", due: date = DUE, number: UUID = ITEM) -> Item:
    return Item(number, "charge", Decimal(amount), due)


def standing(*items: Item, **changes: Any) -> Standing:
    """80.00 past due, all payments posted, water at one point, the notice served."""
    late = items or (item(),)
    said: dict[str, Any] = {
        "items": late,
        "past_due": sum(one.amount for one in late),
        "owed": sum(one.amount for one in late),
        "payments_through": 3,
        "last_payment_seq": 3,
        "served": SERVED,
        "points": (Point("water", POINT),),
    }
    return Standing(**(said | changes))


def paid() -> Standing:
    """Everything was paid, and billing has posted it."""
    nothing = Decimal("0.00")
    return replace(standing(), items=(), past_due=nothing, owed=nothing, payments_through=4, last_payment_seq=4)


def case(**changes: Any) -> Case:
    """A case at its shutoff notice of 80.00."""
    notice = Notice(SERVED, Decimal("80.00"), {ITEM: Decimal("80.00")}, 3, date(2023, 4, 14))
    said: dict[str, Any] = {
        "id": UUID(int=100), "account_id": ACCOUNT, "opened": DUE + timedelta(5), "opened_through": 3,
        "letter": Step.SHUTOFF_NOTICE, "taken_on": SERVED, "deadline": date(2023, 4, 13), "notice": notice,
        "amount": Decimal("80.00"),
    }  # fmt: skip
    return Case(**(said | changes))


def order(state: OrderState = OrderState.REQUESTED, day: date = OPEN_DAY, **changes: Any) -> Order:
    """A disconnection; completed at noon if it was."""
    said: dict[str, Any] = {"payments_through": 3, "state": state}
    if state == OrderState.COMPLETED:
        said["completed_at"] = NOON
    return Order(UUID(int=200), OrderKind.DISCONNECT, POINT, "water", day, **(said | changes))


def off_case(**changes: Any) -> Case:
    """A case whose water is off since noon."""
    said: dict[str, Any] = {"orders": (order(OrderState.COMPLETED),), "off_since": OPEN_DAY}
    return case(off_amount=Decimal("80.00"), **(said | changes))
