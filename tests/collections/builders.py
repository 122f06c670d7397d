"""Events as others would send them, and a running service with a hand on its topics."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from sqlalchemy import text

from chassis.consume import take_batch
from chassis.kit import Kit
from chassis.received import RawMessage
from chassis.working import work_once
from contracts.accounts import AccountChanged, AccountStatus, ServiceAgreement
from contracts.base import Event
from contracts.billing import BalanceChanged, BusinessDayStarted, OwedItem
from contracts.delinquency import AccountDelinquent
from contracts.notices import NoticeChannel, NoticeFailed, NoticeKind, NoticeSent
from contracts.orders import CancelCause, ServiceOrderCancelled, ServiceOrderCompleted, ServiceOrderRequested
from contracts.payments import (
    Channel,
    PaymentPending,
    PaymentReceived,
    PaymentReturned,
    Purpose,
    ReturnKind,
    TenderKind,
)
from deploy.local.places import Places
from tests.running import messages, settled

DUE = date(2023, 3, 10)
DAY = date(2023, 3, 15)
ACCOUNT, PERSON, POINT = uuid4(), uuid4(), uuid4()
ITEM = UUID(int=1)
STATUS_LETTER, DOOR_HANGER, NOTICE = date(2023, 3, 28), date(2023, 4, 5), date(2023, 4, 10)
SHUTOFF = date(2023, 4, 24)
"""The days on which windsor-co's pack takes each step of a bill due on DUE."""


class Desk:
    """The service on its database alone: messages are handed to its handlers, what it says is read in its outbox."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient) -> None:
        self.kit: Kit = app.state.kit
        self.client = client

    async def hear(self, *events: Event, at: datetime | None = None) -> None:
        """Others say these things, one after the other; `at` is when they were accepted."""
        for one in events:
            await self.hand_over(one, at)
            await self.work()

    async def hand_over(self, event: Event, at: datetime | None = None) -> None:
        """One message, in a transaction of its own."""
        name = type(event).__name__
        subscription = self.kit.consumer.subscription_of(name)
        assert subscription is not None
        raw = RawMessage(name, 0, 0, None, event.model_dump_json().encode(), tuple(said_at(at)))
        await take_batch(self.kit.consumer, subscription, [raw])

    async def work(self) -> None:
        """All of a day's chunks."""
        workers = self.kit.parts.workers
        while any([await work_once(self.kit.parts.name, self.kit.engine, one) for one in workers]):
            pass

    async def told(self, model: type[Event]) -> list[Any]:
        """What the service has said."""
        async with self.kit.engine.connect() as connection:
            query = text("select value from outbox where topic = :topic order by id")
            rows = await connection.execute(query, {"topic": model.__name__})
            return [model.model_validate_json(bytes(row.value)) for row in rows]

    async def get(self, path: str) -> Any:
        """What a route answers."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        """What a decision brings."""
        answer = await self.client.post(path, json={"why": "looked through", **body})
        assert answer.status_code == 200, answer.text
        return answer.json()


class KafkaDesk(Desk):
    """The running service, and a hand on its topics."""

    def __init__(
        self, app: FastAPI, client: httpx.AsyncClient, producer: AIOKafkaProducer, places: Places, prefix: str
    ) -> None:
        super().__init__(app, client)
        self.producer, self.places, self.prefix = producer, places, prefix

    async def hand_over(self, event: Event, at: datetime | None = None) -> None:
        topic, value = self.prefix + type(event).__name__, event.model_dump_json().encode()
        await self.producer.send_and_wait(topic, value, key=str(ACCOUNT).encode(), headers=said_at(at))

    async def work(self) -> None:
        await settled(self.client)

    async def told(self, model: type[Event]) -> list[Any]:
        await settled(self.client)
        found = await messages(self.places, self.prefix + model.__name__)
        return [model.model_validate_json(one.value) for one in found]


def said_at(at: datetime | None) -> list[tuple[str, bytes]]:
    """The header that says when a fact was accepted."""
    return [("ce_time", at.isoformat().encode())] if at else []


def number_of(of: UUID) -> str:
    """The number that people know an account by."""
    return "10001" if of == ACCOUNT else str(of.int % 10**9)


def account(
    version: int = 1, end: date | None = None, responsible: UUID = PERSON, of: UUID = ACCOUNT
) -> AccountChanged:
    agreement = ServiceAgreement(
        agreement_id=UUID(int=7), service="water", service_point_id=POINT, start=date(2020, 1, 1), end=end
    )
    return AccountChanged(
        account_id=of, version=version, number=number_of(of), status=AccountStatus.ACTIVE, opened=date(2020, 1, 1),
        cycle="1", premise_id=uuid4(), responsible_person_id=responsible, agreements=(agreement,), business_date=DUE,
    )  # fmt: skip


def falls_due(version: int, amount: str, on: date) -> BalanceChanged:
    """Something is owed that is not past due before the day after it falls due."""
    owed, day = Decimal(amount), on - timedelta(days=10)
    changes = {"owed": owed, "due_now": owed, "next_due_date": on, "business_date": day}
    return balance(version, "0.00").model_copy(update=changes)


def balance(
    version: int, past_due: str, through: int = 0, deferred: str = "0.00", of: UUID = ACCOUNT
) -> BalanceChanged:
    amount, zero = Decimal(past_due), Decimal("0.00")
    items = (OwedItem(item_id=ITEM, kind="charge", amount=amount, due_date=DUE),) if amount else ()
    return BalanceChanged(
        account_id=of, version=version, owed=amount, due_now=amount, past_due=amount, past_due_items=items,
        deferred=Decimal(deferred), disputed=zero, stayed=zero, liened=zero, credit=zero, payments_through=through,
        business_date=DAY,
    )  # fmt: skip


def payment(
    seq: int, amount: str = "84.10", day: date = DAY, pending: UUID | None = None, of: UUID = ACCOUNT
) -> PaymentReceived:
    return PaymentReceived(
        payment_id=payment_id(of, seq), account_id=of, payment_seq=seq, amount=Decimal(amount), purpose=Purpose.BALANCE,
        channel=Channel.ONLINE, tender=TenderKind.CARD, effective_date=day, posting_date=day, pending_id=pending,
        business_date=day,
    )  # fmt: skip


def payment_id(of: UUID, seq: int) -> UUID:
    """The id of an account's n-th payment."""
    return uuid5(of, f"payment {seq}")


def pending(number: int, expires: date) -> PaymentPending:
    return PaymentPending(
        pending_id=UUID(int=number), account_id=ACCOUNT, amount=Decimal("84.10"), channel=Channel.ONLINE,
        expires=expires, business_date=DAY,
    )  # fmt: skip


def returned(seq: int, day: date) -> PaymentReturned:
    return PaymentReturned(
        return_id=UUID(int=900 + seq), payment_id=payment_id(ACCOUNT, seq), account_id=ACCOUNT, payment_seq=seq,
        amount=Decimal("84.10"), kind=ReturnKind.BANK_RETURN, reason="Insufficient funds", returned_on=day,
        business_date=day,
    )  # fmt: skip


def sent(case_id: UUID, day: date, channel: NoticeChannel = NoticeChannel.EMAIL, of: UUID = ACCOUNT) -> NoticeSent:
    return NoticeSent(
        notice_id=uuid5(case_id, "notice"), account_id=of, kind=NoticeKind.SHUTOFF_NOTICE, about=case_id,
        channel=channel, person_id=PERSON, sent_date=day, business_date=day,
    )  # fmt: skip


def bounced(case_id: UUID, day: date) -> NoticeFailed:
    return NoticeFailed(
        notice_id=uuid5(case_id, "notice"), account_id=ACCOUNT, kind=NoticeKind.SHUTOFF_NOTICE, about=case_id,
        channel=NoticeChannel.EMAIL, person_id=PERSON, reason="no such mailbox", falls_back_to=NoticeChannel.PAPER,
        business_date=day,
    )  # fmt: skip


def completed(order: Any, day: date, at: datetime | None = None, withdrawn: bool = False) -> ServiceOrderCompleted:
    return ServiceOrderCompleted(
        order_id=order.order_id, account_id=order.account_id, service_point_id=POINT, kind=order.kind,
        about=order.about,
        completed_on=day, completed_at=at or datetime(day.year, day.month, day.day, 17, tzinfo=UTC), crew="crew 1",
        withdrawn=withdrawn, business_date=day,
    )  # fmt: skip


def cancelled(order: Any, day: date, cause: CancelCause = CancelCause.EXPIRED) -> ServiceOrderCancelled:
    return ServiceOrderCancelled(
        order_id=order.order_id, account_id=order.account_id, service_point_id=POINT, kind=order.kind,
        about=order.about,
        cause=cause, reason="so it was", business_date=day,
    )  # fmt: skip


async def reminded(desk: Desk, *households: UUID) -> None:
    """84.10 is past due, and a person has sent the reminder."""
    for one in households or (ACCOUNT,):
        await desk.hear(account(of=one), balance(1, "84.10", of=one))
    await desk.hear(BusinessDayStarted(date=DAY))
    await desk.post("/reminders/approve")


async def noticed(desk: Desk, *households: UUID) -> UUID:
    """Every letter was sent in its time, and the shutoff notice by e-mail; answers a case."""
    await reminded(desk, *households)
    for day in (STATUS_LETTER, DOOR_HANGER, NOTICE):
        await desk.hear(BusinessDayStarted(date=day))
    await desk.post("/steps/shutoff_notice/approve")
    told = [one for one in await desk.told(AccountDelinquent) if one.step == "shutoff_notice"]
    assert len(told) == len(households or (ACCOUNT,))
    for one in told:
        await desk.hear(sent(one.case_id, NOTICE, of=one.account_id))
    return UUID(str(told[0].case_id))


async def ordered(desk: Desk) -> Any:
    """The account is on the list of the day, and a person has approved it."""
    await noticed(desk)
    await desk.hear(BusinessDayStarted(date=SHUTOFF))
    assert await desk.post(f"/shutoffs/{SHUTOFF}/approve") == {"done": 1, "left_out": {}}
    (order,) = await desk.told(ServiceOrderRequested)
    return order
