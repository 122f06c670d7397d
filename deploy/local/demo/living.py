"""The quarter, day by day: who does what when."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from deploy.local.demo import desk, fieldwork
from deploy.local.demo.billing import bill_cycle
from deploy.local.demo.conversion import begin_day, convert, put_in_force
from deploy.local.demo.mailing import mail_paper, wait_for_mail
from deploy.local.demo.month import Month
from deploy.local.demo.moving import ASKED, look_at_final, move
from deploy.local.demo.reading import read_cycle
from deploy.local.demo.reminding import remind
from deploy.local.demo.returning import RETURNED_ON, return_check
from deploy.local.demo.taking import place_suspense, take_counter_batch, take_vendor, take_vendor_again
from deploy.local.demo.town.schedule import BEGINS, ENDS, HOLIDAYS_AND_WEEKENDS, ROUNDS

Step = Callable[[Month], None]

FIXED: tuple[tuple[date, Step], ...] = (
    (BEGINS, convert),
    (date(2023, 2, 17), take_counter_batch),
    (date(2023, 2, 24), take_vendor),
    (date(2023, 2, 27), place_suspense),
    (ASKED, move),
    (date(2023, 3, 17), take_counter_batch),
    (RETURNED_ON, return_check),
    (date(2023, 3, 24), take_vendor_again),
    (date(2023, 4, 14), take_counter_batch),
    (date(2023, 4, 21), take_vendor_again),
)
DAYS = (ENDS - BEGINS).days + 1
EVERY_WORKING_DAY: tuple[Step, ...] = (
    desk.restorations,
    remind,
    desk.late_charges,
    desk.notices,
    desk.shutoffs,
    fieldwork.final_reads,
    look_at_final,
    desk.refunds,
)


def live(month: Month) -> None:
    """From the conversion to the last letter."""
    put_in_force(month)
    for passed in range(DAYS):
        begin_day(month, BEGINS + timedelta(days=passed))
        for step in steps(month.day):
            step(month)
    wait_for_mail(month)
    for what in STORY:
        month.expect(month.has(what), f"The quarter passed without a {what}.")


STORY = (
    "reminder",
    "hold",
    "late charge",
    "shutoff notice",
    "removed from the shutoff list by a payment",
    "disconnect",
    "restore",
    "final bill",
    "refund",
    "returned payment",
)
"""What must have happened to somebody."""


def steps(day: date) -> Iterator[Step]:
    """What is done on a day, in its order."""
    yield from (step for when, step in FIXED if day == when)
    for one in ROUNDS:
        if day == one.loaded_on:
            yield lambda month, which=one: read_cycle(month, which)  # type: ignore[misc]
        if day == one.bill_on:
            yield lambda month, which=one: bill_cycle(month, which)  # type: ignore[misc]
    if HOLIDAYS_AND_WEEKENDS.is_open(day):
        yield from EVERY_WORKING_DAY
    if any(day == one.mailed_on for one in ROUNDS):
        yield mail_paper
