"""The supervisor runs real services, tells of those that die, and leaves nothing running."""

import json
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from typer.testing import CliRunner

from curbstop import running as command
from curbstop.main import app
from deploy.local import kafka_admin, topics
from deploy.local.databases import database_name, drop_database
from deploy.local.folder import Folder
from deploy.local.news import READY
from deploy.local.places import Places
from deploy.local.ports import listens
from deploy.local.supervisor import Plan, Suite, running
from deploy.local.trouble import TroubleError


@pytest.fixture(scope="module")
def plan(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plan]:
    """Accounts alone, on the run's Kafka and PostgreSQL, behind a prefix."""
    prefix = f"t{uuid.uuid4().hex[:10]}."
    with pytest.MonkeyPatch.context() as environment:
        for name, value in places.environment().items():
            environment.setenv(name, value)
        folder = tmp_path_factory.mktemp("suite")
        yield Plan(folder, prefix, vendors=("kiosk",), partitions_cap=1, services=("accounts",))
    drop_database(places.postgres_url, database_name(prefix, "accounts"))
    admin = kafka_admin.connect(places.kafka_login)
    topics.withdraw(admin, topics.all_topics(["kiosk"]), prefix)


@pytest.fixture(scope="module")
def news() -> list[tuple[str, str]]:
    return []


@pytest.fixture(scope="module")
def suite(plan: Plan, news: list[tuple[str, str]]) -> Iterator[Suite]:
    with running(plan, lambda part, what: news.append((part, what))) as found:
        yield found


def test_each_part_is_told_when_it_is_ready(suite: Suite, news: list[tuple[str, str]]) -> None:
    assert [part for part, what in news if what == READY] == ["topics", "databases", "mailbox", "accounts"]


def test_a_service_answers_to_a_token_of_the_suite_and_to_no_other(suite: Suite) -> None:
    url = f"{suite.url('accounts')}/settled"
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"Authorization": f"Bearer {suite.token('ann', 'it')}"}).status_code == 200


def test_a_service_is_not_told_the_clusters_administrator(suite: Suite) -> None:
    told = psutil.Process(suite.services["accounts"].pid).environ()
    assert told["CURBSTOP_KAFKA_USER"] == f"{suite.plan.prefix}accounts"
    assert "CURBSTOP_KAFKA_ADMIN_PASSWORD" not in told


def test_a_vendor_gets_a_file_with_its_own_credentials(suite: Suite) -> None:
    file = suite.folder.path / "vendors" / "kiosk.env"
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"export KAFKA_USER='{suite.plan.prefix}vendor.kiosk'" in file.read_text()
    assert suite.vendor("kiosk").webhook_secret.startswith("whsec_")


def test_the_command_finds_the_suite_by_its_data_folder(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_data", suite.plan.folder)
    answer = CliRunner().invoke(app, ["status", "--json"])
    said = json.loads(answer.stdout)
    assert (answer.exit_code, said["services"]["accounts"]["ready"]) == (0, True)
    assert "No dead letters." in CliRunner().invoke(app, ["deadletters", "list", "--service", "accounts"]).stdout
    assert "Nothing waits." in CliRunner().invoke(app, ["waiting", "list", "--service", "accounts"]).stdout


def test_a_second_supervisor_of_the_folder_is_refused(suite: Suite) -> None:
    with pytest.raises(TroubleError, match="is in use by process"), running(suite.plan):
        pass


def test_a_service_that_dies_is_told_once_with_the_end_of_its_log_and_comes_back_when_started(suite: Suite) -> None:
    suite.services["accounts"].kill()
    (said,) = suite.deaths()
    assert "accounts ended (killed by signal 9)" in said
    assert "Uvicorn running" in said
    assert suite.deaths() == []
    suite.start("accounts")
    suite.check()


def test_a_service_that_cannot_start_is_quoted_and_everything_stops(plan: Plan, tmp_path: Path) -> None:
    broken = Plan(tmp_path, plan.prefix, services=("accounts",), settings={"CURBSTOP_DATABASE_URL": "nowhere"})
    with pytest.raises(TroubleError, match=r"accounts ended \(exit code \d\); its log"), running(broken):
        pass
    assert not listens(Folder(tmp_path).port("mailbox"))


def test_a_service_whose_port_is_taken_is_one_sentence(plan: Plan, tmp_path: Path) -> None:
    port = Folder(tmp_path).port("accounts")
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(TroubleError, match=f"Port {port}, .* for accounts, is in use by another program"),
        running(Plan(tmp_path, plan.prefix, services=("accounts",))),
    ):
        pass
