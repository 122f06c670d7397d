"""What the processes of a running suite use: memory at its highest, and processor time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from deploy.local.supervisor import Suite

EVERY = 0.25
MB = 1 << 20
SERVERS = ("Kafka", "PostgreSQL")


class Watch:
    """Samples memory beside the bench. Kafka and PostgreSQL are there only when the suite started them."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._over = threading.Event()
        self._peaks: dict[str, int] = {}

    @contextmanager
    def going_on(self) -> Iterator["Watch"]:
        """Watch for the length of a block."""
        watching = threading.Thread(target=self._watch, daemon=True)
        watching.start()
        try:
            yield self
        finally:
            self._over.set()
            watching.join()

    @property
    def peaks(self) -> dict[str, int]:
        """The highest memory of each so far, in MB."""
        return {name: used // MB for name, used in self._peaks.items()}

    def processor(self) -> dict[str, float]:
        """Seconds of processor time each has used since it started."""
        return {name: sum(map(_seconds, own)) for name, own in self._processes().items()}

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            for name, own in self._processes().items():
                used = sum(_memory(one, shared=len(own) > 1) for one in own)
                self._peaks[name] = max(used, self._peaks.get(name, 0))

    def _processes(self) -> dict[str, list[psutil.Process]]:
        named = {name: child.pid for name, child in self._suite.services.items() if child.running}
        found = {name: _with_children(pid, deep=False) for name, pid in named.items()}
        for name, server in (("Kafka", self._suite.places.kafka), ("PostgreSQL", self._suite.places.postgres)):
            pid = getattr(server, "pid", None)
            if pid is not None:
                found[name] = _with_children(pid, deep=True)
        return found


def _with_children(pid: int, deep: bool) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)] if deep else [root]
    except psutil.NoSuchProcess:
        return []


def _memory(process: psutil.Process, shared: bool) -> int:
    """Resident memory; of processes that share theirs, each one's part of it where the system can tell."""
    try:
        if shared:
            full = process.memory_full_info()
            return int(getattr(full, "pss", full.uss))
        return int(process.memory_info().rss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def _seconds(process: psutil.Process) -> float:
    """What it used, and its children that ended: PostgreSQL has one for each connection, gone when that is closed."""
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    ended = getattr(used, "children_user", 0.0) + getattr(used, "children_system", 0.0)
    return float(used.user + used.system + ended)


def between(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What was used between two looks; a process that came between began at nothing."""
    return {name: used - before.get(name, 0.0) for name, used in after.items()}
