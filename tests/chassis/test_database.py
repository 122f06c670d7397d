"""The pool of connections: what is given up is closed."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest
from sqlalchemy import make_url

from chassis.database import connect
from tests.conftest import GivenDatabase


@pytest.fixture
def uncollected() -> Iterator[None]:
    """What is only closed when the garbage is collected stays open, as it can for minutes in a service."""
    gc.disable()
    yield
    gc.enable()


async def test_a_connection_given_up_while_it_is_opened_is_closed(database: GivenDatabase, uncollected: None) -> None:
    url = database("sample")
    before = open_to(url)
    for moment in range(40):
        engine = connect(url, 1, "sample")
        opening = asyncio.create_task(engine.connect().start())
        await asyncio.sleep(moment / 2000)
        opening.cancel()
        with suppress(asyncio.CancelledError):
            await (await opening).close()
        await engine.dispose()
    assert open_to(url) == before


def open_to(url: str) -> int:
    """How many connections this process has to the server."""
    port = make_url(url).port
    return sum(1 for one in psutil.Process().net_connections("tcp") if one.raddr and one.raddr.port == port)
