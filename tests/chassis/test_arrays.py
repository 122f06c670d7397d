"""What goes into an array literal is what PostgreSQL takes out of it."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import make_url

from chassis.arrays import IdsDumper, array_literal
from tests.conftest import GivenDatabase

Connection = psycopg.AsyncConnection[Any]


class Color(StrEnum):
    RED = "red"


@pytest.fixture
async def connection(database: GivenDatabase) -> AsyncIterator[Connection]:
    url = make_url(database("arrays")).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        yield connection


async def _taken_out(connection: Connection, kind: str, values: list[Any]) -> list[Any]:
    query = f"select * from unnest(%s::{kind}[]) with ordinality as v (value, place) order by place"
    cursor = await connection.execute(query.encode(), [array_literal(values)])
    return [row[0] for row in await cursor.fetchall()]


tricky = some.sampled_from(["", "NULL", "null", "{}", '"', "\\", '\\"', "a,b", " a ", "\t\n", "é", "{a}"])
texts = some.text(some.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12) | tricky


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=some.lists(some.none() | texts, max_size=6))
async def test_any_text_comes_back_as_it_went_in(connection: Connection, values: list[Any]) -> None:
    assert await _taken_out(connection, "text", values) == values


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=some.lists(some.none() | some.binary(max_size=12), max_size=6))
async def test_any_bytes_come_back_as_they_went_in(connection: Connection, values: list[Any]) -> None:
    assert await _taken_out(connection, "bytea", values) == values


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=some.lists(some.lists(texts, max_size=3) | some.dictionaries(texts, texts, max_size=3), max_size=4))
async def test_json_comes_back_as_it_went_in(connection: Connection, values: list[Any]) -> None:
    assert await _taken_out(connection, "jsonb", values) == values


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uuid", UUID(int=7)),
        ("numeric", Decimal("-12.500000")),
        ("bigint", -(2**62)),
        ("boolean", True),
        ("boolean", False),
        ("date", date(2023, 3, 1)),
        ("timestamptz", datetime(2023, 3, 1, 14, 5, 0, 250, tzinfo=UTC)),
        ("text", Color.RED),
    ],
)
async def test_a_value_comes_back_beside_nothing(connection: Connection, kind: str, value: Any) -> None:
    assert await _taken_out(connection, kind, [None, value]) == [None, value]


def test_a_binary_float_is_refused() -> None:
    with pytest.raises(TypeError, match="a float can't be a column value"):
        array_literal([1.5])


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("uuid", [UUID(int=7), UUID(int=8)]),
        ("uuid", [UUID(int=7), None]),
        ("uuid", [None, UUID(int=7)]),
        ("uuid", []),
        ("text", ["a,b", None, '"']),
        ("date", [date(2023, 3, 1)]),
        ("int", [1, 2]),
    ],
)
async def test_lists_as_parameters_are_taken_as_psycopg_has_them(
    connection: Connection, kind: str, values: list[Any]
) -> None:
    connection.adapters.register_dumper(list, IdsDumper)
    query = f"select * from unnest(%s::{kind}[]) with ordinality as v (value, place) order by place"
    cursor = await connection.execute(query.encode(), [values])
    assert [row[0] for row in await cursor.fetchall()] == values
