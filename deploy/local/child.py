"""One program that a supervisor owns: started in its own process group, logged to a file, surely stopped."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.local.guardian import Guardian
from deploy.local.trouble import TroubleError, tail

_guardian: Guardian | None = None


def guardian() -> Guardian:
    """This process's guardian, started with its first child."""
    global _guardian  # noqa: PLW0603
    if _guardian is None or not _guardian.alive:
        _guardian = Guardian()
    return _guardian


def dismiss_guardian() -> None:
    """Let the guardian go when it has nothing left to watch."""
    global _guardian  # noqa: PLW0603
    if _guardian is not None and not _guardian.watched:
        _guardian.dismiss()
        _guardian = None


@dataclass
class Child:
    """A program by name, how to start it and how to ask it to stop.

    `record` is the file that remembers its pid, so that the next run finds one that outlived a killed supervisor.
    """

    name: str
    command: Sequence[str]
    log: Path
    record: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    user: str | int | None = None
    group: str | int | None = None
    stop_signal: int = signal.SIGTERM
    _program: subprocess.Popen[bytes] | None = None
    _log_start: int = 0

    @property
    def pid(self) -> int:
        """The process id; the process group has the same. Raises TroubleError before the first start."""
        if self._program is None:
            raise TroubleError(f"{self.name} was not started.")
        return self._program.pid

    @property
    def running(self) -> bool:
        return self.exit_code is None and self._program is not None

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        if self._program is None:
            return None
        code = self._program.poll()
        if code is not None:
            guardian().forget(self._program.pid)
        return code

    def start(self) -> None:
        """Start it, after ending any leftover of a killed run."""
        end_leftover(self.record)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._program = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment) or None,
                cwd=self.folder,
                user=self.user,
                group=self.group,
                extra_groups=None if self.user is None else [],
                start_new_session=True,
            )
        guardian().watch(self._program.pid, self.stop_signal)
        remember(self.record, self._program.pid)

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until it is ready. Raises TroubleError, with the end of its log, when it dies or is too slow."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise TroubleError(f"{self.name} ended while starting; its log {self.log} says:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise TroubleError(
                    f"{self.name} was not ready after {seconds:.0f} s; its log {self.log} says:\n{self.last_words()}"
                )
            time.sleep(0.05)

    def obituary(self) -> str | None:
        """How it ended and the end of its log; None while it runs."""
        if self.running:
            return None
        return f"{self.name} ended ({_how(self.exit_code)}); its log {self.log} says:\n{self.last_words()}"

    def last_words(self, lines: int = 12) -> str:
        """The end of what it logged since its last start."""
        with self.log.open("rb") as log:
            log.seek(max(self._log_start, self.log.stat().st_size - 20_000))
            return tail(log.read().decode(errors="replace"), lines) or "    (nothing)"

    def ask_to_stop(self) -> None:
        """Ask without waiting, so that several can stop at once; `stop` waits."""
        self._signal(self.stop_signal)

    def stop(self, grace: float = 20.0) -> None:
        """Ask it to stop, and kill it when it does not within the grace."""
        if self._program is None:
            return
        self._signal(self.stop_signal)
        try:
            self._program.wait(grace)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._program.wait()
        self._gone()

    def kill(self) -> None:
        """kill -9, as a power cut or the kernel's memory killer would."""
        self._signal(signal.SIGKILL)
        if self._program is not None:
            self._program.wait()
            self._gone()

    def _signal(self, number: int) -> None:
        if self._program is not None and self._program.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._program.pid, number)

    def _gone(self) -> None:
        guardian().forget(self.pid)
        self.record.unlink(missing_ok=True)


def _how(code: int | None) -> str:
    if code is None:
        return "was not started"
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def remember(record: Path, pid: int) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()}))


def end_leftover(record: Path) -> None:
    """End the program a killed run left behind, if it is still that program and not another with its pid."""
    with contextlib.suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
        known = json.loads(record.read_text())
        program = psutil.Process(known["pid"])
        if abs(program.create_time() - known["started"]) < 1:
            program.kill()
            program.wait(10)
    record.unlink(missing_ok=True)
