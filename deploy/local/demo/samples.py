"""A few bills to look at: as their customers see them, each chosen for what it shows."""

import json
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from contracts.billing import BillIssued
from contracts.metering import ReadKind
from deploy.local.demo.month import Month
from deploy.local.demo.office import RUTH
from deploy.local.demo.town.files import IN_CREDIT, LATEST, PLACES
from deploy.local.demo.town.homes import Home

PART = "books"
HIGH = 2
"""Times the usual."""


def _is_high(bill: BillIssued) -> bool:
    usual = [one.quantity for one in bill.usage_history]
    return bool(usual) and any(one.quantity > HIGH * median(usual) for one in bill.reads)


SHOWS: dict[str, Callable[[BillIssued], bool]] = {
    "ordinary": lambda bill: not bill.past_due,
    "in-spanish": lambda bill: True,
    "second-bill-after-payment": lambda bill: bill.payments > 0,
    "past-due": lambda bill: bill.past_due > 0,
    "register-over-zero": lambda bill: any(one.current_value < one.previous_value for one in bill.reads),
    "high-usage": _is_high,
    "estimated": lambda bill: any(one.kind == ReadKind.ESTIMATED for one in bill.reads),
    "no-usage": lambda bill: any(one.quantity == 0 for one in bill.reads),
}
"""What a bill must have to be kept under a name."""


def keep_samples(month: Month) -> list[str]:
    """Write the chosen bills as PDF, and prove of each that it can be made again byte for byte; answers their names."""
    with month.diary.part(PART, "a few bills to look at"):
        found = [(why, _one_that_shows(month, why, homes)) for why, homes in _candidates(month).items()]
        return [_keep(month, why, bill) for why, bill in found if bill]


def _keep(month: Month, why: str, bill: BillIssued) -> str:
    again = month.office.get(RUTH, "billing", f"/bills/{bill.number}/rederive")
    month.expect(again["identical"], f"Bill {bill.number} can't be made again as it was: {again['differences'][:1]}")
    pdf = month.office.get(RUTH, "notifications", f"/accounts/{bill.account_number}/bills/{bill.bill_id}.pdf")
    month.diary.write(f"bills/{why}-{bill.number}.pdf", pdf)
    return f"{why}-{bill.number}.pdf"


def _one_that_shows(month: Month, why: str, homes: Sequence[Home]) -> BillIssued | None:
    bills = (bill for home in reversed(homes) for bill in _bills(month, home.account))
    return next(filter(SHOWS[why], bills), None)


def _bills(month: Month, account: str) -> Iterator[BillIssued]:
    """An account's bills, the newest first."""
    for one in month.office.get(RUTH, "billing", "/bills", account=account):
        whole = month.office.get(RUTH, "billing", f"/bills/{one['number']}")["bill"]
        yield BillIssued.model_validate_json(json.dumps(whole))


def _candidates(month: Month) -> dict[str, list[Home]]:
    """Homes that may have each kind of bill."""
    billed = [one for one in month.homes if one.account in month.owed and not one.commercial]
    paid = {one.account for _, one, outcome, _ in month.money.sent if outcome == "accepted"}
    return {
        "ordinary": [one for one in billed if one.point not in month.oddities and _place(month, one) > IN_CREDIT],
        "in-spanish": [one for one in billed if one.responsible.language == "es"],
        "second-bill-after-payment": [one for one in billed if one.cycle == "1" and one.account in paid],
        "past-due": [one for one in billed if _place(month, one) == LATEST],
        "register-over-zero": [one for one in billed if one.rolls_over],
        "high-usage": _odd(month, billed, "high"),
        "estimated": _odd(month, billed, "missing"),
        "no-usage": _odd(month, billed, "zero"),
    }


def _place(month: Month, home: Home) -> int:
    """By which it is decided what an account owed the old system."""
    return month.homes.index(home) % PLACES


def _odd(month: Month, billed: list[Home], oddity: str) -> list[Home]:
    return [one for one in billed if month.oddities.get(one.point) == oddity]
