"""What COPY puts in is what comes out, whatever a text holds."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bulk import copy_columns, lock, upsert
from chassis.database import connect
from chassis.edge import transaction
from chassis.envelope import new_trace
from tests.chassis.sample import Bench, Purse
from tests.conftest import GivenDatabase

COLUMNS = ("u", "t", "n", "i", "at", "d", "b", "raw", "j")
TABLE = (
    "create temporary table kept (number int generated always as identity, u uuid, t text, n numeric, i int,"
    " at timestamptz, d date, b boolean, raw bytea, j jsonb) on commit drop"
)


class Color(StrEnum):
    RED = "red"


@pytest.fixture
async def engine(database: GivenDatabase) -> AsyncIterator[AsyncEngine]:
    engine = connect(database("bulk"), 1, "test-bulk")
    yield engine
    await engine.dispose()


async def _through(engine: AsyncEngine, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    async with transaction(engine, "bulk", "a test", new_trace()) as tx:
        driver = await tx.driver()
        await driver.execute(TABLE)
        await copy_columns(tx, "kept", COLUMNS, rows)
        cursor = await driver.execute(f"select {', '.join(COLUMNS)} from kept order by number".encode())
        return await cursor.fetchall()


texts = some.text(some.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
tricky = some.sampled_from(["\\", "\\N", "\\.", "a\tb", "a\nb", "\r\n", "", "NULL", "é\\x41"])
json_values = some.recursive(
    some.none() | some.booleans() | some.integers(-9, 9) | texts | tricky,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
rows = some.tuples(
    some.uuids(),
    texts | tricky,
    some.decimals(-1000, 1000, places=6),
    some.integers(-(2**31), 2**31 - 1),
    some.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    some.dates(),
    some.booleans(),
    some.binary(max_size=12),
    some.lists(json_values, max_size=3) | some.dictionaries(texts, json_values, max_size=3),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_rows=some.lists(rows, max_size=4))
async def test_rows_come_out_of_the_database_as_they_went_in(
    engine: AsyncEngine, given_rows: list[tuple[Any, ...]]
) -> None:
    assert await _through(engine, given_rows) == given_rows


async def test_nothing_stays_nothing_and_an_enum_is_its_value(engine: AsyncEngine) -> None:
    nothing: tuple[Any, ...] = (None,) * len(COLUMNS)
    assert await _through(engine, [nothing, (None, Color.RED, *nothing[2:])]) == [nothing, (None, "red", *nothing[2:])]


async def test_more_rows_than_are_written_at_once_keep_their_order(engine: AsyncEngine) -> None:
    many: list[tuple[Any, ...]] = [
        (UUID(int=number), str(number), Decimal(number), number, None, date(2023, 3, 1), True, b"", [])
        for number in range(2500)
    ]
    assert await _through(engine, many) == many


async def test_a_binary_float_is_refused(engine: AsyncEngine) -> None:
    with pytest.raises(TypeError, match="cannot dump float"):
        await _through(engine, [(None, None, 1.5, None, None, None, None, None, None)])


async def test_two_who_write_the_same_rows_in_two_orders_do_not_stop_each_other(bench: Bench) -> None:
    ids = [UUID(int=number) for number in range(4000)]
    purses = [{"id": one, "version": 1, "name": "new"} for one in ids]

    async def write(backwards: bool) -> None:
        async with bench.transaction() as tx:
            await upsert(tx, Purse, purses[::-1] if backwards else purses, ["id"])

    async def hold() -> None:
        async with bench.transaction() as tx:
            await lock(tx, Purse, ids)

    for _ in range(3):
        await asyncio.gather(write(True), write(False), hold())
    assert await bench.rows("select count(*) from purse where name = 'new'") == [(4000,)]
