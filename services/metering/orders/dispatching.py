"""Giving orders to crews. Sending one to shut somebody off looks once more whether they have paid."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from chassis import days
from chassis.database import Transaction
from services.metering.orders import store
from services.metering.orders.outcomes import settle
from services.metering.orders.rules import Cancelled, Money, NotNow, Step, assign, dispatch
from services.metering.orders.tables import WorkOrder


@dataclass(frozen=True)
class LeftOff:
    """An order that did not go to the crew, and why."""

    order: UUID
    why: str
    cancelled: bool


@dataclass(frozen=True)
class Given:
    """Orders that went to a crew, and those that did not."""

    orders: list[UUID]
    left_off: list[LeftOff]


async def plan(tx: Transaction, crew: str, ids: Collection[UUID]) -> Given:
    """Plan orders for a crew."""
    return await _give(tx, ids, lambda row, money: assign(row.as_rule, crew), "assign", crew)


async def send(tx: Transaction, crew: str, ids: Collection[UUID]) -> Given:
    """Send a crew out. A disconnection that was paid for meanwhile is cancelled here and is not on the crew's sheet."""
    today = await days.today(tx)
    return await _give(tx, ids, lambda row, money: dispatch(row.as_rule, money, today, crew), "dispatch", crew)


async def _give(
    tx: Transaction, ids: Collection[UUID], step: Callable[[WorkOrder, Money], Step], action: str, crew: str
) -> Given:
    today = await days.today(tx)
    rows = await store.lock_orders(tx, ids)
    money = await store.money(tx, {row.account_id for row in rows})
    given = Given([], [])
    for row in rows:
        try:
            then = step(row, money[row.account_id])
        except NotNow as why:
            given.left_off.append(LeftOff(row.id, str(why), cancelled=False))
            continue
        settle(tx, row, then, today)
        if then.order.crew == crew and then.order.back is None and then.outcome is None:
            given.orders.append(row.id)
        else:
            given.left_off.append(LeftOff(row.id, _why(then), isinstance(then.outcome, Cancelled)))
    tx.audit(action, f"crew {crew}", "given orders", after={"orders": [str(one) for one in given.orders]})
    return given


def _why(step: Step) -> str:
    if isinstance(step.outcome, Cancelled):
        return step.outcome.reason
    return step.order.back.reason if step.order.back else ""
