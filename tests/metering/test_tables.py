"""What the code believes of the tables is what the migration made."""

from collections.abc import Callable

import psycopg

from chassis.bulk import table_of
from services.metering import tables

MODELS = (
    tables.ServicePoint,
    tables.Meter,
    tables.Route,
    tables.LastRead,
    tables.UsageHistory,
    tables.Occupant,
    tables.Account,
    tables.Reading,
    tables.Read,
    tables.RouteFile,
)
KEPT_BY_THE_DATABASE = {"route_file": {"loaded_at"}}


def test_every_table_has_the_columns_and_the_key_that_the_code_knows(database: Callable[..., str]) -> None:
    url = database("metering", migrated=True).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        for model in MODELS:
            table = table_of(model)
            there = connection.execute(
                "select column_name, is_nullable = 'YES' from information_schema.columns where table_name = %s",
                [table.name],
            ).fetchall()
            extra = KEPT_BY_THE_DATABASE.get(table.name, set())
            known = {column.name: bool(column.nullable) for column in table.columns}
            assert {name: nullable for name, nullable in there if name not in extra} == known, table.name
