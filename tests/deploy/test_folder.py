"""The data folder: one holder at a time, ports and secrets that stay."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import folder
from deploy.local.folder import Folder, holder
from deploy.local.ports import PORTS
from deploy.local.trouble import TroubleError

HOLD = """
import sys, time
from pathlib import Path
from deploy.local.folder import Folder
folder = Folder(Path(sys.argv[1])).hold()
print("held", flush=True)
time.sleep(60)
"""


def held_elsewhere(path: Path) -> "subprocess.Popen[str]":
    program = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "held\n"
    return program


def end(program: "subprocess.Popen[str]") -> None:
    program.send_signal(signal.SIGKILL)
    program.communicate()


def test_a_second_holder_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    other = held_elsewhere(tmp_path)
    try:
        assert holder(tmp_path) == other.pid
        with pytest.raises(TroubleError, match=f"in use by process {other.pid}"):
            Folder(tmp_path).hold()
    finally:
        end(other)


def test_the_lock_of_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    end(held_elsewhere(tmp_path))
    assert (tmp_path / "lock").read_text()
    with Folder(tmp_path).held():
        assert holder(tmp_path) == os.getpid()
    assert holder(tmp_path) is None


def test_a_disk_that_is_nearly_full_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "NEEDS_BYTES", 1 << 60)
    with pytest.raises(TroubleError, match="MB are free on the disk of"):
        Folder(tmp_path).hold()


def test_nobody_holds_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert holder(tmp_path / "never") is None


def test_ports_are_remembered(tmp_path: Path) -> None:
    port = Folder(tmp_path).port("kafka")
    assert Folder(tmp_path).port("kafka") == port
    assert port in PORTS


def test_secrets_are_remembered_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = Folder(tmp_path)
    assert not first.knows_secret("signing key")
    secret = first.secret("signing key")
    assert Folder(tmp_path).secret("signing key") == secret
    assert len(secret) >= 32
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
