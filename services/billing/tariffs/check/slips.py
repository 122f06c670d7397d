"""What is allowed and looks like a slip of the pen: warnings."""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from chassis.townpack import Mistake
from services.billing.tariffs import words
from services.billing.tariffs.check.scopes import Opened, own_parts
from services.billing.tariffs.mentions import Path, walk
from services.billing.tariffs.model import Percent, Version
from services.billing.tariffs.values import Table

SIZES = ("meter_size", "line_size")
LEAP = 10
_SIZE = re.compile(r"(?:(\d+)[ -])?(\d+(?:\.\d+)?)(?:/(\d+))?")


def slip_warnings(opened: Opened) -> Iterator[Mistake]:
    for path, table in own_parts(opened, Table):
        yield from _larger_but_cheaper(opened, path, table)
    for path, percent in own_parts(opened, Percent):
        if isinstance(percent.percent, Decimal) and abs(percent.percent) > 100:
            message = f"{words.quantity(percent.percent)}% is more than the whole."
            mend = "Write 5 for 5%."
            yield opened.mistake((*path, "percent"), message, mend, "warning")
    yield from _leaps(opened)


def _larger_but_cheaper(opened: Opened, path: Path, table: Table) -> Iterator[Mistake]:
    if len(table.names) != 1 or table.names[0] not in SIZES:
        return
    rows = [(size_of(key[0]), key[0], value) for key, value in table.keyed()]
    sized = sorted(row for row in rows if row[0] is not None and isinstance(row[2], Decimal))
    for (_, smaller, high), (_, larger, low) in pairwise(sized):
        if isinstance(high, Decimal) and isinstance(low, Decimal) and low < high:
            message = f"The larger {larger} costs {words.amount(low)}, less than {smaller} at {words.amount(high)}."
            yield opened.mistake((*path, larger), message, "Compare both with the ordinance.", "warning")


def size_of(text: str) -> Fraction | None:
    """A size in inches: `3/4`, `1 1/2`, `1.5`, and `5/8x3/4` by its first number."""
    found = _SIZE.match(text.strip())
    if found is None:
        return None
    whole, top, bottom = found.groups()
    return Fraction(whole or 0) + Fraction(top) / Fraction(bottom or 1) if bottom != "0" else None


def _leaps(opened: Opened) -> Iterator[Mistake]:
    ordered = sorted(opened.versions(), key=lambda item: item[1].effective)
    for index, (path, version) in enumerate(ordered):
        before = next((old for _, old in reversed(ordered[:index]) if old.applies == version.applies), None)
        if before is not None:
            yield from _leaps_from(opened, before, path, version)


def _leaps_from(opened: Opened, before: Version, path: Path, version: Version) -> Iterator[Mistake]:
    old = dict(_figures(before))
    for place, figure in _figures(version):
        last = old.get(place)
        if last and figure and not 1 / Decimal(LEAP) < figure / last < LEAP:
            message = f"{words.amount(figure)} was {words.amount(last)} in the version of {before.effective}."
            yield opened.mistake((*path, *place), message, "Look for a slipped decimal point.", "warning")


def _figures(version: Version) -> Iterator[tuple[Path, Decimal]]:
    """Every number of a version, by its place."""
    for path, part in walk(version):
        entries = part.rows.items() if isinstance(part, Table) else _fields(part)
        for name, value in entries:
            if isinstance(value, Decimal) and value.is_finite():
                yield (*path, name), value


def _fields(part: object) -> Iterator[tuple[str, object]]:
    for name in getattr(type(part), "model_fields", ()):
        yield name, getattr(part, name, None)
