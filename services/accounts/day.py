"""What accounts does because a day began: it tells which accounts are closed now, and counts whom the town serves."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis import days
from chassis.database import Transaction
from chassis.day_work import DayWork, Piece, Sums, once
from contracts.topics import BUSINESS_DAY_DONE
from services.accounts import announce, store
from services.accounts.moves import store as moves

CHUNK = 500


async def _closing(tx: Transaction, day: date) -> Sequence[Any]:
    """Accounts whose first day not served has come, some hundred at a time."""
    closed = await moves.closing(tx, await days.day_before(tx, day), day)
    return [closed[start : start + CHUNK] for start in range(0, len(closed), CHUNK)]


async def _close(tx: Transaction, day: date, chunk: Any) -> Sums:
    return Sums({"accounts closed": await announce.announce(tx, {UUID(one) for one in chunk})})


async def _count_served(tx: Transaction, day: date) -> Sums:
    waiting = len(await moves.waiting(tx))
    return Sums({"accounts served": await store.count_served(tx, day), "moves waiting for a read": waiting})


DAY = DayWork("accounts", (Piece("closing", _closing, _close), once("counting", _count_served)), BUSINESS_DAY_DONE)
