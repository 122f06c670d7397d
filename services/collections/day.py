"""What collections does because a day began: it looks at every account that is late, and takes at most one step."""

from datetime import date

from chassis.database import Transaction
from chassis.day_work import DayWork, Piece, Sums
from contracts.billing import BusinessDayDone
from contracts.topics import BUSINESS_DAY_DONE
from services.collections.cases import work


def _tell(tx: Transaction, day: date, done: Sums) -> None:
    tx.publish(
        BUSINESS_DAY_DONE,
        BusinessDayDone(service="collections", date=day, counts=dict(done.counts), money=dict(done.money)),
    )


DAY = DayWork((Piece("steps", work.accounts_of_day, work.do_day),), _tell)
