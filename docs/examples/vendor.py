"""Publishes one payment to the town and waits for its answer. Uses nothing but `contracts` and aiokafka.

    source .curbstop/vendors/sample-bank.env
    python docs/examples/vendor.py 10042 41.12

A vendor's real program does the same with two loops: one publishes, the other keeps the answers.
"""

import argparse
import asyncio
import os
import ssl
import uuid
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts.payments import Channel, PaymentOutcome, PaymentStage, TenderKind, VendorPayment
from contracts.topics import vendor_intake, vendor_outcome

VENDOR = os.environ.get("VENDOR", "sample-bank")
PREFIX = os.environ.get("TOPIC_PREFIX", "")  # a practice town's topics have one
INTAKE = vendor_intake(VENDOR)
OUTCOMES = vendor_outcome(VENDOR)
SECONDS = 60


def kafka() -> dict[str, Any]:
    """Where Kafka is and who we are. KAFKA_TLS is the file of the authority that vouches for it, or `system`."""
    place: dict[str, Any] = {"bootstrap_servers": os.environ["KAFKA_SERVERS"]}
    if not os.environ["KAFKA_USER"]:
        return place  # a practice cluster without logins
    tls = os.environ.get("KAFKA_TLS", "")
    if tls:
        place["ssl_context"] = ssl.create_default_context(cafile=None if tls == "system" else tls)
    return place | {
        "security_protocol": "SASL_SSL" if tls else "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": os.environ["KAFKA_USER"],
        "sasl_plain_password": os.environ["KAFKA_PASSWORD"],
    }


def payment(account_number: str, amount: str, stage: str = "received", number: str = "") -> VendorPayment:
    """Raises pydantic.ValidationError, with what to mend, when the town could not read it."""
    return VendorPayment(
        vendor_payment_id=number or f"EX-{uuid.uuid4()}",  # yours: the same for every try and stage of one payment
        account_number=account_number,
        amount=amount,  # a decimal string is read exactly
        paid_at=datetime.now(UTC),
        channel=Channel.ONLINE,
        tender=TenderKind.CARD,
        stage=PaymentStage(stage),
    )


def headers(paid: VendorPayment) -> list[tuple[str, bytes]]:
    """CloudEvents 1.0; welcome, not required."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": INTAKE.identity_of(paid),
        "ce_type": INTAKE.name,
        "ce_source": f"/vendors/{VENDOR}",
        "ce_time": paid.paid_at.isoformat(),
        "ce_subject": INTAKE.key_of(paid),
        "content-type": "application/json",
    }
    return [(name, text.encode()) for name, text in attributes.items()]


async def publish(paid: VendorPayment) -> str:
    """Send one payment; answers where it stands, as topic/partition/offset, by which the town will name it."""
    producer = AIOKafkaProducer(**kafka(), acks="all", enable_idempotence=True)
    key, value = INTAKE.key_of(paid).encode(), paid.model_dump_json().encode()
    try:
        await producer.start()
        stands = await producer.send_and_wait(PREFIX + INTAKE.name, key=key, value=value, headers=headers(paid))
    finally:
        await producer.stop()
    return f"{stands.topic}/{stands.partition}/{stands.offset}"


async def answer_to(message: str) -> PaymentOutcome:
    """Wait for the answer to one message; all other answers of the group's are read past."""
    # A group of one's own, whose name begins with the login, keeps its place from one run to the next.
    consumer = AIOKafkaConsumer(
        PREFIX + OUTCOMES.name,
        **kafka(),
        group_id=f"{os.environ['KAFKA_USER']}.example",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    try:
        await consumer.start()
        async for record in consumer:
            outcome = PaymentOutcome.model_validate_json(record.value)
            await consumer.commit()  # once the answer is kept
            if outcome.message == message:
                return outcome
    finally:
        await consumer.stop()
    raise ConnectionError("Kafka closed the connection before the answer came.")


async def main(account_number: str, amount: str, stage: str = "received", number: str = "") -> PaymentOutcome:
    """One payment, from sending to its answer. Raises TimeoutError when none comes in a minute."""
    async with asyncio.timeout(SECONDS):
        return await answer_to(await publish(payment(account_number, amount, stage, number)))


def asked() -> argparse.Namespace:
    """What the command line says."""
    said = argparse.ArgumentParser(description="Publish one payment and wait for its answer.")
    said.add_argument("account_number")
    said.add_argument("amount")
    said.add_argument("--stage", default="received", help="pending, received or failed")
    said.add_argument("--id", dest="number", default="", help="your number for the payment: the same at every stage")
    return said.parse_args()


if __name__ == "__main__":
    print(asyncio.run(main(**vars(asked()))).model_dump_json(indent=2))  # noqa: T201
