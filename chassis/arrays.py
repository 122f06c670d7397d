"""Columns of values as PostgreSQL's array literals, for `unnest`.

psycopg writes an array element by element, each through a dumper of its own: for a batch of wide rows that takes
longer than the insert itself, and for a list of ids as long as finding what they name.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from psycopg.abc import Buffer
from psycopg.types.array import ListDumper
from psycopg.types.json import Jsonb


def array_literal(values: Iterable[Any]) -> str:
    """`{1,2,NULL}`, to be cast to the column's type. A dict or list becomes JSON; a float is refused with TypeError."""
    return "{" + ",".join([_ELEMENTS.get(type(value), _odd_element)(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _json_element(value: Any) -> str:
    return _quoted(json.dumps(value))


def _odd_element(value: Any) -> str:
    """Subclasses, such as an enum's members, are written as what they derive from."""
    for known, write in _ELEMENTS.items():
        if isinstance(value, known):
            return write(known(value) if known is str else value)
    raise TypeError(f"a {type(value).__name__} can't be a column value: {value!r}")


_ELEMENTS: dict[type, Callable[[Any], str]] = {
    UUID: attrgetter("hex"),
    str: _quoted,
    Decimal: str,
    int: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    type(None): lambda _: "NULL",
    bool: lambda value: "t" if value else "f",
    bytes: lambda value: '"\\\\x' + value.hex() + '"',
    dict: _json_element,
    list: _json_element,
    Jsonb: lambda value: _json_element(value.obj),
}


class IdsDumper(ListDumper):
    """Lists as psycopg writes them, but those of ids at once."""

    def dump(self, obj: list[Any]) -> Buffer | None:
        """The parameter's text."""
        if obj and type(obj[0]) is UUID:
            return array_literal(obj).encode()
        return super().dump(obj)
