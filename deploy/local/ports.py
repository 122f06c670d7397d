"""TCP ports: which are taken, and which are promised to a program that does not listen yet.

Between choosing a port and listening on it nothing can be seen of it, and two stacks that started together could choose
the same one. So each process locks the ports it has chosen, each by one byte of a file that all of the user's processes
share. The locks are the kernel's, and end with their process however it died.
"""

import fcntl
import functools
import os
import random
import socket
from pathlib import Path

from deploy.local.cache import cache
from deploy.local.trouble import TroubleError

# Below the ranges from which Linux (32768) and macOS (49152) take ports for outgoing connections. Inside
# them, a client that retries a stopped broker can be given the broker's own port and connect to itself.
PORTS = range(20_000, 32_000)
TRIES = 200

_chance = random.SystemRandom()  # two programs with the same seed would look at the same ports in the same order
_own: set[int] = set()


def free_port() -> int:
    """A TCP port on which nothing listens just now, promised to this process for as long as it lives."""
    for port in _chance.sample(PORTS, TRIES):
        if port not in _own and promise(port) and not in_use(port):
            return port
    raise TroubleError(f"No free port between {PORTS.start} and {PORTS.stop}: stop some programs and try again.")


def promise(port: int) -> bool:
    """Keep a port for this process; False when another one has it. Where nothing can be locked, nobody has any."""
    if port not in _own:
        try:
            fcntl.lockf(_promises(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        except BlockingIOError:
            return False
        except OSError:
            pass
        _own.add(port)
    return True


@functools.cache
def _promises() -> int:
    """The shared file, opened once and never closed: a process that closes it anywhere loses all its locks."""
    cache().mkdir(parents=True, exist_ok=True)
    return os.open(cache() / "ports", os.O_RDWR | os.O_CREAT, 0o600)


def refuse_taken(port: int, folder: Path, whose: str) -> None:
    """Raise TroubleError when another program has the port that a data folder remembers for a part of its stack."""
    if in_use(port):
        raise TroubleError(
            f"Port {port}, which {folder / 'ports.json'} remembers for {whose}, is in use by another program: "
            "stop that one, or delete the file to choose new ports."
        )


def in_use(port: int) -> bool:
    """Whether a program has the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return listens(port)  # macOS lets a second program bind beside one that listens on every address


def listens(port: int) -> bool:
    """Whether somebody answers there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
