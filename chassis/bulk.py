"""Set-based writes: a handler's batch is a few statements, however many messages it holds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, ColumnElement, Table, Uuid, any_, literal
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel

from chassis.arrays import array_literal
from chassis.database import Transaction

Row = Mapping[str, Any]
Key = TypeVar("Key", UUID, str, int)

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Arrivals:
    """What a batch of facts turned out to be: new, the same again, or the same key with other content."""

    new: frozenset[Any]
    repeated: frozenset[Any]
    conflicting: frozenset[Any]
    in_force: Mapping[Any, bytes]
    """The content hash that stands under each key, to tell which of several messages with one key is the odd one."""


def table_of(model: type[SQLModel]) -> Table:
    """The table of a SQLModel class."""
    table = model.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table


async def copy_in(tx: Transaction, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Append rows by COPY: the fastest way in, for rows that can't be there already."""
    if rows:
        await copy_columns(tx, table_of(model).name, list(rows[0]), (tuple(row.values()) for row in rows))


async def copy_columns(tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY tuples into named columns. In a json or jsonb column a text is JSON already; anything else becomes it."""
    driver = await tx.driver()
    types = await _types(driver, table, columns)
    written = [place for place, kind in enumerate(types) if kind in _JSON]
    # Binary: nothing to escape here, and nothing for the server to read back from text.
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(sql.Identifier(table), _names(columns))
    async with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            await copy.write_row(_with_json(row, written) if written else row)


_JSON = frozenset({114, 3802})
"""What PostgreSQL numbers the types json and jsonb by."""


_known_types: dict[tuple[str, str], dict[str, int]] = {}
"""Columns' types by database and table: only a migration changes them, and it comes before the service."""


async def _types(driver: psycopg.AsyncConnection[Any], table: str, columns: Sequence[str]) -> list[int]:
    """The columns' types by PostgreSQL's numbers."""
    place = (driver.info.dbname, table)
    if not _known_types.get(place, {}).keys() >= set(columns):
        cursor = await driver.execute(_TYPES, [table])
        _known_types[place] = dict(await cursor.fetchall())
    return [_known_types[place][column] for column in columns]


_TYPES = "select attname, atttypid from pg_attribute where attrelid = quote_ident(%s)::regclass and attnum > 0"


def _with_json(row: Sequence[Any], places: Iterable[int]) -> list[Any]:
    cells = list(row)
    for place in places:
        if isinstance(cells[place], str):
            cells[place] = Jsonb(cells[place], dumps=str)
    return cells


async def insert_new(tx: Transaction, model: type[SQLModel], rows: Sequence[Row], key: str) -> Arrivals:
    """Insert facts guarded by their business key: `key` names it, and each row carries a `content_hash`.

    A row whose key is there already changes nothing; the answer says whether it had the same content. The guard is
    the table's own unique key and is never forgotten, so a fact may come again years later.
    """
    first: dict[Any, Row] = {}
    odd = set()
    for row in rows:
        known = first.setdefault(row[key], row)
        if known["content_hash"] != row["content_hash"]:
            odd.add(row[key])
    if not first:
        return Arrivals(frozenset(), frozenset(), frozenset(), {})
    statement = sql.SQL("{} on conflict ({}) do nothing returning {}").format(
        _insert(table_of(model), list(rows[0])), sql.Identifier(key), sql.Identifier(key)
    )
    new = frozenset(await _keys(tx, statement, _columns(_in_order(first.values(), [key]))))
    known_hashes = await _hashes(tx, table_of(model), key, [one for one in first if one not in new])
    odd |= {one for one, known_hash in known_hashes.items() if known_hash != first[one]["content_hash"]}
    in_force = {one: first[one]["content_hash"] for one in new} | known_hashes
    return Arrivals(new, frozenset(first) - new - odd, frozenset(odd), in_force)


async def keep_newest(tx: Transaction, model: type[SQLModel], rows: Sequence[Row], key: str) -> frozenset[Any]:
    """Upsert snapshots by `key`, each only if its `version` is above the one kept; answers the keys that changed."""
    newest: dict[Any, Row] = {}
    for row in rows:
        if row[key] not in newest or newest[row[key]]["version"] < row["version"]:
            newest[row[key]] = row
    if not newest:
        return frozenset()
    table = table_of(model)
    ordered = _in_order(newest.values(), [key])
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in ordered[0] if column != key
    )
    statement = sql.SQL("{} on conflict ({}) do update set {} where {}.version < excluded.version returning {}").format(
        _insert(table, list(ordered[0])), sql.Identifier(key), changes, sql.Identifier(table.name), sql.Identifier(key)
    )
    return frozenset(await _keys(tx, statement, _columns(ordered)))


async def upsert(tx: Transaction, model: type[SQLModel], rows: Sequence[Row], key: Sequence[str]) -> None:
    """Insert rows or replace what stands under their key, in the order of the keys; the rows' keys must differ."""
    if not rows:
        return
    columns = list(rows[0])
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in columns if column not in key
    )
    statement = sql.SQL("{} on conflict ({}) do update set {}").format(
        _insert(table_of(model), columns), _names(key), changes
    )
    await (await tx.driver()).execute(statement, _columns(_in_order(rows, key)))


def _in_order(rows: Iterable[Row], key: Sequence[str]) -> list[Row]:
    """Rows by their key, as `lock` goes: two who write the same rows in two orders would wait for each other."""
    return sorted(rows, key=lambda row: [str(row[column]) for column in key])


async def lock(tx: Transaction, model: type[SQLModel], keys: Collection[UUID], key: str = "id") -> None:
    """Lock rows in key order, creating those that are missing, so that one account's writers come one by one.

    Any two handlers take their locks in the same order and can't wait for each other in a circle.
    """
    ordered = [array_literal(sorted(keys))]
    table, column = sql.Identifier(table_of(model).name), sql.Identifier(key)
    driver = await tx.driver()
    await driver.execute(
        sql.SQL("insert into {} ({}) select unnest(%s::uuid[]) on conflict do nothing").format(table, column), ordered
    )
    one_by_one = "select 1 from {0} where {1} = any(%s::uuid[]) order by {1} for no key update"
    await driver.execute(sql.SQL(f"select count(*) from ({one_by_one}) locked").format(table, column), ordered)


def among(column: ColumnElement[UUID] | Mapped[UUID], keys: Collection[UUID]) -> ColumnElement[bool]:
    """`column = any(keys)`: one parameter for any number of keys, where `in_` makes a statement as long as they are."""
    return column == any_(literal(list(keys), ARRAY(Uuid)))


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)


def _insert(table: Table, columns: Sequence[str]) -> sql.Composed:
    """`insert into t (a, b) select * from unnest(%s::type[], %s::type[])`."""
    arrays = sql.SQL(", ").join(
        sql.SQL("%s::" + table.c[column].type.compile(dialect=_DIALECT) + "[]") for column in columns
    )
    return sql.SQL("insert into {} ({}) select * from unnest({})").format(
        sql.Identifier(table.name), _names(columns), arrays
    )


def _columns(rows: Sequence[Row]) -> list[str]:
    return [array_literal([row[column] for row in rows]) for column in rows[0]]


async def _keys(tx: Transaction, statement: sql.Composed, columns: list[str]) -> list[Any]:
    cursor = await (await tx.driver()).execute(statement, columns)
    return [key for (key,) in await cursor.fetchall()]


async def _hashes(tx: Transaction, table: Table, key: str, keys: list[Any]) -> dict[Any, bytes]:
    if not keys:
        return {}
    statement = sql.SQL("select {0}, content_hash from {1} where {0} = any(%s::{2}[])").format(
        sql.Identifier(key), sql.Identifier(table.name), sql.SQL(table.c[key].type.compile(dialect=_DIALECT))
    )
    cursor = await (await tx.driver()).execute(statement, [keys])
    return {one: bytes(content_hash) for one, content_hash in await cursor.fetchall()}
