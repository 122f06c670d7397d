"""Moves through the running service: roles, the lists of the office, and what travels over Kafka."""

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from chassis.kafka import credentials
from chassis.settings import Settings
from contracts.accounts import AccountChanged
from contracts.billing import BusinessDayStarted
from contracts.orders import ServiceOrderRequested
from deploy.local.places import Places
from services.accounts.app import build
from tests.accounts.builders import TODAY, comes, leaves
from tests.accounts.test_moves_orders import completed
from tests.accounts.test_service import ACCOUNTS, AGREEMENTS, PEOPLE, PREMISES, events, post
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import apply_town, bearer, environment, messages, running, settled, topics_of


@pytest.fixture
async def counter(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> AsyncIterator[tuple[httpx.AsyncClient, AIOKafkaProducer]]:
    make_topics(topics_of("accounts"), topic_prefix, 1)
    settings = Settings(**environment(places, database("accounts", migrated=True), topic_prefix))
    producer = AIOKafkaProducer(bootstrap_servers=places.kafka_servers, **credentials(settings))
    await producer.start()
    try:
        async with running(build(settings)) as client:
            await apply_town(client)
            for file, text in [("premises", PREMISES), ("people", PEOPLE), ("accounts", ACCOUNTS)]:
                assert (await post(client, file, text)).status_code == 200
            assert (await post(client, "agreements", AGREEMENTS)).status_code == 200
            day = BusinessDayStarted(date=TODAY).model_dump_json().encode()
            await producer.send_and_wait(topic_prefix + "BusinessDayStarted", day, key=b"k")
            await settled(client)
            yield client, producer
    finally:
        await producer.stop()


async def test_a_turnover_is_told_and_done_once_the_crew_has_read_the_meter(
    counter: tuple[httpx.AsyncClient, AIOKafkaProducer], places: Places, topic_prefix: str
) -> None:
    client, producer = counter
    given = {
        "request": "R1", "move_out": leaves("10001", "2023-03-14"), "move_in": comes("P1", "2023-03-15"),
        "why": "called the office",
    }  # fmt: skip
    made = (await client.post("/moves", json=given)).json()
    assert (made["kind"], made["in_account"], made["state"]) == ("turnover", "10002", "open")
    assert (await client.post("/moves", json=given)).json()["move_id"] == made["move_id"]
    await settled(client)
    (order,) = await messages(places, topic_prefix + "ServiceOrderRequested")
    asked = ServiceOrderRequested.model_validate_json(order.value)
    told = {one.number: one for one in await events(places, topic_prefix, AccountChanged)}
    assert told["10001"].closed == told["10002"].opened == date(2023, 3, 15)

    (late,) = (await client.get("/moves/waiting")).json()
    assert (late["request"], late["days"]) == ("R1", 0)
    done = completed(asked.order_id, service_point_id=asked.service_point_id).model_dump_json().encode()
    await producer.send_and_wait(topic_prefix + "ServiceOrderCompleted", done, key=str(asked.account_id).encode())
    await settled(client)
    assert (await client.get("/moves/waiting")).json() == []
    (moved,) = (await client.get("/accounts/10001/moves")).json()
    assert (moved["state"], moved["reads"][0]["value"]) == ("done", "1234")


async def test_a_new_customer_is_listed_until_their_rates_are_confirmed(
    counter: tuple[httpx.AsyncClient, AIOKafkaProducer],
) -> None:
    client, _ = counter
    given = {
        "request": "R1", "move_out": leaves("10001", "2023-03-14"), "why": "called the office",
        "move_in": comes("P1", "2023-03-15", deposit={"water": "100.00"}),
    }  # fmt: skip
    await client.post("/moves", json=given)
    asked = {"since": "2023-03-01", "unconfirmed": "true"}
    (new,) = (await client.get("/accounts/new", params=asked)).json()
    assert (new["number"], new["deposit_terms"]) == ("10002", {"water": "100.00"})
    right = {"why": "looked at the meter", "attributes": {"water": {"meter_size": "1"}}}
    confirmed = (await client.post("/accounts/10002/confirm", json=right)).json()
    assert confirmed["services"]["water"] == {"class": "residential", "meter_size": "1"}
    assert (await client.get("/accounts/new", params=asked)).json() == []
    (found,) = (await client.get("/premises", params={"address": "12 oak"})).json()
    assert found["account_number"] == "10002"
    (known,) = (await client.get("/people", params={"name": "díaz"})).json()
    assert known["accounts"] == ["10001"]


async def test_only_a_coordinator_reaches_far_back_and_a_cashier_moves_nobody(
    counter: tuple[httpx.AsyncClient, AIOKafkaProducer],
) -> None:
    client, _ = counter
    given = {"request": "R1", "move_out": leaves("10001", "2023-01-10"), "why": "told us late"}
    for role, status in (("cashier", 403), ("clerk", 409), ("coordinator", 200)):
        answer = await client.post("/moves", json=given, headers=bearer(role))
        assert answer.status_code == status, answer.text
    assert "more than 30 days back" in answer.json()["warnings"][0]
    entries = (await client.get("/audit/move R1")).json()
    assert [(one["actor"], one["action"], one["why"]) for one in entries] == [("pat", "move", "told us late")]
