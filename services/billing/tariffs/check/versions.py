"""Versions that can never be chosen, days without a version, seasons that are none, and charges without a unit."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from chassis.townpack import Mistake
from services.billing.tariffs.check.scopes import Opened, own_parts, priced_by_usage
from services.billing.tariffs.derived import in_season
from services.billing.tariffs.model import Season, Version


def version_mistakes(opened: Opened) -> Iterator[Mistake]:
    seen: dict[tuple[date, str], Version] = {}
    for path, version in opened.versions():
        key = (version.effective, version.applies.model_dump_json() if version.applies else "")
        if key in seen:
            message = f"This version can never apply: another takes effect on {version.effective} too."
            yield opened.mistake((*path, "effective"), message, "Mend its day, or keep one of them.")
        if version.until is not None and version.until < version.effective:
            message = f"This version can never apply: it ends on {version.until}, before it takes effect."
            yield opened.mistake((*path, "until"), message, "Mend `until`, or leave it out.")
        if version.applies is not None and not isinstance(version.applies.root, dict):
            message = "`for` is a formula, and a version is picked before anything is worked out."
            yield opened.mistake((*path, "for"), message, "Write attributes and values: `for: {contract: mill}`.")
        seen[key] = version
        if not version.fees and not any(scope.charges for scope in opened.scopes() if scope.version is version):
            yield opened.mistake(path, "This version charges nothing.", "Add `base:`, `price:` or `charges:`.")
    yield from _days_without(opened)
    yield from _seasons(opened)
    yield from _unit(opened)


def _days_without(opened: Opened) -> Iterator[Mistake]:
    ordered = sorted(opened.versions(), key=lambda item: item[1].effective)
    for (path, version), (_, following) in pairwise(ordered):
        ended = version.until
        if ended is not None and ended + timedelta(days=1) < following.effective and version.applies is None:
            message = f"From {ended + timedelta(days=1)} to {following.effective} no version is in force."
            mend = "Leave `until` out, and it stands until the next version."
            yield opened.mistake((*path, "until"), message, mend, "warning")


def _seasons(opened: Opened) -> Iterator[Mistake]:
    for path, season in own_parts(opened, Season):
        for name, stamp in (("from", season.start), ("to", season.end)):
            if not _is_day(stamp):
                yield opened.mistake((*path, name), f"`{stamp}` is no day of a year.", "Write month and day: 05-01.")

    if opened.tariff.seasons and all(_is_day(day) for season in opened.tariff.seasons.values() for day in season.days):
        yield from _whole_year(opened)


def _whole_year(opened: Opened) -> Iterator[Mistake]:
    """Each day of the year must be in one season and in no other."""
    for ordinal in range(366):
        day = date(2024, 1, 1) + timedelta(days=ordinal)
        inside = [name for name, season in opened.tariff.seasons.items() if in_season(season, day)]
        if len(inside) != 1:
            where = f"in {' and in '.join(inside)}" if inside else "in no season"
            message = f"{day:%m-%d} is {where}."
            yield opened.mistake(("seasons",), message, "Let each season begin on the day after another ends.")
            return


def _is_day(stamp: str) -> bool:
    try:
        date.fromisoformat(f"2024-{stamp}")
    except ValueError:
        return False
    return True


def _unit(opened: Opened) -> Iterator[Mistake]:
    if opened.tariff.unit is not None:
        return
    for path, part in priced_by_usage(opened):
        if part.price is not None or part.blocks:
            message = "Usage is priced here, and the file does not say in what unit."
            yield opened.mistake(path, message, "Add `unit: kgal` (or gal, ccf, ft3, m3) at the top of the file.")
            return
