"""What a new day ends: disconnections past their last day, and orders that crews were called back from."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.day_work import Piece, Sums
from services.metering.orders import events, store
from services.metering.orders.outcomes import settle
from services.metering.orders.rules import day_began

CHUNK = 500


async def _plan(tx: Transaction, day: date) -> Sequence[Any]:
    await events.points_arrived(tx, await store.points_waited_for(tx))
    ids = [str(one) for one in await store.to_end(tx, day)]
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]


async def _end(tx: Transaction, day: date, ids: Any) -> Sums:
    rows = await store.lock_orders(tx, [UUID(one) for one in ids])
    ended = 0
    for row in rows:
        step = day_began(row.as_rule, day)
        settle(tx, row, step, day)
        ended += step.outcome is not None
    return Sums({"work orders ended by the day": ended})


PIECE = Piece("orders", _plan, _end)
