"""A vendor publishes to its own door: good money posts once; every other message is answered and visible."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from standardwebhooks import Webhook

from chassis.kafka import credentials
from contracts.accounts import AccountChanged, AccountStatus
from contracts.billing import BusinessDayStarted
from contracts.ids import thing_id
from contracts.payments import PaymentOutcome, PaymentReceived
from deploy.local.places import Places
from services.payments.app import build
from services.payments.settings import PaymentsSettings
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import apply_town, environment, eventually, messages, running, settled

TOPICS = [
    "AccountChanged", "BalanceChanged", "BusinessDayStarted", "PaymentReceived",
    "PaymentReceived.bank", "PaymentOutcome.bank",
]  # fmt: skip
SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
DAY = date(2023, 3, 15)


class Desk:
    """The running service, and a hand on its topics."""

    def __init__(self, client: httpx.AsyncClient, producer: AIOKafkaProducer, places: Places, prefix: str) -> None:
        self.client, self.producer, self.places, self.prefix = client, producer, places, prefix

    async def send(self, topic: str, value: bytes, key: str = "k", headers: Any = ()) -> None:
        await self.producer.send_and_wait(self.prefix + topic, value, key=key.encode(), headers=list(headers))

    async def open_account(self, number: str) -> UUID:
        account_id = thing_id("windsor-co", "account", number)
        event = AccountChanged(
            account_id=account_id, version=1, number=number, status=AccountStatus.ACTIVE, opened=date(2020, 1, 1),
            cycle="1", premise_id=uuid4(), responsible_person_id=uuid4(), business_date=DAY,
        )  # fmt: skip
        await self.send("AccountChanged", event.model_dump_json().encode(), str(account_id))
        return account_id

    async def publish(self, *payments: dict[str, Any] | bytes) -> list[PaymentOutcome]:
        before = len(await messages(self.places, self.prefix + "PaymentOutcome.bank"))
        for one in payments:
            value = one if isinstance(one, bytes) else json.dumps(one).encode()
            await self.send("PaymentReceived.bank", value)

        async def answered() -> bool:
            return len(await messages(self.places, self.prefix + "PaymentOutcome.bank")) >= before + len(payments)

        await eventually(answered)
        return (await self.outcomes())[before:]

    async def outcomes(self) -> list[PaymentOutcome]:
        found = await messages(self.places, self.prefix + "PaymentOutcome.bank")
        return [PaymentOutcome.model_validate_json(one.value) for one in sorted(found, key=lambda one: one.timestamp)]

    async def posted(self) -> list[PaymentReceived]:
        await settled(self.client)
        found = await messages(self.places, self.prefix + "PaymentReceived")
        return [PaymentReceived.model_validate_json(one.value) for one in found]


def payment(key: str, **changes: object) -> dict[str, Any]:
    said: dict[str, Any] = {
        "vendor_payment_id": key,
        "account_number": "10001",
        "amount": "50.00",
        "paid_at": "2023-03-15T18:00:00Z",
    }
    return said | changes


@pytest.fixture
async def desk(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> AsyncIterator[Desk]:
    make_topics(TOPICS, topic_prefix, 1)
    settings = PaymentsSettings(
        **environment(places, database("payments", migrated=True), topic_prefix), webhook_secrets={"bank": SECRET}
    )
    producer = AIOKafkaProducer(bootstrap_servers=places.kafka_servers, **credentials(settings))
    await producer.start()
    try:
        async with running(build(settings), "coordinator", "it", "cashier") as client:
            await apply_town(client)
            desk = Desk(client, producer, places, topic_prefix)
            await desk.open_account("10001")
            await desk.send("BusinessDayStarted", BusinessDayStarted(date=DAY).model_dump_json().encode())
            await settled(client)
            yield desk
    finally:
        await producer.stop()


async def test_good_money_posts_once_and_is_numbered_without_a_gap(desk: Desk) -> None:
    answers = await desk.publish(payment("V-1"), payment("V-2", amount="25.00"), payment("V-1"))
    assert [str(one.outcome) for one in answers] == ["accepted", "accepted", "duplicate"]
    posted = await desk.posted()
    assert [(one.payment_seq, str(one.amount)) for one in posted] == [(1, "50.00"), (2, "25.00")]


async def test_the_same_id_with_another_amount_changes_nothing_and_is_kept(desk: Desk) -> None:
    await desk.publish(payment("V-1"))
    (answer,) = await desk.publish(payment("V-1", amount="500.00"))
    assert str(answer.outcome) == "conflict"
    assert len(await desk.posted()) == 1
    (letter,) = (await desk.client.get("/dead-letters")).json()
    assert "other content" in letter["reason"]


async def test_money_without_an_account_waits_in_suspense_until_the_account_is_known(desk: Desk) -> None:
    (answer,) = await desk.publish(payment("V-1", account_number="77777"))
    assert str(answer.outcome) == "suspense"
    (waiting,) = (await desk.client.get("/suspense")).json()
    assert (waiting["account_number"], waiting["amount"], waiting["days"]) == ("77777", "50.00", 0)
    account = await desk.open_account("77777")
    await settled(desk.client)
    (posted,) = await desk.posted()
    assert posted.account_id == account
    assert (await desk.client.get("/suspense")).json() == []


async def test_a_person_can_assign_money_in_suspense(desk: Desk) -> None:
    (answer,) = await desk.publish(payment("V-1", account_number="1000l"))
    to = {"account_number": "10001", "why": "the payer wrote an l for a 1"}
    assigned = await desk.client.post(f"/suspense/{answer.payment_id}/assign", json=to)
    assert assigned.json()["state"] == "posted"
    again = await desk.client.post(f"/suspense/{answer.payment_id}/assign", json=to)
    assert again.status_code == 409
    assert len(await desk.posted()) == 1


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (payment("V-1", amount="-50.00"), "not above zero"),
        (payment("V-1", amount=50.25), "decimal string"),
        (payment("V-1", amount="1e3"), "decimal string"),
        ({"vendor_payment_id": "V-1"}, "account_number"),
        (payment("V-1", paid_at="2023-03-15T18:00:00"), "zone"),
        (payment("V-1", currency="EUR"), "USD"),
        (b"{not json", "not valid"),
        (b"\xff\xfe", "not valid"),
        (b"[]", "not valid"),
    ],
)
async def test_a_bad_message_is_answered_kept_and_stops_nothing(
    desk: Desk, value: dict[str, Any] | bytes, word: str
) -> None:
    refused, accepted = await desk.publish(value, payment("V-9"))
    assert (str(refused.outcome), str(accepted.outcome)) == ("refused", "accepted")
    assert word in refused.reason
    (letter,) = (await desk.client.get("/dead-letters")).json()
    assert word in letter["reason"]
    assert len(await desk.posted()) == 1


async def test_strange_headers_do_not_stop_a_payment(desk: Desk) -> None:
    headers = [("traceparent", b"\xff\xfe"), ("x-null", None)]
    await desk.send("PaymentReceived.bank", json.dumps(payment("V-1")).encode(), headers=headers)
    await settled(desk.client)
    assert len(await desk.posted()) == 1


async def post_webhook(desk: Desk, body: object, message_id: str, secret: str = SECRET) -> httpx.Response:
    text, now = body if isinstance(body, str) else json.dumps(body), datetime.now(UTC)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, text),
    }
    return await desk.client.post("/vendors/bank/payments", content=text, headers=headers)


async def test_the_same_payment_by_signed_webhook_gives_the_same_result(desk: Desk) -> None:
    await desk.publish(payment("V-1"))
    answer = await post_webhook(desk, payment("V-1"), "msg_1")
    assert answer.json()["outcome"] == "duplicate"
    answer = await post_webhook(desk, payment("V-2"), "msg_2")
    assert answer.json()["outcome"] == "accepted"
    again = await post_webhook(desk, payment("V-2"), "msg_2")
    assert again.json() == answer.json()
    assert len(await desk.posted()) == 2


async def test_a_webhook_with_a_wrong_signature_is_refused(desk: Desk) -> None:
    answer = await post_webhook(desk, payment("V-1"), "msg_1", "whsec_" + "b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldA==")
    assert answer.status_code == 401
    assert await desk.posted() == []


async def test_a_webhook_id_without_end_is_refused(desk: Desk) -> None:
    assert (await post_webhook(desk, payment("V-1"), "m" * 151)).status_code == 422


async def test_a_broken_webhook_body_is_answered_like_a_broken_message(desk: Desk) -> None:
    answer = await post_webhook(desk, payment("V-1", amount=50), "msg_1")
    assert answer.json()["outcome"] == "refused"
    assert "decimal string" in answer.json()["reason"]


async def test_a_webhook_body_that_is_not_json_is_refused_and_not_taken_for_a_wrong_signature(desk: Desk) -> None:
    answer = await post_webhook(desk, '{"vendor_payment_id": "V-1",', "msg_1")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "refused")


BATCH = (
    "reference,account,amount,tender,channel,payer,received\n"
    "R1,10001,20.00,cash,counter,,2023-03-15\n"
    "R2,10001,30.00,check,counter,,2023-03-15\n"
)


async def test_a_balanced_batch_posts_once(desk: Desk) -> None:
    for repeated in (False, True):
        answer = await desk.client.post("/batches/B1?cash=20.00&check=30.00", content=BATCH.encode())
        assert answer.json()["repeated"] is repeated
    assert sorted(str(one.amount) for one in await desk.posted()) == ["20.00", "30.00"]


@pytest.mark.parametrize(
    ("text", "counted", "word"),
    [
        (BATCH, "cash=20.00&check=29.00", "check: entered 30.00, counted 29.00"),
        (BATCH + "R2,10001,1.00,cash,counter,,2023-03-15\n", "cash=21.00&check=30.00", "R2 stands on line 3 too"),
        (BATCH + "R3,10001,-1.00,cash,counter,,2023-03-15\n", "cash=19.00&check=30.00", "amount"),
        (BATCH + "R3,10001\n", "cash=20.00&check=30.00", "number of cells"),
    ],
)
async def test_a_bad_batch_posts_nothing(desk: Desk, text: str, counted: str, word: str) -> None:
    answer = await desk.client.post(f"/batches/B1?{counted}", content=text.encode())
    assert answer.status_code == 422
    assert word in answer.json()["error"]
    assert await desk.posted() == []


async def test_a_cashier_sees_money_that_is_not_in_the_balance_yet(desk: Desk) -> None:
    taken = {"receipt": "77", "account_number": "10001", "amount": "50.00", "tender": "cash"}
    assert (await desk.client.post("/payments", json=taken)).json()["payment_seq"] == 1
    due = (await desk.client.get("/accounts/10001/due")).json()
    assert due["note"] == "50.00 received, posting"
    other = await desk.client.post("/payments", json=taken | {"amount": "51.00"})
    assert other.status_code == 409


async def test_two_copies_number_an_accounts_payments_without_a_gap(desk: Desk) -> None:
    takings = [
        desk.client.post(
            "/payments", json={"receipt": f"c{n}", "account_number": "10001", "amount": "1.00", "tender": "cash"}
        )
        for n in range(12)
    ]
    numbers = [answer.json()["payment_seq"] for answer in await asyncio.gather(*takings)]
    assert sorted(numbers) == list(range(1, 13))
