"""What accounts does because a day began: it tells which accounts are closed now, and counts whom the town serves."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.day_work import DayWork, Piece, Sums
from contracts.billing import BusinessDayDone
from contracts.topics import BUSINESS_DAY_DONE
from services.accounts import announce, store
from services.accounts.moves import store as moves

CHUNK = 500


async def _closing(tx: Transaction, day: date) -> Sequence[Any]:
    """Accounts whose first day not served has come, some hundred at a time."""
    closed = await moves.closing(tx, await store.last_before(tx, day), day)
    return [closed[start : start + CHUNK] for start in range(0, len(closed), CHUNK)]


async def _close(tx: Transaction, day: date, chunk: Any) -> Sums:
    return Sums({"accounts closed": await announce.announce(tx, {UUID(one) for one in chunk})})


async def _once(tx: Transaction, day: date) -> Sequence[Any]:
    return [None]


async def _count_served(tx: Transaction, day: date, _: Any) -> Sums:
    waiting = len(await moves.waiting(tx))
    return Sums({"accounts served": await store.count_served(tx, day), "moves waiting for a read": waiting})


def _tell(tx: Transaction, day: date, done: Sums) -> None:
    tx.publish(
        BUSINESS_DAY_DONE,
        BusinessDayDone(service="accounts", date=day, counts=dict(done.counts), money=dict(done.money)),
    )


DAY = DayWork((Piece("closing", _closing, _close), Piece("counting", _once, _count_served)), _tell)
