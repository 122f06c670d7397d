"""What every other test stands on."""

from collections.abc import Callable

import psycopg
from confluent_kafka.admin import AdminClient

from deploy.local.kafka_admin import client_settings
from deploy.local.places import Places


def test_each_database_is_fresh_and_empty(database: Callable[..., str]) -> None:
    first, second = database("billing"), database("billing")
    assert first != second
    with psycopg.connect(first.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_topics_get_the_prefix_and_two_partitions(
    places: Places, make_topics: Callable[..., list[str]], topic_prefix: str
) -> None:
    names = make_topics(["ReadPosted", "Anything"], topic_prefix)
    admin = AdminClient(client_settings(places.kafka_servers, places.kafka_user, places.kafka_password))
    there = admin.list_topics(timeout=10).topics
    assert [len(there[name].partitions) for name in names] == [2, 2]
