"""The days after the month, one by one: the town's barrier between them, and on working days what the office does."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from deploy.local.days import days_to
from deploy.local.demo.town.schedule import HOLIDAYS_AND_WEEKENDS
from deploy.local.supervisor import Suite
from tests.faults import crew, desk, rounds
from tests.faults.month import MAILED, During, Script, begin_day, in_peace
from tests.faults.office import Office
from tests.faults.town import Town

Step = Callable[[Town], None]

DUSK, NIGHT, DESK = "dusk", "night", "desk"
"""A day's parts: between the last word of the old day and the first of the new, its own work, and the people's."""
ONCE: Mapping[date, Step] = {
    MAILED + timedelta(1): desk.move,
    MAILED + timedelta(2): desk.pay_by_check,
    MAILED + timedelta(3): desk.return_check,
    MAILED + timedelta(4): desk.promise,
    MAILED + timedelta(5): desk.dispute,
    MAILED + timedelta(26): desk.pay_online,
    MAILED + timedelta(54): desk.pay_online,
}
EVERY_WORKING_DAY: tuple[Step, ...] = (
    rounds.read,
    rounds.bill_what_was_read,
    desk.restorations,
    lambda town: crew.work(town, "restore", "final_read", "start_read"),
    desk.letters,
    desk.late_charges,
    desk.shutoffs,
    lambda town: crew.work(town, "disconnect", "restore"),
    desk.refunds,
    desk.mail,
)


def days_after(days: int) -> list[date]:
    """So many days after the month."""
    return list(days_to(MAILED, MAILED + timedelta(days)))


def parts_of(day: date) -> list[str]:
    """What a day's parts are called, in their order; on a day off, nobody is at the desk."""
    return [f"{day} {part}" for part in (DUSK, NIGHT, *([DESK] if HOLIDAYS_AND_WEEKENDS.is_open(day) else []))]


def live_on(suite: Suite, office: Office, script: Script, days: int, during: During = in_peace) -> Town:
    """Live so many days after the month; `during` is entered around each part of each. Answers the town at the end."""
    passed = {point: gallons for _, found in script.rounds for point, gallons in found.passed.items()}
    read_on = {point: which.read_on for which, found in script.rounds for point in found.passed}
    town = Town(suite, office, script, MAILED, passed, read_on)
    for day in days_after(days):
        _live(town, day, during)
    return town


def _live(town: Town, day: date, during: During) -> None:
    dusk, night, *at_desk = parts_of(day)
    town.office.days.wait_until_over()
    with during(dusk):
        pass  # nothing is left of the old day: only a storm has something to do
    with during(night):
        begin_day(town.office, day)
        town.day = day
        town.office.days.wait_until_over()
    for part in at_desk:
        with during(part):
            for step in (*([ONCE[day]] if day in ONCE else []), *EVERY_WORKING_DAY):
                step(town)
            town.office.days.wait_until_over()
