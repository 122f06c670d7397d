"""A few bills to look at: as their customers see them, each chosen for what it shows."""

from collections.abc import Iterator
from typing import Any

from deploy.local.demo.month import Month
from deploy.local.demo.office import RUTH
from deploy.local.demo.town.files import IN_CREDIT, LATEST, PLACES
from deploy.local.demo.town.homes import Home

PART = "books"


def keep_samples(month: Month) -> list[str]:
    """Write the chosen bills as PDF, and prove of each that it can be made again byte for byte; answers their names."""
    names = []
    with month.diary.part(PART, "a few bills to look at"):
        for why, account in _chosen(month):
            number = _newest_bill(month, account)
            if number is None:
                continue
            bill = month.office.get(RUTH, "billing", f"/bills/{number}")["bill"]
            again = month.office.get(RUTH, "billing", f"/bills/{number}/rederive")
            month.expect(again["identical"], f"Bill {number} can't be made again as it was: {again['differences'][:1]}")
            pdf = month.office.get(RUTH, "notifications", f"/accounts/{account}/bills/{bill['bill_id']}.pdf")
            month.diary.write(f"bills/{why}-{account}.pdf", pdf)
            names.append(f"{why}-{account}.pdf")
    return names


def _chosen(month: Month) -> Iterator[tuple[str, str]]:
    """An account for each kind of bill, as far as the town has one."""
    billed = [one for one in month.homes if one.account in month.owed and not one.commercial]
    paid = {one.account for _, one, outcome, _ in month.money.sent if outcome == "accepted"}
    wanted = {
        "ordinary": [one for one in billed if one.point not in month.oddities and _place(month, one) > IN_CREDIT],
        "in-spanish": [one for one in billed if one.responsible.language == "es"],
        "second-bill-after-payment": [one for one in billed if one.cycle == "1" and one.account in paid],
        "past-due": [one for one in billed if _place(month, one) == LATEST],
        "register-over-zero": [one for one in billed if one.rolls_over],
        "high-usage": _odd(month, billed, "high"),
        "estimated": _odd(month, billed, "missing"),
        "no-usage": _odd(month, billed, "zero"),
    }
    for why, homes in wanted.items():
        if homes:
            yield why, homes[-1].account


def _place(month: Month, home: Home) -> int:
    """By which it is decided what an account owed the old system."""
    return month.homes.index(home) % PLACES


def _odd(month: Month, billed: list[Home], oddity: str) -> list[Home]:
    return [one for one in billed if month.oddities.get(one.point) == oddity]


def _newest_bill(month: Month, account: str) -> str | None:
    bills: list[dict[str, Any]] = month.office.get(RUTH, "billing", "/bills", account=account)
    return str(bills[0]["number"]) if bills else None
