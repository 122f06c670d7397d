"""The running payments service, and a hand on its topics."""

import json
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from standardwebhooks import Webhook

from chassis.consume import Subscription
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.received import RawMessage, read
from contracts.accounts import AccountChanged, AccountStatus
from contracts.base import Event
from contracts.billing import BusinessDayStarted
from contracts.ids import thing_id
from contracts.payments import PaymentOutcome, PaymentReceived
from contracts.topics import ACCOUNT_CHANGED, BUSINESS_DAY_STARTED, vendor_intake, vendor_outcome
from deploy.local.places import Places
from services.payments.events import take_accounts, take_day
from services.payments.intake.events import subscription_of
from tests.running import eventually, messages, settled, topics_of

TOPICS = [*topics_of("payments"), *(one("bank").name for one in (vendor_intake, vendor_outcome))]
SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
DAY = date(2023, 3, 15)


E = TypeVar("E", bound=Event)


class Desk:
    """The running service, and a hand on its topics."""

    def __init__(self, client: httpx.AsyncClient, producer: AIOKafkaProducer, places: Places, prefix: str) -> None:
        self.client, self.producer, self.places, self.prefix = client, producer, places, prefix

    async def send(self, topic: str, value: bytes, key: str = "k", headers: Any = ()) -> None:
        await self.producer.send_and_wait(self.prefix + topic, value, key=key.encode(), headers=list(headers))

    async def open_account(self, number: str) -> UUID:
        event = account_opened(number)
        await self.send("AccountChanged", event.model_dump_json().encode(), str(event.account_id))
        return event.account_id

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

    async def told(self, event: type[E]) -> list[E]:
        """What was published as this event, in order."""
        await settled(self.client)
        found = await messages(self.places, self.prefix + event.__name__)
        return [event.model_validate_json(one.value) for one in sorted(found, key=lambda one: one.timestamp)]

    async def begin_day(self, day: date) -> None:
        await self.send("BusinessDayStarted", BusinessDayStarted(date=day).model_dump_json().encode())
        await settled(self.client)

    async def take(self, receipt: str = "77", amount: str = "50.00", tender: str = "cash", **more: Any) -> Any:
        """Money at the counter; answers the payment."""
        return await take(self.client, receipt, amount, tender, **more)

    async def posted(self) -> list[PaymentReceived]:
        await settled(self.client)
        found = await messages(self.places, self.prefix + "PaymentReceived")
        return [PaymentReceived.model_validate_json(one.value) for one in found]


class Counter:
    """The service on its database alone: messages are handed to it, and what it would send is read from its outbox."""

    def __init__(self, client: httpx.AsyncClient, engine: AsyncEngine) -> None:
        self.client, self.engine = client, engine
        self.places = count()

    async def handle(self, subscription: Subscription[Any], *messages: dict[str, Any] | Event, actor: str = "") -> None:
        """Hand over messages as one batch from Kafka."""
        topic = subscription.topic
        raw = [RawMessage(topic.name, 0, next(self.places), b"k", _body(one), _actor(actor)) for one in messages]
        async with transaction(self.engine, "payments", "payments", new_trace()) as tx:
            await subscription.handle(tx, [read(topic, one) for one in raw])

    async def told(self, event: type[E], topic: str = "") -> list[E]:
        """What was published as this event, in order."""
        async with self.engine.connect() as connection:
            query = text("select value from outbox where topic = :topic order by id")
            values = (await connection.execute(query, {"topic": topic or event.__name__})).scalars()
            return [event.model_validate_json(bytes(one)) for one in values]

    async def posted(self) -> list[PaymentReceived]:
        return await self.told(PaymentReceived)

    async def publish(self, *payments: dict[str, Any]) -> list[PaymentOutcome]:
        """A vendor's messages; answers what the vendor was told of them."""
        before = len(await self.told(PaymentOutcome, "PaymentOutcome.bank"))
        await self.handle(subscription_of("bank"), *payments)
        return (await self.told(PaymentOutcome, "PaymentOutcome.bank"))[before:]

    async def open_account(self, number: str) -> UUID:
        event = account_opened(number)
        await self.handle(Subscription(ACCOUNT_CHANGED, take_accounts), event)
        return event.account_id

    async def begin_day(self, day: date) -> None:
        """The day begins; its work is not done here."""
        await self.handle(Subscription(BUSINESS_DAY_STARTED, take_day), BusinessDayStarted(date=day))

    async def take(self, receipt: str = "77", amount: str = "50.00", tender: str = "cash", **more: Any) -> Any:
        """Money at the counter; answers the payment."""
        return await take(self.client, receipt, amount, tender, **more)


def _body(one: dict[str, Any] | Event) -> bytes:
    return one.model_dump_json().encode() if isinstance(one, Event) else json.dumps(one).encode()


def _actor(name: str) -> tuple[tuple[str, bytes | None], ...]:
    return (("actor", name.encode()),) if name else ()


async def take(client: httpx.AsyncClient, receipt: str, amount: str, tender: str, **more: Any) -> Any:
    said = {"receipt": receipt, "account_number": "10001", "amount": amount, "tender": tender} | more
    answer = await client.post("/payments", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def account_opened(number: str) -> AccountChanged:
    return AccountChanged(
        account_id=thing_id("windsor-co", "account", number), version=1, number=number, status=AccountStatus.ACTIVE,
        opened=date(2020, 1, 1), cycle="1", premise_id=uuid4(), responsible_person_id=uuid4(), business_date=DAY,
    )  # fmt: skip


def payment(key: str, **changes: object) -> dict[str, Any]:
    said: dict[str, Any] = {
        "vendor_payment_id": key,
        "account_number": "10001",
        "amount": "50.00",
        "paid_at": "2023-03-15T18:00:00Z",
    }
    return said | changes


async def post_webhook(desk: Desk | Counter, body: object, message_id: str, secret: str = SECRET) -> httpx.Response:
    content, now = body if isinstance(body, str) else json.dumps(body), datetime.now(UTC)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, content),
    }
    return await desk.client.post("/vendors/bank/payments", content=content, headers=headers)
