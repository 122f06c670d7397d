"""Every charge of a bill, grouped by service, each with how it was calculated."""

from decimal import Decimal
from typing import Any

from contracts.billing import BilledRead, BillIssued, BillLine
from contracts.metering import ReadKind
from services.notifications.documents import figures
from services.notifications.documents.phrases import charge_name
from services.notifications.documents.wording import Wording

_OF_MONEY = {"usd", "$", "dollar", "dollars"}


class BillDoesNotAddUpError(ValueError):
    """A bill whose parts don't make its total. It must not reach a customer."""


def check_adds_up(bill: BillIssued) -> None:
    """Raise BillDoesNotAddUpError unless lines make the current charges and the parts make the amount due."""
    lines = sum((line.amount for line in bill.lines), Decimal(0))
    if lines != bill.current_charges:
        raise BillDoesNotAddUpError(
            f"Bill {bill.number}: its lines add up to {lines} but its current charges are {bill.current_charges}. "
            "Ask billing to cancel and issue it again."
        )
    parts = bill.previous_balance - bill.payments + bill.adjustments + bill.current_charges - bill.deposits_applied
    if parts != bill.amount_due:
        raise BillDoesNotAddUpError(
            f"Bill {bill.number}: previous balance, payments, adjustments, current charges and deposits make {parts} "
            f"but its amount due is {bill.amount_due}. Ask billing to cancel and issue it again."
        )


def subtotals(bill: BillIssued) -> dict[str, Decimal]:
    """What each service comes to, in the order of the lines."""
    totals: dict[str, Decimal] = {}
    for line in bill.lines:
        totals[line.service] = totals.get(line.service, Decimal(0)) + line.amount
    return totals


def sections(bill: BillIssued, wording: Wording) -> list[dict[str, Any]]:
    """A section for each service: its reads, its lines, its subtotal."""
    totals = subtotals(bill)
    services = dict.fromkeys([*totals, *(read.service for read in bill.reads)])
    return [
        {
            "title": wording.name("service", service),
            "reads": [_read(read, wording) for read in bill.reads if read.service == service],
            "lines": [_line(line, wording) for line in bill.lines if line.service == service],
            "subtotal_label": wording.phrase("charges.subtotal", service=wording.name("service", service)),
            "subtotal": figures.money(totals.get(service, Decimal(0))),
        }
        for service in services
    ]


def notes(bill: BillIssued, wording: Wording) -> list[str]:
    """Small print under the charges: what the units mean, and which rates were applied."""
    units = dict.fromkeys(unit for unit in [*(line.unit for line in bill.lines), *(r.unit for r in bill.reads)] if unit)
    meanings = [wording.messages.get(f"unit_note.{unit.lower()}", "") for unit in units]
    versions = ", ".join(dict.fromkeys(line.tariff_version for line in bill.lines))
    rates = [wording.say("charges.rates", rates=versions)] if versions else []
    return [meaning for meaning in meanings if meaning] + rates


def over_zero(read: BilledRead) -> bool:
    """Whether the register ran past its highest figure and began again at zero; a new meter begins anew as well."""
    return read.current_value < read.previous_value and read.quantity >= 0 and read.kind != ReadKind.EXCHANGE


def calculation(line: BillLine, wording: Wording) -> str:
    """How a line was worked out: `7 kgal × $6.07 per kgal`, `5% of $16.84`; empty for a flat charge."""
    if line.rate is None:
        return _amount_of(line.quantity, line.unit, wording)
    if (line.unit or "").lower() in _OF_MONEY and line.quantity is not None:
        values = {"percent": figures.percent(line.rate), "base": figures.money(line.quantity)}
        return wording.say("charges.how_percent", **values)
    return _priced(line.quantity, line.unit, figures.rate(line.rate), wording)


def _priced(quantity: Decimal | None, unit: str | None, rate: str, wording: Wording) -> str:
    if quantity is None:
        return wording.say("charges.how_rate", rate=rate, per=_per(unit, wording)) if unit else rate
    if unit is None:
        return wording.say("charges.how_each", quantity=figures.quantity(quantity), rate=rate)
    names = {"unit": _unit(unit, wording), "per": _per(unit, wording)}
    return wording.say("charges.how", quantity=figures.quantity(quantity), rate=rate, **names)


def _amount_of(quantity: Decimal | None, unit: str | None, wording: Wording) -> str:
    if quantity is None or unit is None or unit.lower() in _OF_MONEY:
        return ""
    return f"{figures.quantity(quantity)} {_unit(unit, wording)}"


def _unit(unit: str, wording: Wording) -> str:
    return wording.messages.get(f"unit.{unit.lower()}", unit)


def _per(unit: str | None, wording: Wording) -> str:
    return wording.messages.get(f"per.{(unit or '').lower()}", unit or "")


def _line(line: BillLine, wording: Wording) -> dict[str, str]:
    return {
        "label": charge_name(line.service, line.code, line.description, wording),
        "how": calculation(line, wording),
        "amount": figures.money(line.amount),
    }


def _read(read: BilledRead, wording: Wording) -> dict[str, Any]:
    return {
        "meter": read.meter_number,
        "previous_date": wording.short_day(read.previous_date),
        "previous": figures.quantity(read.previous_value),
        "current_date": wording.short_day(read.current_date),
        "current": figures.quantity(read.current_value),
        "used": f"{figures.quantity(read.quantity)} {_unit(read.unit, wording)}",
        "kind": wording.name("read_kind", read.kind.value),
        "estimated": read.kind == ReadKind.ESTIMATED,
        "note": wording.say("read.over_zero", meter=read.meter_number) if over_zero(read) else "",
    }
