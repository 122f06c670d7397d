"""The operator's command: quick to start, one sentence and a non-zero exit when something is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from curbstop import running
from curbstop.main import app
from deploy.local.folder import Folder

GOOD = {
    "vendor_payment_id": "K-1",
    "account_number": "10023",
    "amount": "84.12",
    "paid_at": "2023-03-01T14:05:00Z",
}


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_data", tmp_path / "data")
    for service in running.SERVICES:
        monkeypatch.delenv(f"CURBSTOP_{service.upper()}_URL", raising=False)


def curbstop(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_help_names_every_command_and_loads_no_service() -> None:
    program = "import sys; from curbstop.main import app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    heavy = [name for name in loaded if name.split(".")[0] in ("services", "chassis", "confluent_kafka", "sqlalchemy")]
    assert heavy == []
    said = curbstop("--help").output
    for command in ("up", "down", "reset", "demo", "status", "topics", "town", "deadletters", "waiting", "republish"):
        assert command in said


def test_status_of_nothing_says_so_and_fails() -> None:
    assert curbstop("status").exit_code == 1
    answer = curbstop("status", "--json")
    assert (answer.exit_code, json.loads(answer.stdout)) == (1, {"running": False})


def test_down_with_nothing_running_is_no_error() -> None:
    assert (curbstop("down").exit_code, curbstop("down").stdout) == (0, "Nothing was running.\n")


def test_reset_asks_first(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    Folder(tmp_path / "data").port("kafka")
    assert curbstop("reset").exit_code == 1
    assert (tmp_path / "data").exists()
    assert curbstop("reset", "--yes").exit_code == 0
    assert not (tmp_path / "data").exists()


def test_reset_clears_a_folder_in_which_nothing_was_begun(tmp_path: Path) -> None:
    (tmp_path / "data" / "log").mkdir(parents=True)
    assert curbstop("reset", "--yes").exit_code == 0
    assert not (tmp_path / "data").exists()


def test_reset_deletes_no_folder_that_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.doc").touch()
    answer = curbstop("reset", "--yes")
    assert answer.exit_code == 1
    assert "is not a data folder of ours" in answer.stderr
    assert (tmp_path / "data" / "thesis.doc").exists()


@pytest.mark.parametrize(
    "command", [("deadletters", "list"), ("waiting", "list"), ("republish",), ("ledger", "verify")]
)
def test_a_command_for_the_services_says_how_to_find_them(command: tuple[str, ...]) -> None:
    answer = curbstop(*command)
    assert answer.exit_code == 1
    assert "Start the suite with `curbstop up`, or set CURBSTOP_" in answer.stderr


def test_a_service_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURBSTOP_BILLING_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CURBSTOP_TOKEN", "any")
    answer = curbstop("ledger", "verify")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("billing does not answer at http://127.0.0.1:9/")


def test_a_service_that_does_not_exist_is_named_with_those_that_do() -> None:
    answer = curbstop("deadletters", "list", "--service", "biling")
    assert "There is no service biling; there are accounts, metering, billing" in answer.stderr


def test_redrive_wants_ids_or_all() -> None:
    assert "say --all" in curbstop("deadletters", "redrive", "billing").stderr


def test_copies_are_said_as_service_and_number() -> None:
    assert "--copies billing=2" in curbstop("up", "--copies", "two").stderr


def test_a_vendors_good_file_can_be_sent(tmp_path: Path) -> None:
    file = tmp_path / "payments.jsonl"
    file.write_text(json.dumps(GOOD) + "\n\n" + json.dumps({**GOOD, "vendor_payment_id": "K-2"}) + "\n")
    answer = curbstop("vendor", "check", str(file))
    assert (answer.exit_code, answer.stdout) == (0, f"{file} can be sent as it is.\n")


def test_a_vendors_mistake_is_told_with_its_line_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "payments.jsonl"
    file.write_text(json.dumps(GOOD) + "\n" + json.dumps({**GOOD, "amount": 84.12}) + "\n")
    answer = curbstop("vendor", "check", str(file))
    assert answer.exit_code == 1
    assert 'payments.jsonl:2: "amount" cannot be' in answer.stderr
    listed = json.loads(curbstop("vendor", "check", str(file), "--json").stdout)
    assert (listed[0]["line"], listed[0]["severity"]) == (2, "error")


@pytest.mark.parametrize(("content", "said"), [(b"\xff\xfe", "is not UTF-8"), (None, "Cannot read")])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "payments.json"
    if content is not None:
        file.write_bytes(content)
    assert said in curbstop("vendor", "check", str(file)).stderr


def test_a_pack_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    answer = curbstop("town", "check", str(tmp_path / "nowhere"))
    assert answer.exit_code == 1
    assert "There is no town pack in" in answer.stderr
