"""What goes on beside requests and messages survives faults that pass, and is missed when it ends."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from chassis import service
from chassis.kit import Background, Kit, Parts
from chassis.passing import pause
from chassis.service import service_app
from chassis.settings import Settings
from deploy.local.places import Places
from tests.chassis.sample import sample
from tests.conftest import GivenDatabase
from tests.running import environment, eventually, running


@pytest.fixture
async def settings(places: Places, database: GivenDatabase, topic_prefix: str) -> AsyncIterator[Settings]:
    given = environment(places, database("sample"), topic_prefix)
    async with sample(given["database_url"]):
        yield Settings(**given)


def failing(*faults: Exception) -> tuple[Background, list[str]]:
    """Work that meets these faults one after the other, then goes on for ever; and what it noted."""
    noted: list[str] = []

    async def work(kit: Kit) -> None:
        noted.append("began")
        if len(noted) <= len(faults):
            raise faults[len(noted) - 1]
        await asyncio.Event().wait()

    return work, noted


async def test_work_goes_on_after_the_database_was_away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "RETRY_PAUSE", 0.01)
    work, noted = failing(psycopg.OperationalError("server closed the connection"), ConnectionResetError())
    app = service_app(Parts(name="sample", background=(work,)), settings)
    async with running(app) as client:
        await eventually(lambda: _answers(noted, 3))
        assert (await client.get("/health/live")).json() == {"alive": True, "dead": []}


async def test_work_that_ended_is_told_to_whoever_asks_whether_the_process_lives(settings: Settings) -> None:
    work, _ = failing(RuntimeError("a mistake in the program"))
    app = service_app(Parts(name="sample", background=(work,)), settings)
    async with running(app) as client:
        await eventually(lambda: _dead(client))
        assert (await client.get("/health/live")).json() == {"alive": False, "dead": ["background 0"]}


async def test_who_is_told_to_end_amid_a_statement_that_then_fails_does_not_try_again() -> None:
    async def ask() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise psycopg.OperationalError("another command is already in progress") from None

    async def go_on() -> None:
        while True:
            try:
                await ask()
            except psycopg.OperationalError as error:
                await pause(error, 60)

    async def hands() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(go_on())

    work = asyncio.create_task(hands())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    work.cancel()
    await asyncio.wait({work}, timeout=10)
    assert work.cancelled()


async def test_a_service_stops_although_a_library_swallows_that_it_should(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CANCEL_AGAIN", 0.05)
    deaf: list[str] = []

    async def work(kit: Kit) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            deaf.append("the first time")
        await asyncio.Event().wait()

    async with running(service_app(Parts(name="sample", background=(work,)), settings)):
        await asyncio.sleep(0)
    assert deaf == ["the first time"]


async def _answers(noted: list[str], times: int) -> bool:
    return len(noted) >= times


async def _dead(client: httpx.AsyncClient) -> bool:
    return (await client.get("/health/live")).status_code == 503
