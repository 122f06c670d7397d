"""Quotes and comparisons as text for a terminal, and as JSON."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from services.billing.tariffs import words
from services.billing.tariffs.lines import Line
from services.billing.tariffs.quote import Change, Quote

_CENT = Decimal("0.01")


def text(quote: Quote, pictures: Iterable[str] = ()) -> str:
    """The bill line by line, each with its rule and where it stands in an ordinance."""
    period = quote.period
    rows = [f"{period.start} to {period.end}, {period.days} days, billed {period.bill_date}", ""]
    for priced in quote.bills.values():
        for line in priced.lines:
            rows.extend(_line(line))
        rows.extend([_sum(f"{words.service_label(priced.service).en} total", priced.total), ""])
    if len(quote.bills) > 1:
        rows.extend([_sum("Total", quote.total), ""])
    for picture in pictures:
        rows.extend([picture, ""])
    rows.extend(_sources(quote))
    return "\n".join(rows)


def _line(line: Line) -> Iterator[str]:
    counted = ""
    if line.quantity is not None and line.rate is not None:
        counted = f"{words.rounded(line.quantity)} {line.unit} x {words.amount(line.rate)}"
    yield f"{line.description:<42} {counted:>32} {money(line.amount):>12}"
    yield f"    {line.rule}"


def _sum(title: str, amount: Decimal) -> str:
    return f"{title:<75} {money(amount):>12}"


def _sources(quote: Quote) -> list[str]:
    found = {
        (line.service, line.tariff_version, line.source) for priced in quote.bills.values() for line in priced.lines
    }
    return ["Sources", *(f"  {service}, {version}: {source}" for service, version, source in sorted(found))]


def compared(before: Quote, after: Quote, changes: Iterable[Change]) -> str:
    """What each line comes to under both dates, and the difference."""
    first, second = str(before.period.bill_date), str(after.period.bill_date)
    rows = [f"{'':<42} {first:>12} {second:>12} {'change':>12}"]
    rows.extend(_compared(change.description, change.before, change.after) for change in changes)
    rows.append(_compared("Total", before.total, after.total))
    return "\n".join(rows)


def _compared(title: str, before: Decimal, after: Decimal) -> str:
    percent = f"{(after - before) / before * 100:+.1f}%" if before else ""
    return f"{title:<42} {money(before):>12} {money(after):>12} {money(after - before, '+'):>12} {percent:>8}"


def money(amount: Decimal, sign: str = "") -> str:
    """Dollars to the cent, or as fine as the tariff rounds."""
    cents = amount if amount != amount.quantize(_CENT) else amount.quantize(_CENT)
    return f"{cents:{sign},f}"


def as_json(quote: Quote) -> dict[str, Any]:
    """The bill as data; money and quantities are strings."""
    return {
        "period": {name: value.isoformat() for name, value in quote.period._asdict().items()},
        "lines": [_line_json(line) for priced in quote.bills.values() for line in priced.lines],
        "services": {name: money_text(priced.total) for name, priced in quote.bills.items()},
        "total": money_text(quote.total),
    }


def changes_json(before: Quote, after: Quote, changes: Iterable[Change]) -> dict[str, Any]:
    return {
        "from": as_json(before),
        "to": as_json(after),
        "changes": [
            {
                "service": change.service,
                "code": change.code,
                "from": money_text(change.before),
                "to": money_text(change.after),
                "difference": money_text(change.difference),
            }
            for change in changes
        ],
        "difference": money_text(after.total - before.total),
    }


def _line_json(line: Line) -> dict[str, str | None]:
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in line._asdict().items()}


def money_text(amount: Decimal) -> str:
    return money(amount).replace(",", "")
