"""What payments does because a day began: it gives up promises that were not kept, and counts the day before."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import days
from chassis.database import Transaction
from chassis.day_work import DayWork, Piece, Sums, once
from contracts.topics import BUSINESS_DAY_DONE
from services.payments import tallies
from services.payments.pending import promising
from services.payments.pending import store as promises

CHUNK = 500


async def _overdue(tx: Transaction, day: date) -> Sequence[Any]:
    """Promises whose last day is over, some hundred at a time."""
    over = [str(one) for one in await promises.overdue(tx, day)]
    return [over[start : start + CHUNK] for start in range(0, len(over), CHUNK)]


async def _expire(tx: Transaction, day: date, chunk: Any) -> Sums:
    over = await promising.expire(tx, day, {UUID(one) for one in chunk})
    return Sums({"promises expired": len(over)}, {"expired": sum([one.amount for one in over], Decimal(0))})


async def _day_before(tx: Transaction, day: date) -> Sequence[Any]:
    before = await days.day_before(tx, day)
    return [before.isoformat()] if before else []


async def _count_taken(tx: Transaction, day: date, before: Any) -> Sums:
    """What came in and went back on the day that ended, by the way it came."""
    counts, money = {}, {}
    for what, number, amount in await tallies.moved_on(tx, date.fromisoformat(before)):
        counts[f"{what} the day before"], money[f"{what} the day before"] = number, amount
    return Sums(counts, money)


async def _count_waiting(tx: Transaction, day: date) -> Sums:
    """What waits for someone on this morning."""
    waiting = await tallies.waiting(tx, day)
    return Sums(
        {what: number for what, number, _ in waiting},
        {what: amount for what, _, amount in waiting},
    )


DAY = DayWork(
    "payments",
    (
        Piece("expire", _overdue, _expire),
        Piece("day before", _day_before, _count_taken),
        once("waiting", _count_waiting),
    ),
    BUSINESS_DAY_DONE,
)
