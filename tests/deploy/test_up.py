"""`curbstop up`: all six services in one go; told to stop, or killed, it leaves nothing running."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.topics import SERVICES
from deploy.local import kafka_admin, topics
from deploy.local.databases import database_name, drop_database
from deploy.local.folder import holder
from deploy.local.places import Places
from tests.deploy.test_child import gone

CURBSTOP = [sys.executable, "-c", "from curbstop.main import app; app()"]
PACK = "deploy/towns/windsor-co"
PARTS = [*SERVICES, "mailbox"]


class Operator:
    """A person with a terminal, and a data folder that nobody else uses."""

    def __init__(self, data: Path, environment: dict[str, str]) -> None:
        self.data = data
        self.environment = {**os.environ, **environment, "CURBSTOP_DATA": str(data)}
        self.up: subprocess.Popen[str] | None = None
        self.said = ""

    def runs(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*CURBSTOP, *arguments], env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.runs("status", "--json").stdout))

    def starts(self) -> None:
        """Start the suite and note what it says until it is ready."""
        output = subprocess.PIPE
        self.up = subprocess.Popen([*CURBSTOP, "up"], env=self.environment, stdout=output, stderr=output, text=True)
        assert self.up.stdout is not None
        self.said = ""
        for line in self.up.stdout:
            self.said += line
            if line.startswith("Ready."):
                return
        _, why = self.up.communicate()
        raise AssertionError(f"it never became ready: {self.said}\n{why}")

    def kills(self) -> None:
        assert self.up is not None
        self.up.kill()

    def last_words(self) -> tuple[int, str]:
        """What `up` said after it was ready, and its exit code."""
        assert self.up is not None
        said, _ = self.up.communicate(timeout=90)
        return self.up.returncode, said

    def pids(self) -> list[int]:
        return [json.loads((self.data / "run" / f"{part}.json").read_text())["pid"] for part in PARTS]


@pytest.fixture(scope="module")
def operator(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    prefix = f"t{uuid.uuid4().hex[:10]}."
    environment = {**places.environment(), "CURBSTOP_TOPIC_PREFIX": prefix}
    person = Operator(tmp_path_factory.mktemp("up") / "data", environment)
    person.starts()
    yield person
    person.runs("down")
    for service in SERVICES:
        drop_database(places.postgres_url, database_name(prefix, service))
    admin = kafka_admin.connect(places.kafka_login)
    topics.withdraw(admin, topics.all_topics(["sample-bank"]), prefix)


def test_up_says_where_everything_is(operator: Operator) -> None:
    assert all(f"{service:<14} http://127.0.0.1:" in operator.said for service in SERVICES)
    assert "mailbox        http://127.0.0.1:" in operator.said
    assert "sample-bank.env" in operator.said
    services = operator.status()["services"]
    assert {name: one["ready"] for name, one in services.items()} == dict.fromkeys(SERVICES, True)


def test_an_empty_ledger_agrees(operator: Operator) -> None:
    answer = operator.runs("ledger", "verify")
    assert (answer.returncode, answer.stdout.splitlines()[-1]) == (0, "The books agree.")


def test_a_pack_is_checked_and_put_in_force_everywhere(operator: Operator) -> None:
    assert operator.runs("town", "apply", PACK).returncode == 0
    hashes = json.loads(operator.runs("town", "current", "--json").stdout)
    assert list(hashes) == list(SERVICES)
    assert len(set(hashes.values())) == 1


def test_snapshots_are_sent_again_by_those_that_have_any(operator: Operator) -> None:
    sent = json.loads(operator.runs("republish", "--json").stdout)
    assert list(sent) == list(SERVICES)


def test_topics_are_in_place_already(operator: Operator) -> None:
    assert operator.runs("topics", "apply", "--vendor", "sample-bank").stdout == "Nothing to change.\n"


def test_a_second_up_on_the_same_data_is_refused(operator: Operator) -> None:
    refused = operator.runs("up")
    assert refused.returncode == 1
    assert "is in use by process" in refused.stderr


def test_a_killed_up_takes_everything_with_it_and_comes_back_at_the_same_addresses(operator: Operator) -> None:
    before, pids = operator.status(), operator.pids()
    operator.kills()
    operator.last_words()
    assert all(gone(pid, within=30) for pid in pids)
    assert operator.runs("status").returncode == 1
    operator.starts()
    after = operator.status()
    assert [one["url"] for one in after["services"].values()] == [one["url"] for one in before["services"].values()]


def test_down_stops_all_of_it(operator: Operator) -> None:
    pids = operator.pids()
    assert operator.runs("down").stdout == "Stopped.\n"
    assert operator.last_words() == (0, "Stopped. The data stays; `curbstop reset` clears it.\n")
    assert holder(operator.data) is None
    assert all(gone(pid) for pid in pids)
