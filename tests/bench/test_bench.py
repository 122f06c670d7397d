"""The bench itself, on a town of a few streets: it measures what it says, and says nothing about how fast."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from contracts.topics import SERVICES
from deploy.local import kafka_admin, topics
from deploy.local.databases import database_name, drop_database
from deploy.local.places import Places
from deploy.local.supervisor import Plan, Suite, running
from tests.bench import report, watching
from tests.bench.measuring import measure
from tests.bench.town import handheld_parts, homes, import_parts

ACCOUNTS = 120


@pytest.fixture
def suite(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Suite]:
    for name, value in places.environment().items():
        monkeypatch.setenv(name, value)
    prefix = f"t{uuid.uuid4().hex[:10]}."
    with running(Plan(tmp_path / "suite", prefix=prefix, copies={"billing": 2}, partitions_cap=2)) as suite:
        yield suite
    for service in SERVICES:
        drop_database(places.postgres_url, database_name(prefix, service))
    admin = kafka_admin.connect(places.kafka_login)
    topics.withdraw(admin, topics.all_topics(()), prefix)


def test_a_night_with_one_and_with_two_of_billing_is_measured_beside_its_floor(suite: Suite) -> None:
    found = measure(suite, ACCOUNTS, seed=3, instances=(1, 2), tell=lambda news: None)
    assert [(one.instances, one.accounts) for one in found.nights] == [(1, ACCOUNTS), (2, ACCOUNTS)]
    assert found.floor.bills == ACCOUNTS
    for one in found.nights:
        assert list(one.ends.values())[:4] == sorted(list(one.ends.values())[:4])
        assert found.ratio(one) > 0
    assert set(SERVICES) < set(found.peaks)
    assert any(line.startswith("billing x 2") for line in report.night(found))


def test_the_same_seed_makes_the_same_town_in_parts_of_whole_rows() -> None:
    parts = list(import_parts(7, 30))
    assert parts == list(import_parts(7, 30))
    assert {part.name: part.rows for part in parts}["agreements"] == 4 * 30
    assert all(part.text.count("\n") == part.rows + 1 for part in parts)


def test_a_register_never_runs_backwards_from_month_to_month() -> None:
    (home,) = homes(7, 1)
    assert home.counted < home.shows(1) < home.shows(2)
    (part,) = handheld_parts(7, 1, 2)
    assert part.text.splitlines()[1] == f"{home.point},{home.meter},{home.shows(2)},2023-06-01"


def test_processor_time_of_a_connection_that_was_closed_is_counted() -> None:
    before = watching._seconds(psutil.Process())
    subprocess.run([sys.executable, "-c", "sum(range(2_000_000))"], check=True)
    assert watching._seconds(psutil.Process()) - before > 0.01
