"""What notifications does because a day began: it counts the notices that have not left."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from chassis.database import Transaction
from chassis.day_work import DayWork, Piece, Sums
from contracts.billing import BusinessDayDone
from contracts.topics import BUSINESS_DAY_DONE
from services.notifications import store


async def _once(tx: Transaction, day: date) -> Sequence[Any]:
    return [None]


async def _count_unsent(tx: Transaction, day: date, _: Any) -> Sums:
    return Sums({"notices not yet sent": await store.count_unsent(tx)})


def _tell(tx: Transaction, day: date, done: Sums) -> None:
    tx.publish(
        BUSINESS_DAY_DONE,
        BusinessDayDone(service="notifications", date=day, counts=dict(done.counts), money=dict(done.money)),
    )


DAY = DayWork((Piece("unsent", _once, _count_unsent),), _tell)
