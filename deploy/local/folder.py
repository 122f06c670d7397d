"""The data folder: who runs it, the ports and the secrets it remembers.

Everything a stack needs to come back the same after a stop stands in this one folder, so that
clearing it clears the stack.
"""

import fcntl
import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from deploy.local.ports import free_port, promise
from deploy.local.trouble import TroubleError

NEEDS_BYTES = 1 << 29


class Folder:
    """A data folder held by this process until `release`; a second holder is refused by name.

    The lock is the kernel's, so it ends with its holder however that one died: a lock file left by a
    killed run holds nobody up.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[str] | None = None

    def hold(self) -> "Folder":
        """Take the folder, creating it where it is missing.

        Raises TroubleError when another living process has it, or when it cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._refuse_full_disk()
            self._lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise TroubleError(f"Cannot write to {self.path} ({error.strerror}): choose another --data.") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            raise TroubleError(
                f"{self.path} is in use by process {holder(self.path)}: stop that one with `curbstop down`, "
                "or choose another --data."
            ) from None
        self._lock.truncate(0)
        self._lock.write(json.dumps({"pid": os.getpid(), "command": " ".join(sys.argv)}))
        self._lock.flush()
        return self

    def _refuse_full_disk(self) -> None:
        free = shutil.disk_usage(self.path).free
        if free < NEEDS_BYTES:
            raise TroubleError(
                f"Only {free >> 20} MB are free on the disk of {self.path}: free {NEEDS_BYTES >> 20} MB, "
                "or choose another --data."
            )

    @contextmanager
    def held(self) -> Iterator["Folder"]:
        """Hold it for the length of a block."""
        self.hold()
        try:
            yield self
        finally:
            self.release()

    def release(self) -> None:
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def port(self, name: str) -> int:
        """The port remembered under this name, or a free one, remembered from now on; promised to this process."""
        port = int(self._remember("ports.json", name, free_port))
        promise(port)
        return port

    def secret(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
        """The password or key remembered under this name, made on first use."""
        return str(self._remember("secrets.json", name, make))

    def secrets(self) -> list[str]:
        """The names of all that are remembered."""
        return sorted(_read(self.path / "secrets.json"))

    def forget_secret(self, name: str) -> None:
        """Forget it: the next one who asks for it is given a new one."""
        known = _read(self.path / "secrets.json")
        known.pop(name, None)
        write_private(self.path / "secrets.json", json.dumps(known, indent=1, sort_keys=True))

    def knows_secret(self, name: str) -> bool:
        return name in _read(self.path / "secrets.json")

    def _remember(self, file: str, name: str, make: Callable[[], Any]) -> Any:
        known = _read(self.path / file)
        if name not in known:
            known[name] = make()
            write_private(self.path / file, json.dumps(known, indent=1, sort_keys=True))
        return known[name]


def holder(path: Path) -> int | None:
    """The process that holds the data folder, or None when nobody does."""
    try:
        with (path / "lock").open("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(json.loads(lock.read() or "{}").get("pid", 0))
    except FileNotFoundError:
        pass
    return None


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {}
