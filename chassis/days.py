"""The town's day as this service knows it: the only clock a rule may read."""

from datetime import date

from sqlalchemy import text

from chassis.database import Transaction
from chassis.refusal import Refused


async def begin(tx: Transaction, day: date) -> bool:
    """Note that a day began; False if it was known."""
    result = await tx.execute(
        text("insert into business_day (day) values (:day) on conflict do nothing returning day"), {"day": day}
    )
    return result.first() is not None


async def last_begun(tx: Transaction) -> date | None:
    """The latest day that began here, if any has."""
    found: date | None = (await tx.execute(text("select max(day) from business_day"))).scalar_one()
    return found


async def first_begun(tx: Transaction) -> date | None:
    """The first day that began here, if any has: what is older is the old system's business."""
    found: date | None = (await tx.execute(text("select min(day) from business_day"))).scalar_one()
    return found


async def day_before(tx: Transaction, day: date) -> date | None:
    """The business day that ended when this one began, if there was one."""
    found = await tx.execute(text("select max(day) from business_day where day < :day"), {"day": day})
    before: date | None = found.scalar_one()
    return before


async def today(tx: Transaction) -> date:
    """The town's current business day; refuses while no day has begun."""
    day = await last_begun(tx)
    if day is None:
        raise Refused("No business day has begun yet. Start one in billing: POST /days.")
    return day
