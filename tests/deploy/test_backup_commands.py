"""`curbstop backup`, `restore`, `reconverge`, `mail`: what cannot be done is one sentence that says what to do."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from curbstop import running
from curbstop.given import given
from curbstop.main import app
from deploy.local.folder import Folder


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_data", tmp_path / "data")
    for name in ("BACKUPS", "SECRETS", "KAFKA_SERVERS", "POSTGRES_URL", "NOTIFICATIONS_URL"):
        monkeypatch.delenv(f"CURBSTOP_{name}", raising=False)


def curbstop(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("restore", "--to", "latest"), "Name their folder with --backups or CURBSTOP_BACKUPS"),
        (("restore", "--to", "2023-03-01", "--backups", "/nowhere"), "In which zone is 2023-03-01?"),
        (("restore", "--to", "yesterday", "--backups", "/nowhere"), "yesterday is no instant"),
        (("restore", "--to", "2999-01-01T00:00:00Z", "--backups", "/nowhere"), "has not come yet"),
        (("backup", "--backups", "/nowhere"), "Nothing is running"),
        (("backup",), "Name their folder with --backups or CURBSTOP_BACKUPS"),
        (("reconverge", "now"), "Say `curbstop reconverge prepare`"),
        (("reconverge", "prepare"), "Set CURBSTOP_KAFKA_SERVERS."),
        (("mail", "held"), "Start the suite with `curbstop up`, or set CURBSTOP_"),
        (("vendor", "rotate", "kiosk"), "No vendor kiosk was ever set up"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    answer = curbstop(*arguments)
    assert answer.exit_code == 1
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_restore_without_any_base_backup_says_so_and_touches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURBSTOP_DOCKER", "no")
    answer = curbstop("restore", "--to", "latest", "--backups", str(tmp_path / "backups"))
    assert "There is no finished base backup" in answer.stderr
    assert not (tmp_path / "data" / "postgres").exists()


def test_postgresql_of_elsewhere_is_restored_by_its_own_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURBSTOP_POSTGRES_URL", "postgresql://elsewhere/postgres")
    monkeypatch.setenv("CURBSTOP_DOCKER", "no")
    answer = curbstop("restore", "--to", "latest", "--backups", "/nowhere")
    assert "restore it with its own tools, then `curbstop reconverge prepare`" in answer.stderr


def test_a_vendors_credentials_are_forgotten_and_made_anew(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "data").hold()
    before = folder.secret("webhook kiosk"), folder.secret("kafka vendor.kiosk"), folder.secret("kafka payments")
    folder.release()
    assert curbstop("vendor", "rotate", "kiosk").exit_code == 0
    after = folder.secret("webhook kiosk"), folder.secret("kafka vendor.kiosk"), folder.secret("kafka payments")
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, False, True]


def test_a_secret_may_stand_in_a_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "curbstop_kafka_admin_password").write_text("from the file\n")
    monkeypatch.setenv("CURBSTOP_SECRETS", str(tmp_path))
    monkeypatch.delenv("CURBSTOP_KAFKA_ADMIN_PASSWORD", raising=False)
    assert given("CURBSTOP_KAFKA_ADMIN_PASSWORD") == "from the file"
    monkeypatch.setenv("CURBSTOP_KAFKA_ADMIN_PASSWORD", "from the environment")
    assert given("CURBSTOP_KAFKA_ADMIN_PASSWORD") == "from the environment"
    assert given("CURBSTOP_NOBODY_SETS_THIS") is None
