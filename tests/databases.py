"""Databases of tests: copies of a service's migrated tables, handed on from one test to the next.

A copy takes PostgreSQL a tenth of a second or two; emptying one takes a few milliseconds.
"""

import time
import uuid
from collections import defaultdict

import psycopg

from chassis.migrating import upgrade
from deploy.local.databases import create_database, database_url, drop_database

PATIENCE = 0.5
"""Seconds in which whoever used a database has closed its connections."""

_OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""
# The version of the tables stays, and no trigger has a say: some of them are there to keep rows for good.
_EMPTY = """
do $$ declare one record; begin
    perform set_config('session_replication_role', 'replica', true);
    for one in select oid::regclass as name from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'alembic_version'
    loop execute format('delete from %s', one.name); end loop;
    perform setval(seqrelid, seqstart, false) from pg_sequence;
end $$
"""


class Databases:
    """The databases of one test process, in the cluster that all of them share."""

    def __init__(self, cluster: str) -> None:
        self._cluster = cluster
        self._templates: dict[str, str] = {}
        self._free: dict[str, list[str]] = defaultdict(list)

    def empty(self, name: str) -> str:
        """A new one without tables; answers what PostgreSQL knows it by."""
        return self._create(name, "template0")

    def take(self, service: str) -> str:
        """One with a service's tables and nothing in them; answers what PostgreSQL knows it by."""
        if self._free[service]:
            return self._free[service].pop()
        if service not in self._templates:
            self._templates[service] = self.empty(f"{service}_template")
            upgrade(service, self.address(self._templates[service]))
        return self._create(service, self._templates[service])

    def give_back(self, service: str, database: str) -> None:
        """Let the next one have it. It is dropped when somebody is still there, who would write into the next test."""
        if _emptied(self.address(database)):
            self._free[service].append(database)
        else:
            self.drop(database)

    def address(self, database: str) -> str:
        """Where it is, in SQLAlchemy's spelling."""
        return database_url(self._cluster, database)

    def drop(self, database: str) -> None:
        """Delete it, whoever is connected."""
        drop_database(self._cluster, database)

    def drop_all(self) -> None:
        """Delete those that nobody has, and what they are copied from."""
        for database in (*self._templates.values(), *(one for free in self._free.values() for one in free)):
            self.drop(database)

    def _create(self, name: str, template: str) -> str:
        database = f"t_{uuid.uuid4().hex[:10]}_{name}"
        create_database(self._cluster, database, template)
        return database


def _emptied(address: str) -> bool:
    try:
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
            if not _alone(connection):
                return False
            connection.execute(_EMPTY)
            return True
    except psycopg.Error:
        return False


def _alone(connection: psycopg.Connection) -> bool:
    """Whether nobody else is connected; a connection closed a moment ago takes the server another to forget."""
    end = time.monotonic() + PATIENCE
    while connection.execute(_OTHERS).fetchone() != (0,):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
