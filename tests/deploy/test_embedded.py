"""The embedded Kafka and PostgreSQL: real ones, that come back with their data after kill -9."""

import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import Consumer, Producer

from deploy.local import kafka_admin, topics
from deploy.local.folder import Folder
from deploy.local.kafka import Kafka
from deploy.local.kafka_admin import client_settings
from deploy.local.places import Places, places
from deploy.local.postgres import Postgres
from deploy.local.trouble import TroubleError
from tests.deploy.test_child import gone


@pytest.fixture(scope="module")
def embedded() -> Iterator[Places]:
    # Not below pytest's own temporary folder: the next pytest of this user closes that to PostgreSQL's user.
    with (
        tempfile.TemporaryDirectory(prefix="curbstop-tests-") as path,
        Folder(Path(path)).held() as folder,
        places(folder, only="embedded") as found,
    ):
        yield found


def connect(found: Places) -> "psycopg.Connection[tuple[int]]":
    return psycopg.connect(found.postgres_url.replace("+psycopg", ""), autocommit=True)


def test_postgresql_keeps_what_was_committed_through_kill_9(embedded: Places) -> None:
    assert isinstance(embedded.postgres, Postgres)
    with connect(embedded) as connection:
        connection.execute("CREATE TABLE receipt (number int)")
        connection.execute("INSERT INTO receipt VALUES (1)")
    killed = embedded.postgres.pid
    embedded.postgres.kill()
    assert gone(killed)
    assert embedded.postgres.obituary() is not None
    embedded.postgres.start()
    with connect(embedded) as connection:
        assert connection.execute("SELECT number FROM receipt").fetchall() == [(1,)]


def test_postgresql_refuses_a_wrong_password(embedded: Places) -> None:
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(embedded.postgres_url.replace("+psycopg", ""), password="guess")


def test_a_postmaster_pid_that_another_program_has_by_now_does_not_hold_it_up(embedded: Places, tmp_path: Path) -> None:
    assert isinstance(embedded.postgres, Postgres)
    embedded.postgres.kill()
    stale = embedded.postgres.home / "data" / "postmaster.pid"
    stale.write_text("1\n" + stale.read_text().split("\n", 1)[1])
    embedded.postgres.start()
    with connect(embedded) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_kafka_keeps_what_was_acknowledged_through_kill_9(embedded: Places) -> None:
    assert isinstance(embedded.kafka, Kafka)
    admin = kafka_admin.connect(embedded.kafka_login)
    topics.create_by_name(admin, ["kept"], "", 1)
    login = client_settings(embedded.kafka_login)
    producer = Producer({**login, "acks": "all"})
    producer.produce("kept", b"84.12")
    assert producer.flush(10) == 0
    killed = embedded.kafka.pid
    embedded.kafka.kill()
    assert gone(killed)
    embedded.kafka.start()
    assert first_message(login, "kept") == b"84.12"


def first_message(login: dict[str, str | int | float | bool], topic: str) -> bytes | None:
    consumer = Consumer({**login, "group.id": "reader", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    deadline = time.monotonic() + 30
    try:
        while time.monotonic() < deadline:
            message = consumer.poll(0.5)
            if message is not None and message.error() is None:
                return message.value()
        return None
    finally:
        consumer.close()


def test_a_wrong_password_for_kafka_is_one_sentence(embedded: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_admin, "SECONDS", 3)
    with pytest.raises(TroubleError, match="does not let admin in"):
        kafka_admin.connect(embedded.kafka_login._replace(password="guess"))


@pytest.mark.parametrize(("kind", "name"), [(Kafka, "kafka"), (Postgres, "postgres")])
def test_a_remembered_port_in_use_is_one_sentence(tmp_path: Path, kind: type[Kafka | Postgres], name: str) -> None:
    folder = Folder(tmp_path)
    with (
        socket.create_server(("127.0.0.1", folder.port(name))),
        pytest.raises(TroubleError, match=f"Port {folder.port(name)}, .*ports.json.* is in use by another program"),
    ):
        kind(folder).start()
