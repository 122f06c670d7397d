"""What accounts does because a day began: it counts whom the town serves."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from chassis.database import Transaction
from chassis.day_work import DayWork, Piece, Sums
from contracts.billing import BusinessDayDone
from contracts.topics import BUSINESS_DAY_DONE
from services.accounts import store


async def _once(tx: Transaction, day: date) -> Sequence[Any]:
    return [None]


async def _count_served(tx: Transaction, day: date, _: Any) -> Sums:
    return Sums({"accounts served": await store.count_served(tx, day)})


def _tell(tx: Transaction, day: date, done: Sums) -> None:
    tx.publish(
        BUSINESS_DAY_DONE,
        BusinessDayDone(service="accounts", date=day, counts=dict(done.counts), money=dict(done.money)),
    )


DAY = DayWork((Piece("counting", _once, _count_served),), _tell)
