"""One trace follows a payment from the vendor's message to the balance it changes, and into the town's own tracing."""

import asyncio
from datetime import date

from aiokafka import AIOKafkaProducer
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.envelope import new_trace
from chassis.kafka import credentials
from chassis.received import RawMessage
from chassis.settings import Settings
from chassis.tracing import Tracing, tracing
from contracts.accounts import AccountChanged, AccountStatus
from contracts.billing import BusinessDayStarted
from contracts.ids import thing_id
from contracts.topics import ACCOUNT_CHANGED, BUSINESS_DAY_STARTED, TOPICS, vendor_intake, vendor_outcome
from deploy.local.places import Places
from services.billing.app import build as build_billing
from services.payments.app import build as build_payments
from services.payments.settings import PaymentsSettings
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import apply_town, environment, eventually, messages, running, settled

DAY, NUMBER, VENDOR = date(2023, 3, 15), "10001", "bank"
ACCOUNT = thing_id("windsor-co", "account", NUMBER)
PAYMENT = (
    b'{"vendor_payment_id": "V-1", "account_number": "10001", "amount": "50.00", "paid_at": "2023-03-15T18:00:00Z"}'
)


def the_account() -> AccountChanged:
    person, premise = thing_id("windsor-co", "person", "1"), thing_id("windsor-co", "premise", "1")
    return AccountChanged(
        account_id=ACCOUNT, version=1, number=NUMBER, status=AccountStatus.ACTIVE, opened=date(2020, 1, 1), cycle="1",
        premise_id=premise, responsible_person_id=person, business_date=DAY,
    )  # fmt: skip


async def test_one_trace_follows_a_payment_from_the_vendor_to_the_balance(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> None:
    doors = [vendor_intake(VENDOR).name, vendor_outcome(VENDOR).name]
    make_topics([*(one.name for one in TOPICS), *doors], topic_prefix, 1)
    shared = environment(places, "", topic_prefix)
    secrets = {VENDOR: "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"}
    of_billing = Settings(**shared | {"database_url": database("billing", migrated=True)})
    of_payments = PaymentsSettings(
        **shared | {"database_url": database("payments", migrated=True)}, webhook_secrets=secrets
    )
    trace = new_trace()
    producer = AIOKafkaProducer(bootstrap_servers=places.kafka_servers, **credentials(of_billing))
    await producer.start()
    try:
        async with running(build_billing(of_billing)) as billing, running(build_payments(of_payments)) as payments:
            for client in (billing, payments):
                await apply_town(client)
            day = BusinessDayStarted(date=DAY).model_dump_json().encode()
            account, key = the_account().model_dump_json().encode(), str(ACCOUNT).encode()
            await producer.send_and_wait(topic_prefix + ACCOUNT_CHANGED.name, account, key=key)
            await producer.send_and_wait(topic_prefix + BUSINESS_DAY_STARTED.name, day)
            await asyncio.gather(settled(billing), settled(payments))
            headers = [("traceparent", trace.encode())]
            await producer.send_and_wait(topic_prefix + doors[0], PAYMENT, key=NUMBER.encode(), headers=headers)

            async def told() -> bool:
                return trace_of(trace) in await traces(places, topic_prefix + "BalanceChanged")

            await eventually(told, 60)
            for topic in ("PaymentReceived", doors[1]):
                assert trace_of(trace) in await traces(places, topic_prefix + topic)
    finally:
        await producer.stop()


async def traces(places: Places, topic: str) -> set[str]:
    """The traces of all messages of a topic."""
    return {trace_of(dict(one.headers)["traceparent"].decode()) for one in await messages(places, topic)}


def trace_of(traceparent: str) -> str:
    return traceparent.split("-")[1]


def test_a_batchs_span_is_linked_to_the_trace_of_each_of_its_messages() -> None:
    kept, trace = InMemorySpanExporter(), new_trace()
    tracer = Tracing("billing", SimpleSpanProcessor(kept))
    raws = [
        RawMessage("PaymentReceived", 0, at, b"k", b"{}", (("traceparent", said),))
        for at, said in enumerate((trace.encode(), b"nonsense", None))
    ]
    with tracer.batch("PaymentReceived", raws):
        pass
    (span,) = kept.get_finished_spans()
    assert span.name == "process PaymentReceived"
    assert [format(link.context.trace_id, "032x") for link in span.links] == [trace_of(trace)]
    assert (span.attributes or {})["messaging.batch.message_count"] == 3


def test_without_an_endpoint_there_is_no_tracing() -> None:
    tracer = tracing("billing", "")
    with tracer.batch("PaymentReceived", []):
        pass
    tracer.close()
