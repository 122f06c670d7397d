"""Beginning a day, once every service is done with the one before."""

from datetime import date, timedelta

from chassis import days
from chassis.database import Transaction
from chassis.refusal import Refused
from contracts.billing import BusinessDayStarted
from contracts.topics import BUSINESS_DAY_STARTED
from services.billing.days import barrier, store
from services.billing.days.work import DAY


async def begin(tx: Transaction, day: date, override_why: str = "") -> bool:
    """Begin the town's next day; False when it is the one that goes on. Refuses any other, and one that is too soon.

    Days come one at a time and in order, because others count days by them: notice periods, due dates.
    """
    last = await days.last_begun(tx)
    if last is not None and day not in (last, last + timedelta(1)):
        raise Refused(f"The business day is {last}; the next one to begin is {last + timedelta(1)}, not {day}.")
    if day == last:
        return False
    left = barrier.missing(await store.done_with(tx, last)) if last else ()
    if left and last and not override_why:
        raise Refused(barrier.too_soon(last, day, left))
    if not await DAY.begin(tx, day):
        return False
    tx.publish(BUSINESS_DAY_STARTED, BusinessDayStarted(date=day))
    _note(tx, day, left, override_why)
    return True


def _note(tx: Transaction, day: date, left: tuple[str, ...], override_why: str) -> None:
    after = {"date": str(day)}
    if left:
        tx.audit("override", f"day {day}", override_why, after={**after, "not_done": ", ".join(left)})
    else:
        tx.audit("begin", f"day {day}", "a day began", after=after)
