"""At the edge: the commit comes before the answer, errors are sentences, and a body has a limit."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from chassis.auth import allow
from chassis.kit import Parts
from chassis.refusal import Refused
from chassis.service import service_app
from chassis.settings import Settings
from chassis.web import BODY_LIMIT, Tx
from deploy.local.places import Places
from tests.chassis.sample import sample
from tests.conftest import GivenDatabase
from tests.running import environment, running

router = APIRouter()


class Naming(BaseModel):
    name: str


@router.post("/purses", dependencies=[allow("it")])
async def add_purse(tx: Tx, naming: Naming) -> str:
    await tx.execute(text("insert into purse (id, name) values (gen_random_uuid(), :name)"), {"name": naming.name})
    tx.audit("add", f"purse {naming.name}", "asked for", after=naming)
    if naming.name == "refused":
        raise Refused("No purse may be called that. Choose another name.", 422)
    if naming.name == "broken":
        raise RuntimeError("secret detail")
    return naming.name


@router.post("/quiet", dependencies=[allow("it")])
async def change_quietly(tx: Tx) -> str:
    await tx.execute(text("insert into purse (id, name) values (gen_random_uuid(), 'quiet')"))
    return "done"


@router.post("/late", dependencies=[allow("it")])
async def fail_at_commit(tx: Tx) -> str:
    await tx.execute(text("create table late (a int unique deferrable initially deferred)"))
    await tx.execute(text("insert into late values (1), (1)"))
    return "done"


@router.post("/severed", dependencies=[allow("it")])
async def lose_the_database(tx: Tx) -> str:
    await tx.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    return "done"


@pytest.fixture
async def client(places: Places, database: GivenDatabase, topic_prefix: str) -> AsyncIterator[httpx.AsyncClient]:
    given = environment(places, database("sample"), topic_prefix)
    async with sample(given["database_url"]):
        app = service_app(Parts(name="sample", routers=[router]), Settings(**given))
        async with running(app, "it", "auditor") as client:
            client._transport.raise_app_exceptions = False  # type: ignore[attr-defined]
            yield client


async def test_a_change_is_kept_with_who_and_why(client: httpx.AsyncClient) -> None:
    assert (await client.post("/purses", json={"name": "red"})).status_code == 200
    (entry,) = (await client.get("/audit/purse red")).json()
    assert (entry["actor"], entry["why"], entry["after"]) == ("pat", "asked for", {"name": "red"})


async def test_a_change_that_notes_nothing_itself_is_noted_all_the_same(client: httpx.AsyncClient) -> None:
    assert (await client.post("/quiet")).status_code == 200
    (entry,) = (await client.get("/audit//quiet")).json()
    assert (entry["actor"], entry["action"]) == ("pat", "post")


async def test_a_refusal_leaves_nothing_behind(client: httpx.AsyncClient) -> None:
    answer = await client.post("/purses", json={"name": "refused"})
    assert (answer.status_code, answer.json()["error"]) == (422, "No purse may be called that. Choose another name.")
    assert (await client.get("/audit/purse refused")).json() == []


async def test_an_unexpected_error_tells_nothing_of_the_inside(client: httpx.AsyncClient) -> None:
    answer = await client.post("/purses", json={"name": "broken"})
    assert (answer.status_code, "secret" in answer.text) == (500, False)


async def test_what_fails_at_the_commit_is_not_answered_as_done(client: httpx.AsyncClient) -> None:
    assert (await client.post("/late")).status_code == 500


async def test_a_database_that_goes_away_is_told_as_something_that_passes(client: httpx.AsyncClient) -> None:
    answer = await client.post("/severed")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "Try again" in answer.json()["error"]
    assert (await client.post("/purses", json={"name": "after"})).status_code == 200


@pytest.mark.parametrize("body", [{}, {"name": 5}, {"name": None}, []])
async def test_a_request_that_is_not_valid_names_the_field(client: httpx.AsyncClient, body: object) -> None:
    answer = await client.post("/purses", json=body)
    assert answer.status_code == 422
    assert "body" in answer.json()["error"]


async def test_a_body_beyond_the_limit_is_refused_before_it_fills_the_memory(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 2**20 + 2):
            yield b"x" * 2**20

    answer = await client.post("/purses", content=endless(), headers={"content-type": "application/json"})
    assert (answer.status_code, "larger than" in answer.json()["error"]) == (413, True)


async def test_a_service_says_that_it_lives_is_ready_and_settled(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"alive": True, "dead": []}
    assert (await client.get("/health/ready")).json() == {"ready": True, "faults": []}
    assert (await client.get("/settled")).json()["settled"] is True
    page = (await client.get("/metrics")).text
    for name in ("consumer_lag", "last_poll_age", "outbox_depth", "outbox_age", "dead_letters", "waiting_facts"):
        assert f"curbstop_{name}" in page
