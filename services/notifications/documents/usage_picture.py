"""Usage of the last thirteen bills, to draw and to say in words, from a bill and its usage history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from contracts.billing import BilledRead, BillIssued, MonthlyUsage
from contracts.metering import ReadKind
from services.notifications.documents import figures
from services.notifications.documents.wording import Wording

_MOST_BARS = 13
_A_YEAR = timedelta(days=365)
_NEAR = timedelta(days=20)
_GALLONS = {
    "gal": Decimal(1),
    "kgal": Decimal(1000),
    "mgal": Decimal(1_000_000),
    "ft3": Decimal("7.48052"),
    "ccf": Decimal("748.052"),
    "hcf": Decimal("748.052"),
}


@dataclass(frozen=True)
class Bar:
    """The usage of one bill."""

    period_end: date
    quantity: Decimal
    estimated: bool
    current: bool = False


def pictures(bill: BillIssued, wording: Wording) -> list[dict[str, Any]]:
    """A picture for each metered service of the bill, in the order of its reads."""
    services = dict.fromkeys([*(read.service for read in bill.reads), *(past.service for past in bill.usage_history)])
    drawn = (_picture(service, bill, wording) for service in services)
    return [picture for picture in drawn if picture]


def estimated_reads(bill: BillIssued) -> list[BilledRead]:
    """The reads of this bill that nobody took."""
    return [read for read in bill.reads if read.kind == ReadKind.ESTIMATED]


def estimates_in_last_six(bill: BillIssued, service: str) -> int:
    """How many of the last six bills, this one included, stood on an estimate of this service."""
    return sum(bar.estimated for bar in _bars(service, bill)[-6:])


def unit_of(service: str, bill: BillIssued) -> str:
    """The unit a service's usage is told in: that of its reads, else of its newest history."""
    units = [read.unit for read in bill.reads if read.service == service]
    return units[0] if units else [past.unit for past in bill.usage_history if past.service == service][-1]


def _picture(service: str, bill: BillIssued, wording: Wording) -> dict[str, Any] | None:
    bars = _bars(service, bill)
    if not bars:
        return None
    unit = unit_of(service, bill)
    return {
        "title": wording.phrase("usage.title", service=wording.name("service", service)),
        "sentences": _sentences(service, bill, bars, wording),
        "alt": _in_words(service, unit, bars, wording),
        "unit": wording.name("unit", unit),
        "bars": _drawn(bars, wording),
        "legend": wording.say("usage.legend_estimated") if any(bar.estimated for bar in bars) else "",
    }


def _bars(service: str, bill: BillIssued) -> list[Bar]:
    unit = unit_of(service, bill)
    past = [bar for bar in _past(service, unit, bill.usage_history) if bar.period_end < bill.period_end]
    now = _now(service, unit, bill)
    return [*sorted(past, key=lambda bar: bar.period_end), *now][-_MOST_BARS:]


def _past(service: str, unit: str, history: Iterable[MonthlyUsage]) -> Iterable[Bar]:
    for usage in history:
        converted = _converted(usage.quantity, usage.unit, unit)
        if usage.service == service and converted is not None:
            yield Bar(usage.period_end, converted, usage.estimated)


def _now(service: str, unit: str, bill: BillIssued) -> list[Bar]:
    reads = [read for read in bill.reads if read.service == service]
    if reads:
        parts = (_converted(read.quantity, read.unit, unit) for read in reads)
        total = sum((part for part in parts if part is not None), Decimal(0))
        return [Bar(bill.period_end, total, any(read.kind == ReadKind.ESTIMATED for read in reads), current=True)]
    same = [bar for bar in _past(service, unit, bill.usage_history) if bar.period_end == bill.period_end]
    return [Bar(bar.period_end, bar.quantity, bar.estimated, current=True) for bar in same[:1]]


def _converted(quantity: Decimal, unit: str, into: str) -> Decimal | None:
    if unit == into:
        return quantity
    if unit not in _GALLONS or into not in _GALLONS:
        return None
    return (quantity * _GALLONS[unit] / _GALLONS[into]).quantize(Decimal("0.001"), ROUND_HALF_UP)


def _drawn(bars: list[Bar], wording: Wording) -> list[dict[str, Any]]:
    most = max((bar.quantity for bar in bars), default=Decimal(0))
    return [
        {
            "month": wording.short_month(bar.period_end),
            "year": str(bar.period_end.year) if _begins_year(bars, place) else "",
            "value": figures.brief(bar.quantity),
            "share": f"{max(bar.quantity, Decimal(0)) / most:.4f}" if most > 0 else "0",
            "estimated": bar.estimated,
            "current": bar.current,
        }
        for place, bar in enumerate(bars)
    ]


def _begins_year(bars: list[Bar], place: int) -> bool:
    return place == 0 or bars[place].period_end.year != bars[place - 1].period_end.year


def _in_words(service: str, unit: str, bars: list[Bar], wording: Wording) -> str:
    told = (
        wording.say(
            "usage.bar_estimated" if bar.estimated else "usage.bar",
            month=wording.month(bar.period_end),
            year=str(bar.period_end.year),
            quantity=figures.quantity(bar.quantity),
        )
        for bar in bars
    )
    service_name, unit_name = wording.name("service", service).lower(), wording.name("unit", unit)
    return wording.say("usage.alt", service=service_name, unit=unit_name, bars="; ".join(told))


def _sentences(service: str, bill: BillIssued, bars: list[Bar], wording: Wording) -> list[str]:
    if not bars[-1].current:
        return []
    now, unit = bars[-1], unit_of(service, bill)
    before = bars[-2] if len(bars) > 1 else None
    year_ago = next((bar for bar in bars if abs(now.period_end - _A_YEAR - bar.period_end) <= _NEAR), None)
    compared = [("usage.before", before), ("usage.year_ago", year_ago)]
    return [
        _this_bill(now, unit, _days(service, bill), wording),
        *(_comparison(key, then, now, unit, wording) for key, then in compared if then),
    ]


def _days(service: str, bill: BillIssued) -> int:
    reads = [read for read in bill.reads if read.service == service]
    start = min((read.previous_date for read in reads), default=bill.period_start)
    end = max((read.current_date for read in reads), default=bill.period_end)
    return max((end - start).days, 1)


def _this_bill(now: Bar, unit: str, days: int, wording: Wording) -> str:
    values = {"quantity": figures.quantity(now.quantity), "unit": wording.name("unit", unit), "days": str(days)}
    if unit not in _GALLONS:
        return wording.say("usage.sentence", **values)
    daily = (now.quantity * _GALLONS[unit] / days).quantize(Decimal(1), ROUND_HALF_UP)
    return wording.say("usage.sentence_daily", daily=figures.quantity(daily), **values)


def _comparison(key: str, then: Bar, now: Bar, unit: str, wording: Wording) -> str:
    more = now.quantity - then.quantity
    size = f"{figures.quantity(abs(more))} {wording.name('unit', unit)}"
    change = wording.say("usage.more" if more > 0 else "usage.less" if more < 0 else "usage.same", change=size)
    return wording.say(key, quantity=figures.quantity(then.quantity), unit=wording.name("unit", unit), change=change)
