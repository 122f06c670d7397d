"""What the engine itself says of a bill, as words that can decide: season, month, whether the meter was read."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from services.billing.tariffs.model import Season, Tariff

NAMES = ("month", "read", "season")
NOTHING: Mapping[str, str] = MappingProxyType({})

_MONTHS = tuple(str(month) for month in range(13))


def derive(tariff: Tariff, day: date, used: Decimal | None) -> dict[str, str]:
    """The derived words of the day that decides. A tariff without seasons leaves `season` to the account."""
    derived = {"month": _MONTHS[day.month], "read": "no" if used is None else "yes"}
    if tariff.seasons:
        derived["season"] = season_of(tariff.seasons, day) or "none"
    return derived


def season_of(seasons: Mapping[str, Season], day: date) -> str | None:
    """The season a day is in; one that runs over the new year ends before it begins."""
    return next((name for name, season in seasons.items() if in_season(season, day)), None)


def in_season(season: Season, day: date) -> bool:
    stamp = day.strftime("%m-%d")
    inside = season.start <= stamp, stamp <= season.end
    return all(inside) if season.start <= season.end else any(inside)
