"""Stops what a supervisor started when the supervisor itself is gone, however it went.

A small process of its own that holds the reading end of a pipe. The supervisor writes `watch PID SIGNAL` and
`forget PID`; when it dies, even by kill -9, the pipe ends and the guardian stops whatever it still watches.
Works alike on Linux and macOS, and needs nothing but the standard library so that it starts in no time.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

GRACE_SECONDS = 20.0


class Guardian:
    """The supervisor's end of the pipe."""

    def __init__(self) -> None:
        self.watched: set[int] = set()
        self._program = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )

    @property
    def alive(self) -> bool:
        return self._program.poll() is None

    def watch(self, pid: int, stop_signal: int) -> None:
        self.watched.add(pid)
        self._say(f"watch {pid} {stop_signal}")

    def forget(self, pid: int) -> None:
        self.watched.discard(pid)
        self._say(f"forget {pid}")

    def dismiss(self) -> None:
        """Let the guardian go; it stops whatever it was not told to forget."""
        assert self._program.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._program.stdin.close()
        self._program.wait()

    def _say(self, line: str) -> None:
        assert self._program.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._program.stdin.write(line + "\n")
            self._program.stdin.flush()


def listen() -> dict[int, int]:
    """Read until the supervisor is gone; answer what is left to stop, pid to signal."""
    watched: dict[int, int] = {}
    for line in sys.stdin:
        match line.split():
            case ["watch", pid, stop_signal]:
                watched[int(pid)] = int(stop_signal)
            case ["forget", pid]:
                watched.pop(int(pid), None)
            case _:
                pass
    return watched


def stop_all(watched: dict[int, int]) -> None:
    """Ask every process group politely, then not."""
    for pid, stop_signal in watched.items():
        _signal(pid, stop_signal)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(_signal(pid, 0) for pid in watched):
        time.sleep(0.1)
    for pid in watched:
        _signal(pid, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    stop_all(listen())
