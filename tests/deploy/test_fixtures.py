"""What every other test stands on."""

from collections.abc import Callable

import psycopg
from confluent_kafka.admin import AdminClient

from deploy.local.kafka_admin import client_settings
from deploy.local.places import Places
from tests.databases import Databases


def test_each_database_is_fresh_and_empty(database: Callable[..., str]) -> None:
    first, second = database("billing"), database("billing")
    assert first != second
    with psycopg.connect(first.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_topics_get_the_prefix_and_two_partitions(
    places: Places, make_topics: Callable[..., list[str]], topic_prefix: str
) -> None:
    names = make_topics(["ReadPosted", "Anything"], topic_prefix)
    admin = AdminClient(client_settings(places.kafka_login))
    there = admin.list_topics(timeout=10).topics
    assert [len(there[name].partitions) for name in names] == [2, 2]


def test_a_database_is_handed_on_empty(databases: Databases) -> None:
    name = databases.take("accounts")
    with _connected(databases, name) as connection:
        connection.execute("insert into business_day (day) values ('2023-05-01')")
        first = connection.execute("select nextval('outbox_id')").fetchone()
    databases.give_back("accounts", name)
    assert databases.take("accounts") == name
    with _connected(databases, name) as connection:
        assert connection.execute("select count(*) from business_day").fetchone() == (0,)
        assert connection.execute("select nextval('outbox_id')").fetchone() == first
    databases.give_back("accounts", name)


def test_a_database_that_somebody_still_uses_is_not_handed_on(databases: Databases) -> None:
    name = databases.take("accounts")
    with _connected(databases, name):
        databases.give_back("accounts", name)
    other = databases.take("accounts")
    assert other != name
    databases.give_back("accounts", other)


def _connected(databases: Databases, name: str) -> psycopg.Connection:
    return psycopg.connect(databases.address(name).replace("+psycopg", ""), autocommit=True)
