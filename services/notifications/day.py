"""What notifications does because a day began: it welcomes whom it missed, and counts what left and what did not."""

from datetime import date, timedelta

from chassis import days
from chassis.database import Transaction
from chassis.day_work import DayWork, Sums, once
from contracts.topics import BUSINESS_DAY_DONE
from services.notifications.delivery import store
from services.notifications.welcoming import welcome


async def _welcome(tx: Transaction, day: date) -> Sums:
    return Sums({"welcomes queued": await welcome(tx, None)})


async def _count(tx: Transaction, day: date) -> Sums:
    """Notices that were sent or failed on the day before, by kind, and those that it left to this one."""
    since = await days.day_before(tx, day) or day - timedelta(1)
    left = {f"{_words(kind)} {state}": count for kind, state, count in await store.counts_between(tx, since, day)}
    waiting = {f"{_words(kind)} not yet sent": count for kind, count in (await store.unsent(tx, day)).items()}
    return Sums({**left, **waiting, "notices not yet sent": sum(waiting.values())})


def _words(kind: str) -> str:
    return kind.replace("_", " ")


DAY = DayWork("notifications", (once("welcomes", _welcome), once("notices", _count)), BUSINESS_DAY_DONE)
