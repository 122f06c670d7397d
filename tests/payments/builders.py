"""The running payments service, and a hand on its topics."""

import json
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from aiokafka import AIOKafkaProducer
from standardwebhooks import Webhook

from contracts.accounts import AccountChanged, AccountStatus
from contracts.base import Event
from contracts.billing import BusinessDayStarted
from contracts.ids import thing_id
from contracts.payments import PaymentOutcome, PaymentReceived
from deploy.local.places import Places
from tests.running import eventually, messages, settled

TOPICS = [
    "AccountChanged", "BalanceChanged", "BusinessDayStarted", "BusinessDayDone", "PaymentReceived", "PaymentPending",
    "PaymentFailed", "PaymentReturned", "ChargeAssessed", "RefundDue", "RefundPaid", "RefundCancelled",
    "PaymentReceived.bank", "PaymentOutcome.bank",
]  # fmt: skip
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
        said = {"receipt": receipt, "account_number": "10001", "amount": amount, "tender": tender} | more
        answer = await self.client.post("/payments", json=said)
        assert answer.status_code == 200, answer.text
        return answer.json()

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


async def post_webhook(desk: Desk, body: object, message_id: str, secret: str = SECRET) -> httpx.Response:
    text, now = body if isinstance(body, str) else json.dumps(body), datetime.now(UTC)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, text),
    }
    return await desk.client.post("/vendors/bank/payments", content=text, headers=headers)
