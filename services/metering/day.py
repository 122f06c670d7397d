"""What metering does because a day began: orders that it ends, and the count of reads that wait for a person."""

from datetime import date

from chassis.database import Transaction
from chassis.day_work import DayWork, Sums, once
from contracts.topics import BUSINESS_DAY_DONE
from services.metering.orders import expiring as orders
from services.metering.readings import store


async def _count_in_review(tx: Transaction, day: date) -> Sums:
    return Sums({"reads in review": await store.count_in_review(tx)})


DAY = DayWork("metering", (orders.PIECE, once("reviewing", _count_in_review)), BUSINESS_DAY_DONE)
