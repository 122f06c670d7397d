"""Which version prices which days of a bill."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar

from services.billing.tariffs.lines import Period
from services.billing.tariffs.model import Season, Tariff


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
