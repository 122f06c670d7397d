"""The month, day by day: who does what when."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from deploy.local.demo.billing import bill_cycle
from deploy.local.demo.conversion import begin_day, convert, put_in_force
from deploy.local.demo.mailing import mail_paper, wait_for_mail
from deploy.local.demo.month import Month
from deploy.local.demo.reading import read_cycle
from deploy.local.demo.reminding import remind
from deploy.local.demo.taking import place_suspense, take_counter_batch, take_vendor
from deploy.local.demo.town.schedule import BEGINS, ENDS, ROUNDS

Step = Callable[[Month], None]

COUNTER_BATCH = date(2023, 2, 17)
VENDOR = date(2023, 2, 24)
SUSPENSE = date(2023, 2, 27)
REMINDERS = (date(2023, 2, 3), date(2023, 2, 28))
"""After the opening items' due dates, and after those of the first bills (the day the run proposes them is before)."""
DAYS = (ENDS - BEGINS).days + 1


def live(month: Month) -> None:
    """From the conversion to the last letter."""
    put_in_force(month)
    for passed in range(DAYS):
        begin_day(month, BEGINS + timedelta(days=passed))
        for step in steps(month.day):
            step(month)
    wait_for_mail(month)


def steps(day: date) -> Iterator[Step]:
    """What is done on a day, in its order."""
    if day == BEGINS:
        yield convert
    for one in ROUNDS:
        if day == one.loaded_on:
            yield lambda month, which=one: read_cycle(month, which)  # type: ignore[misc]
        if day == one.bill_on:
            yield lambda month, which=one: bill_cycle(month, which)  # type: ignore[misc]
    fixed = ((COUNTER_BATCH, take_counter_batch), (VENDOR, take_vendor), (SUSPENSE, place_suspense))
    yield from (step for when, step in fixed if day == when)
    if day in REMINDERS:
        yield remind
    if any(day == one.bill_on + timedelta(days=1) for one in ROUNDS):
        yield mail_paper
