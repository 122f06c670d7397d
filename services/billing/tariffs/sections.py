"""Which version prices which days of a bill."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar

from services.billing.tariffs.derived import season_of
from services.billing.tariffs.lines import Period
from services.billing.tariffs.model import Tariff


class Dated(Protocol):
    """A version as far as its days go."""

    @property
    def effective(self) -> date: ...

    @property
    def until(self) -> date | None: ...


V = TypeVar("V", bound=Dated)


def in_force(versions: Sequence[V], day: date) -> V | None:
    """The version of a day; `versions` are sorted, newest first."""
    for version in versions:
        if version.effective <= day and (version.until is None or day <= version.until):
            return version
    return None


def by_days(tariff: Tariff, versions: Sequence[V], period: Period) -> Iterator[tuple[V | None, date, date]]:
    """The period in pieces of one version and one season each: from a day to before another."""
    start = period.start
    for day in [*sorted(set(_changes(tariff, versions, period))), period.end]:
        here, there = ((in_force(versions, at), season_of(tariff.seasons, at)) for at in (start, day))
        if day == period.end or here != there:
            yield here[0], start, day
            start = day


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
