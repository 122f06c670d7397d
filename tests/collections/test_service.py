"""A case on the real stack: proposed by the day, approved by a person, cured by a payment that billing has counted."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from chassis.kafka import credentials
from chassis.settings import Settings
from contracts.accounts import AccountChanged, AccountStatus
from contracts.base import Event
from contracts.billing import BalanceChanged, BusinessDayStarted, OwedItem
from contracts.delinquency import AccountDelinquent, CollectionStatusChanged
from contracts.payments import Channel, PaymentReceived, Purpose, TenderKind
from deploy.local.places import Places
from services.collections.app import build
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import apply_town, environment, messages, running, settled

TOPICS = [
    "AccountChanged", "BalanceChanged", "BusinessDayStarted", "BusinessDayDone", "PaymentReceived", "NoticeSent",
    "NoticeFailed", "AccountDelinquent", "CollectionStatusChanged",
]  # fmt: skip
DUE = date(2023, 3, 10)
DAY = date(2023, 3, 15)
ACCOUNT = uuid4()


class Desk:
    """The running service, and a hand on its topics."""

    def __init__(self, client: httpx.AsyncClient, producer: AIOKafkaProducer, places: Places, prefix: str) -> None:
        self.client, self.producer, self.places, self.prefix = client, producer, places, prefix

    async def hear(self, *events: Event) -> None:
        for one in events:
            topic = self.prefix + type(one).__name__
            await self.producer.send_and_wait(topic, one.model_dump_json().encode(), key=str(ACCOUNT).encode())
            await settled(self.client)

    async def told(self, model: type[Event]) -> list[Any]:
        await settled(self.client)
        found = await messages(self.places, self.prefix + model.__name__)
        return [model.model_validate_json(one.value) for one in found]

    async def proposed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.client.get("/reminders/proposed")).json()
        return found

    async def approve(self) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.client.post("/reminders/approve", json={"why": "reviewed"})).json()
        return answer


def account() -> AccountChanged:
    return AccountChanged(
        account_id=ACCOUNT, version=1, number="10001", status=AccountStatus.ACTIVE, opened=date(2020, 1, 1),
        cycle="1", premise_id=uuid4(), responsible_person_id=uuid4(), business_date=DUE,
    )  # fmt: skip


def balance(version: int, past_due: str, through: int = 0) -> BalanceChanged:
    amount, zero = Decimal(past_due), Decimal("0.00")
    items = (OwedItem(item_id=UUID(int=1), kind="charge", amount=amount, due_date=DUE),) if amount else ()
    return BalanceChanged(
        account_id=ACCOUNT, version=version, owed=amount, due_now=amount, past_due=amount, past_due_items=items,
        deferred=zero, disputed=zero, stayed=zero, liened=zero, credit=zero, payments_through=through,
        business_date=DAY,
    )  # fmt: skip


def payment(seq: int) -> PaymentReceived:
    return PaymentReceived(
        payment_id=UUID(int=seq), account_id=ACCOUNT, payment_seq=seq, amount=Decimal("84.10"), purpose=Purpose.BALANCE,
        channel=Channel.ONLINE, tender=TenderKind.CARD, effective_date=DAY, posting_date=DAY, business_date=DAY,
    )  # fmt: skip


@pytest.fixture
async def desk(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> AsyncIterator[Desk]:
    make_topics(TOPICS, topic_prefix, 1)
    settings = Settings(**environment(places, database("collections", migrated=True), topic_prefix))
    producer = AIOKafkaProducer(bootstrap_servers=places.kafka_servers, **credentials(settings))
    await producer.start()
    try:
        async with running(build(settings)) as client:
            await apply_town(client)
            yield Desk(client, producer, places, topic_prefix)
    finally:
        await producer.stop()


async def test_a_reminder_is_proposed_by_the_day_and_sent_when_a_person_approves(desk: Desk) -> None:
    await desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=DAY))
    (one,) = await desk.proposed()
    assert (one["account_number"], one["amount"]) == ("10001", "84.10")
    assert await desk.told(AccountDelinquent) == []
    assert await desk.approve() == {"reminded": 1, "left_out": {}}
    (told,) = await desk.told(AccountDelinquent)
    assert (str(told.step), told.amount_to_pay, told.deadline) == ("reminder", Decimal("84.10"), date(2023, 3, 25))
    assert "84.10" in told.to_stop


async def test_the_same_day_twice_proposes_once(desk: Desk) -> None:
    await desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=DAY), BusinessDayStarted(date=DAY))
    assert len(await desk.proposed()) == 1


async def test_a_payment_that_came_between_list_and_approval_stops_the_reminder(desk: Desk) -> None:
    await desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=DAY))
    assert len(await desk.proposed()) == 1
    await desk.hear(payment(1))
    approved = await desk.approve()
    assert approved["reminded"] == 0
    assert "not in the balance yet" in approved["left_out"]["10001"]
    assert await desk.told(AccountDelinquent) == []


async def test_a_hold_keeps_an_account_off_the_list(desk: Desk) -> None:
    await desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=date(2023, 3, 11)))
    hold = {"kind": "medical", "until": "2023-04-30", "why": "certificate of Dr. Lee"}
    assert (await desk.client.post("/accounts/10001/holds", json=hold)).status_code == 200
    await desk.hear(BusinessDayStarted(date=DAY))
    assert await desk.proposed() == []


async def test_a_paid_account_is_cured_and_an_older_balance_does_not_bring_the_case_back(desk: Desk) -> None:
    await desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=DAY))
    await desk.approve()
    await desk.hear(payment(1), balance(3, "0.00", through=1), balance(2, "84.10"))
    told = await desk.told(CollectionStatusChanged)
    assert [(str(one.step), one.version) for one in told] == [("reminder", 1), ("cured", 2)]
    (case,) = (await desk.client.get("/accounts/10001/cases")).json()
    assert (case["step"], case["closed"]) == ("cured", "2023-03-15")
