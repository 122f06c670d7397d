"""Two releases side by side: the release before finds its tables as it left them, and may go on writing to them.

`previous/` has each service's tables as the release before has them; when a release is published, the dumps of its own
tables take their place. An upgrade keeps every row and every column (expand); what that release does not use any more
goes with the next one (contract).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from chassis.migrating import upgrade
from contracts.topics import SERVICES
from tests.conftest import GivenDatabase

PREVIOUS = Path(__file__).parent / "previous"
COLUMNS = """
select c.table_name, c.column_name, c.data_type, c.udt_name
from information_schema.columns c join pg_class k on k.relname = c.table_name
where c.table_schema = 'public' and k.relkind in ('r', 'p') and not k.relispartition
and c.table_name <> 'alembic_version' and c.is_identity = 'NO' and c.is_generated = 'NEVER'
order by c.table_name, c.ordinal_position
"""
VALUES = {
    "uuid": "00000000-0000-4000-8000-{:012d}",
    "text": "said {}",
    "character varying": "said {}",
    "integer": "{}",
    "bigint": "{}",
    "smallint": "{}",
    "numeric": "{}",
    "boolean": "true",
    "date": "2023-02-{:02d}",
    "timestamp with time zone": "2023-02-{:02d}T12:00:00Z",
    "bytea": "\\x{:04x}",
    "jsonb": "{{}}",
    "json": "{{}}",
    "ARRAY": "{{}}",
}
CHECKED = {
    ("billing_run", "period_start"): "2022-01-01",
    ("run_account", "state"): "billed",
    ("meter", "dials"): "9",
    ("transfer", "debit"): "00000000-0000-4000-9000-000000000001",
}
"""Where a table is choosy."""
GONE = {("delinquency", "version"), ("delinquency", "notice")}
"""Taken away while no release was published yet. From the first release on, this stays empty in its own upgrade."""
Columns = dict[str, list[tuple[str, str]]]


class Kept:
    """A service's database, first as the release before has it."""

    def __init__(self, service: str, url: str) -> None:
        self.service, self.url = service, url
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.connection = psycopg.connect(address, autocommit=True)
        self.connection.execute((PREVIOUS / f"{service}.sql").read_text().encode())
        self.connection.execute("set search_path to public")
        # Rows are made table by table: what they refer to is not there, and does not matter here.
        self.connection.execute("set session_replication_role = replica")
        self.columns = self._columns()

    def _columns(self) -> Columns:
        found: Columns = {}
        for table, column, kind, _ in self.connection.execute(COLUMNS):
            found.setdefault(table, []).append((column, kind))
        return found

    def writes(self, number: int) -> None:
        """A row in every table, in the columns that the release before knows."""
        for table, columns in self.columns.items():
            there = [(name, kind) for name, kind in columns if number == 1 or (table, name) not in GONE]
            row = {name: CHECKED.get((table, name)) or VALUES[kind].format(number) for name, kind in there}
            statement = sql.SQL("insert into {} ({}) values ({}) on conflict do nothing").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join(sql.Placeholder() * len(row)),
            )
            self.connection.execute(statement, list(row.values()))

    def reads(self) -> dict[str, list[Any]]:
        """Every table, in the columns that the release before knows."""
        found = {}
        for table, columns in self.columns.items():
            names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns if (table, name) not in GONE)
            query = sql.SQL("select {} from {}").format(names, sql.Identifier(table))
            found[table] = sorted(map(str, self.connection.execute(query)))
        return found


@pytest.fixture
def kept(request: pytest.FixtureRequest, database: GivenDatabase) -> Iterator[Kept]:
    found = Kept(request.param, database(request.param))
    yield found
    found.connection.close()


@pytest.mark.parametrize("kept", SERVICES, indirect=True)
def test_an_upgrade_keeps_every_row_and_the_release_before_may_go_on_writing(kept: Kept) -> None:
    kept.writes(1)
    before = kept.reads()
    upgrade(kept.service, kept.url)
    assert kept.reads() == before
    kept.writes(2)
    after = kept.reads()
    assert {table: len(rows) for table, rows in after.items()} == {**dict.fromkeys(before, 2), "outbox_leader": 1}


@pytest.mark.parametrize("kept", SERVICES, indirect=True)
def test_an_upgraded_database_has_the_tables_of_a_fresh_one(kept: Kept, database: GivenDatabase) -> None:
    upgrade(kept.service, kept.url)
    address = make_url(database(kept.service, migrated=True)).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as fresh:
        assert set(kept.connection.execute(COLUMNS)) == set(fresh.execute(COLUMNS))


@pytest.mark.parametrize("kept", SERVICES, indirect=True)
def test_an_upgraded_database_may_be_upgraded_again(kept: Kept) -> None:
    upgrade(kept.service, kept.url)
    upgrade(kept.service, kept.url)
    (revision,) = kept.connection.execute("select version_num from alembic_version").fetchall()
    assert revision
