"""The simulated vendor's way over Kafka: everything sent at once, then the answers read as they come."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from aiokafka.structs import RecordMetadata

from contracts.payments import PaymentOutcome
from contracts.topics import vendor_intake, vendor_outcome

Client = TypeVar("Client", AIOKafkaConsumer, AIOKafkaProducer)

SAFELY: dict[str, Any] = {"acks": "all", "enable_idempotence": True, "linger_ms": 5}


@dataclass(frozen=True)
class Login:
    """What a vendor is given."""

    vendor: str
    servers: str
    user: str
    password: str
    prefix: str = ""
    tls: str = ""
    """PEM file by which Kafka's certificates are checked, or `system`; empty for a Kafka in the clear."""

    @property
    def intake(self) -> str:
        return self.prefix + vendor_intake(self.vendor).name

    @property
    def outcomes(self) -> str:
        return self.prefix + vendor_outcome(self.vendor).name

    def settings(self) -> dict[str, Any]:
        """As aiokafka names them."""
        protocol = ("SASL_" if self.user else "") + ("SSL" if self.tls else "PLAINTEXT")
        trusted = None if self.tls == "system" else self.tls
        place = {
            "bootstrap_servers": self.servers,
            "client_id": f"vendor.{self.vendor}",
            "security_protocol": protocol,
            "ssl_context": ssl.create_default_context(cafile=trusted) if self.tls else None,
        }
        if not self.user:
            return place
        return place | {
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }


@asynccontextmanager
async def started(client: Client) -> AsyncIterator[Client]:
    """A running client; stopped also when it could not start, which its own context manager leaves undone."""
    try:
        await client.start()
        yield client
    finally:
        await client.stop()


async def send_over_kafka(lines: dict[int, bytes], login: Login, within: float) -> dict[int, PaymentOutcome]:
    """Publish each line and wait for its answer; lines that were not answered in time are not in the result."""
    # Without a group: this run's answers begin where the topic ends now.
    async with started(AIOKafkaConsumer(login.outcomes, **login.settings())) as consumer:
        await consumer.seek_to_end()
        line_at = await _publish(lines, login)
        return await _collect(consumer, line_at, within)


async def _publish(lines: dict[int, bytes], login: Login) -> dict[str, int]:
    """Where each line stands in Kafka (topic/partition/offset), by which the town names it in its answer."""
    promised: dict[int, Awaitable[RecordMetadata]] = {}
    async with started(AIOKafkaProducer(**login.settings(), **SAFELY)) as producer:
        for number, line in lines.items():
            # A message above Kafka's limit never leaves; its line stays without an answer, the others go on.
            with suppress(MessageSizeTooLargeError):
                headers = _headers(login, number)
                promised[number] = await producer.send(login.intake, key=key_of(line), value=line, headers=headers)
        stands = await asyncio.gather(*promised.values())
    return {f"{one.topic}/{one.partition}/{one.offset}": number for one, number in zip(stands, promised, strict=True)}


def key_of(line: bytes) -> bytes | None:
    """The account number of a payment; nothing for a line that has none to read."""
    try:
        return str(json.loads(line)["account_number"]).encode()
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _headers(login: Login, number: int) -> list[tuple[str, bytes]]:
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": f"line-{number}",
        "ce_type": vendor_intake(login.vendor).name,
        "ce_source": f"/vendors/{login.vendor}",
        "ce_time": datetime.now(UTC).isoformat(),
        "content-type": "application/json",
    }
    return [(name, text.encode()) for name, text in attributes.items()]


async def _collect(consumer: AIOKafkaConsumer, line_at: dict[str, int], within: float) -> dict[int, PaymentOutcome]:
    answers: dict[int, PaymentOutcome] = {}
    clock = asyncio.get_running_loop().time
    deadline = clock() + within
    while len(answers) < len(line_at) and (left := deadline - clock()) > 0:
        for records in (await consumer.getmany(timeout_ms=int(min(left, 1.0) * 1000))).values():
            outcomes = (PaymentOutcome.model_validate_json(record.value) for record in records)
            answers |= {line_at[one.message]: one for one in outcomes if one.message in line_at}
    return answers
