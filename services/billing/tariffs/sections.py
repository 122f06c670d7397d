"""Which version prices which days of a bill, and how much of a whole period those days are."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol, TypeVar

from services.billing.tariffs.lines import Period, PricingError
from services.billing.tariffs.model import Prorated, Proration, Season, Tariff
from services.billing.tariffs.working import ONE, Share

_NOTHING: Mapping[Prorated, Decimal] = {}


class Dated(Protocol):
    """A version as far as its days go."""

    @property
    def effective(self) -> date: ...

    @property
    def until(self) -> date | None: ...


V = TypeVar("V", bound=Dated)


def deciding_day(tariff: Tariff, period: Period) -> date:
    """The day that picks the version, where one does for the whole bill."""
    return period.bill_date if tariff.chosen_by == "bill_date" else period.read_date


def season_of(seasons: Mapping[str, Season], day: date) -> str | None:
    """The season a day is in; one that runs over the new year begins after it ends."""
    stamp = day.strftime("%m-%d")
    for name, season in seasons.items():
        inside = season.start <= stamp, stamp <= season.end
        if all(inside) if season.start <= season.end else any(inside):
            return name
    return None


def in_force(versions: Sequence[V], day: date) -> V | None:
    """The version of a day; `versions` are sorted, newest first."""
    for version in versions:
        if version.effective <= day and (version.until is None or day <= version.until):
            return version
    return None


def by_days(tariff: Tariff, versions: Sequence[V], period: Period) -> Iterator[tuple[V | None, str | None, date, date]]:
    """The period in pieces of one version and one season each."""
    changes = sorted({period.start, *_changes(tariff, versions, period)})
    pieces: list[tuple[V | None, str | None, date, date]] = []
    for index, start in enumerate(changes):
        end = changes[index + 1] if index + 1 < len(changes) else period.end
        version, season = in_force(versions, start), season_of(tariff.seasons, start)
        if pieces and pieces[-1][0] is version and pieces[-1][1] == season:
            pieces[-1] = (version, season, pieces[-1][2], end)
        else:
            pieces.append((version, season, start, end))
    yield from pieces


def _changes(tariff: Tariff, versions: Sequence[Dated], period: Period) -> Iterator[date]:
    for day in _changing_days(tariff, versions, period):
        if period.start < day < period.end:
            yield day


def _changing_days(tariff: Tariff, versions: Sequence[Dated], period: Period) -> Iterator[date]:
    for version in versions:
        yield version.effective
        if version.until is not None:
            yield version.until + timedelta(days=1)
    for year in range(period.start.year, period.end.year + 1):
        for season in tariff.seasons.values():
            yield _day(year, season.start)
            yield _day(year, season.end) + timedelta(days=1)


def _day(year: int, stamp: str) -> date:
    month, day = (int(part) for part in stamp.split("-"))
    try:
        return date(year, month, day)
    except ValueError:  # February 29 in a common year
        return date(year, 3, 1) - timedelta(days=1)


def of_whole_period(rule: Proration | None, days: int) -> Decimal:
    """What part of a whole period these days are; 1 within the normal window or where nothing prorates."""
    if rule is None or (rule.normal is not None and rule.normal.start <= days <= rule.normal.end):
        return ONE
    return Decimal(days) / rule.full_period


def share(rule: Proration | None, period: Period, start: date, end: date) -> Share:
    """What one section of a bill bears."""
    whole_days, days = period.days, (end - start).days
    if days <= 0:
        raise PricingError(f"The period ends on {period.end}, and must end after it starts on {period.start}.")
    of_period = of_whole_period(rule, whole_days)
    of_bill = ONE if days == whole_days else Decimal(days) / Decimal(whole_days)
    items = dict.fromkeys(rule.items, of_period) if rule is not None and of_period != 1 else _NOTHING
    words = _words(rule, of_period, days, whole_days)
    return Share(not words, items, of_bill, days, end == period.end, words, of_period * of_bill)


def _words(rule: Proration | None, of_period: Decimal, days: int, whole_days: int) -> str:
    told = []
    if days != whole_days:
        told.append(f"{days} of the {whole_days} days of the bill")
    if of_period != 1 and rule is not None:
        told.append(f"{whole_days} days of {rule.full_period}")
    return f"; {', '.join(told)}" if told else ""
