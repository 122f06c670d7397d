"""Rows that no bill can use.

A file may price the service of ten meter sizes and the usage of four: an account with one of the other six has no
bill, and a town's tariff must not look as if it had. Such rows are left out, and told.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any

from services.billing.tariffs.values import OTHERWISE, Range

Table = MutableMapping[str, Any]


def leave_out_unusable(rates: Any) -> dict[str, list[str]]:
    """Takes the rows out of the raw rates of a class in place; gives the values that were dropped by attribute."""
    tables = list(_tables(rates))
    dropped: dict[str, list[str]] = {}
    while found := _next(tables):
        name, value = found
        dropped.setdefault(name, []).append(value)
        for table in tables:
            _drop(table, name, value)
    return dropped


def is_emptied(rates: Any) -> bool:
    """Whether some table has no row left: then nobody has a bill."""
    return any(not _rows(table) for table in _tables(rates))


def _tables(part: Any) -> Iterator[Table]:
    """Tables that every account meets: not those inside a row of another."""
    if isinstance(part, dict) and "by" in part:
        if not _rows(part) or not all(Range.is_one(row) for row in _rows(part)):
            yield part
    elif isinstance(part, dict):
        for inner in part.values():
            yield from _tables(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _tables(inner)


def _next(tables: list[Table]) -> tuple[str, str] | None:
    """A value that one table has a row for and another, which needs one, has not."""
    for name in dict.fromkeys(name for table in tables for name in _names(table)):
        mine = [table for table in tables if name in _names(table)]
        needing = [set(_values(table, name)) for table in mine if OTHERWISE not in table]
        for value in dict.fromkeys(value for table in mine for value in _values(table, name)):
            if any(value not in values for values in needing):
                return name, value
    return None


def _drop(table: Table, name: str, value: str) -> None:
    if name in _names(table):
        at = _names(table).index(name)
        for row in [row for row in _rows(table) if row != OTHERWISE and _parts(row)[at] == value]:
            del table[row]


def _names(table: Table) -> list[str]:
    return table["by"] if isinstance(table["by"], list) else [table["by"]]


def _rows(table: Table) -> list[str]:
    return [row for row in table if row != "by"]


def _parts(row: str) -> list[str]:
    return [part.strip() for part in row.split("|")]


def _values(table: Table, name: str) -> Iterator[str]:
    at = _names(table).index(name)
    return (_parts(row)[at] for row in _rows(table) if row != OTHERWISE)
