"""A port is given to one program at a time, from the moment it is chosen."""

import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.local import ports
from deploy.local.ports import PORTS, free_port, in_use, promise
from deploy.local.trouble import TroubleError

PROMISE = """
import sys
from deploy.local.ports import promise
print(promise(int(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@contextmanager
def promised_elsewhere(port: int) -> Iterator[str]:
    """What another process is answered that asks for a port, and lives meanwhile."""
    command = [sys.executable, "-c", PROMISE, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        yield program.stdout.readline().strip()
        program.stdin.close()


def test_a_port_on_which_someone_listens_is_in_use() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert in_use(server.getsockname()[1])


def test_no_port_is_given_twice() -> None:
    given = [free_port() for _ in range(50)]
    assert len(set(given)) == 50
    assert set(given) <= set(PORTS)


def test_a_port_that_was_given_here_is_refused_elsewhere() -> None:
    with promised_elsewhere(free_port()) as answer:
        assert answer == "False"


def test_a_promise_ends_with_the_process_that_was_given_it() -> None:
    port = secrets.choice(range(10_000, PORTS.start))  # one that nobody is given
    with promised_elsewhere(port) as answer:
        assert answer == "True"
        assert not promise(port)
    assert promise(port)


def test_where_every_port_is_somebody_elses_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "promise", lambda port: False)
    with pytest.raises(TroubleError, match="No free port between 20000 and 32000"):
        free_port()
