"""What metering does because a day began: orders that it ends, and the count of reads that wait for a person."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from chassis.database import Transaction
from chassis.day_work import DayWork, Piece, Sums
from contracts.billing import BusinessDayDone
from contracts.topics import BUSINESS_DAY_DONE
from services.metering.orders import expiring as orders
from services.metering.readings import store


async def _once(tx: Transaction, day: date) -> Sequence[Any]:
    return [None]


async def _count_in_review(tx: Transaction, day: date, _: Any) -> Sums:
    return Sums({"reads in review": await store.count_in_review(tx)})


def _tell(tx: Transaction, day: date, done: Sums) -> None:
    tx.publish(
        BUSINESS_DAY_DONE,
        BusinessDayDone(service="metering", date=day, counts=dict(done.counts), money=dict(done.money)),
    )


DAY = DayWork((orders.PIECE, Piece("reviewing", _once, _count_in_review)), _tell)
