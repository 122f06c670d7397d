"""What billing does because a day began, gathered: its pieces follow each other in this order."""

from datetime import date

from chassis.database import Transaction
from chassis.day_work import DayWork, Sums
from contracts.billing import BusinessDayDone
from contracts.topics import BUSINESS_DAY_DONE
from services.billing.days import balances
from services.billing.finals.work import FINAL_BILLS
from services.billing.late.work import LATE_CHARGES


def _tell(tx: Transaction, day: date, done: Sums) -> None:
    tx.publish(
        BUSINESS_DAY_DONE,
        BusinessDayDone(service="billing", date=day, counts=dict(done.counts), money=dict(done.money)),
    )


DAY = DayWork((balances.PIECE, LATE_CHARGES, FINAL_BILLS), _tell)
