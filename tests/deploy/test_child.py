"""What a supervisor starts ends: when asked, when it will not listen, and when the supervisor itself is killed."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.local.child import Child, end_leftover
from deploy.local.trouble import TroubleError

SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
SUPERVISOR = """
import sys, time
from pathlib import Path
from deploy.local.child import Child
folder = Path(sys.argv[1])
child = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], folder / "log", folder / "pid.json")
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


def child(folder: Path, program: str = SLEEP) -> Child:
    return Child("sleeper", [sys.executable, "-c", program], folder / "log", folder / "pid.json")


def gone(pid: int, within: float = 10) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_it_stops_when_asked(tmp_path: Path) -> None:
    sleeper = child(tmp_path)
    sleeper.start()
    assert sleeper.running
    assert sleeper.obituary() is None
    sleeper.stop()
    assert sleeper.exit_code == -signal.SIGTERM
    assert not (tmp_path / "pid.json").exists()


def test_one_that_will_not_listen_is_killed(tmp_path: Path) -> None:
    deaf = child(tmp_path, DEAF)
    deaf.start()
    deaf.wait_until(lambda: "deaf" in deaf.last_words(), 10)
    deaf.stop(grace=0.2)
    assert deaf.exit_code == -signal.SIGKILL


def test_it_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    supervisor.kill()
    supervisor.communicate()
    assert gone(pid)


def test_a_leftover_of_a_killed_run_is_ended_before_the_next_start(tmp_path: Path) -> None:
    leftover = child(tmp_path)
    leftover.start()
    again = child(tmp_path)
    again.start()
    assert gone(leftover.pid)
    assert again.running
    again.stop()
    leftover.stop()


def test_another_program_that_got_the_pid_of_a_leftover_is_left_alone(tmp_path: Path) -> None:
    bystander = child(tmp_path)
    bystander.start()
    record = tmp_path / "old.json"
    record.write_text(json.dumps({"pid": bystander.pid, "started": 1.0}))
    end_leftover(record)
    assert bystander.running
    bystander.stop()


def test_a_program_that_dies_while_starting_is_quoted(tmp_path: Path) -> None:
    broken = child(tmp_path, "raise SystemExit('the disk is full')")
    broken.start()
    with pytest.raises(TroubleError, match=r"sleeper ended while starting.*\n.*the disk is full"):
        broken.wait_until(lambda: False, 10)
    assert "exit code 1" in (broken.obituary() or "")


def test_a_program_that_is_too_slow_is_named(tmp_path: Path) -> None:
    slow = child(tmp_path)
    slow.start()
    with pytest.raises(TroubleError, match="sleeper was not ready after 0 s"):
        slow.wait_until(lambda: False, 0.1)
    slow.stop()
