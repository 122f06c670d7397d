"""What a part of a tariff mentions: every name, with the place where it stands."""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel

from services.billing.tariffs.model import Bound, Percent, When
from services.billing.tariffs.values import Part, Table, Words

Path = tuple[str | int, ...]


class Mention(NamedTuple):
    """A name and where it stands; `deciding` if the name's value picks among rows or charges."""

    name: str
    path: Path
    deciding: bool = False


def walk(part: object, path: Path = ()) -> Iterator[tuple[Path, Part | Words | When]]:
    """Every model within a part, outermost first, with its path in the file."""
    if isinstance(part, Part | Words | When):
        yield path, part
    if isinstance(part, Table):
        for key, row in part.rows.items():
            yield from walk(row, (*path, key))
    elif isinstance(part, When):
        yield from walk(part.root, path)
    elif isinstance(part, BaseModel) and not isinstance(part, Words):
        for name, info in type(part).model_fields.items():
            yield from walk(getattr(part, name, None), (*path, info.alias or name))
    elif isinstance(part, dict):
        for key, item in part.items():
            yield from walk(item, (*path, key))
    elif isinstance(part, list):
        for index, item in enumerate(part):
            yield from walk(item, (*path, index))


def mentions(part: object, path: Path = ()) -> Iterator[Mention]:
    """Every name that a part's words, tables and conditions use (not the charges that `of` lists)."""
    for place, inner in walk(part, path):
        if isinstance(inner, Words) and not inner.unlimited:
            for name in sorted(inner.expression.names):
                yield Mention(name, place)
        elif isinstance(inner, Table):
            for name in inner.names:
                yield Mention(name, (*place, "by"), deciding=not inner.of_ranges)
        elif isinstance(inner, When) and isinstance(inner.root, dict):
            for name in inner.root:
                yield Mention(name, (*place, name), deciding=True)


def listed(charge: object) -> list[str]:
    """The charges that a charge is a percent or a bound of, as the file lists them."""
    return charge.of if isinstance(charge, Percent | Bound) else []
