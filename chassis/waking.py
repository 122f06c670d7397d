"""Being told by PostgreSQL that a transaction has committed that somebody waits for, instead of asking all the time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.database import asking, driver_of


@asynccontextmanager
async def told_of(engine: AsyncEngine, channel: str) -> AsyncIterator[AsyncConnection]:
    """A connection for questions that is told of what is notified on a channel meanwhile."""
    async with asking(engine) as connection:
        try:
            await listen(await driver_of(connection), channel)
            yield connection
        finally:
            # Back in the pool, it would go on being told.
            await connection.invalidate()


async def listen(driver: psycopg.AsyncConnection[Any], channel: str) -> None:
    """Have a connection told of what is notified on a channel from now on."""
    await driver.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))


async def wait_for_news(driver: psycopg.AsyncConnection[Any], seconds: float) -> None:
    """Wait for news of a commit, or a while. psycopg's own waiting wakes up ten times a second to look."""
    if await _told(driver):
        return
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(driver.fileno(), readable.set)
    try:
        async with asyncio.timeout(seconds):
            await readable.wait()
    except TimeoutError:
        return
    finally:
        loop.remove_reader(driver.fileno())
    await _told(driver)


async def _told(driver: psycopg.AsyncConnection[Any]) -> bool:
    """Whether news came, perhaps while the connection was busy with a question."""
    return bool([one async for one in driver.notifies(timeout=0)])
