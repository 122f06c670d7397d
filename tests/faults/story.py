"""What must have happened to somebody in a trial that is long enough: else it proves nothing."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from deploy.local.demo.town.schedule import HOLIDAYS_AND_WEEKENDS
from tests.faults.books import Books, Findings, Row
from tests.faults.days import days_after
from tests.faults.desk import DAYS_WITHOUT_WATER
from tests.faults.month import READ_AND_BILLED

LONG_ENOUGH = 45
"""So many days after the month, all of it has happened."""

Happened = tuple[str, Callable[[Row], bool]]


def _with(*cells: str) -> Callable[[Row], bool]:
    return lambda row: set(cells) <= set(row)


def _billed_later(row: Row) -> bool:
    _, _, kind, bill_date, *_ = row
    return kind == "regular" and bill_date > str(READ_AND_BILLED)


STORY: Mapping[str, Happened] = {
    "bills of later rounds": ("bills", _billed_later),
    "late charges": ("late charges", _with("posted")),
    "reminders": ("notices", _with("reminder")),
    "shutoff notices": ("notices", _with("shutoff_notice")),
    "taken off the list": ("shutoff lists", _with("removed")),
    "shut off": ("work orders", _with("disconnect", "completed")),
    "restored": ("work orders", _with("restore", "completed")),
    "disputes": ("holds", _with("dispute")),
    "promises given up": ("promises", _with("expired")),
    "moves": ("moves", _with("done")),
    "final bills": ("final bills", _with("billed")),
    "refunds paid": ("refunds paid", _with("paid")),
    "payments returned": ("returns", _with("bank_return")),
}
"""By what happened: the section that tells it, and which of its rows do."""


def counts(books: Books) -> dict[str, int]:
    """How often everything happened."""
    return {
        what: sum(count for row, count in books.sections[section].items() if tells(row))
        for what, (section, tells) in STORY.items()
    }


def told_in_full(books: Books, days: int) -> Findings:
    """Whether all of it happened, if there were days enough."""
    findings = Findings()
    if days >= LONG_ENOUGH:
        for what, count in counts(books).items():
            findings.check(count > 0, f"There were no {what} in {days} days.")
        still = sorted(point for point, since, _ in books.sections["without water"] if since <= _restored_since(days))
        findings.check(not still, f"Somebody who paid is without water still: {still}.")
    return findings


def _restored_since(days: int) -> str:
    """Whoever was shut off by this day has paid, and the crew was there, before the days are over."""
    at_work = [day for day in days_after(days) if HOLIDAYS_AND_WEEKENDS.is_open(day)]
    return str(at_work[-1] - timedelta(DAYS_WITHOUT_WATER))
