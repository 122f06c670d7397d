"""A vendor and, on the other side, as much of a town as answers it."""

import asyncio
import json
import subprocess
import threading
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from contracts.payments import Outcome, PaymentOutcome, VendorPayment
from contracts.topics import Topic, vendor_intake, vendor_outcome
from deploy.local import access, kafka_admin, topics
from deploy.local.demo.vendor_kafka import Login, started
from deploy.local.places import Places
from deploy.local.supervisor import REPOSITORY

VENDOR = "sample-bank"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def line(number: str, amount: str = "41.12", account: str = "10042") -> str:
    """A payment as a vendor writes it."""
    paid = {"vendor_payment_id": number, "account_number": account, "amount": amount, "paid_at": "2023-03-10T21:05:00Z"}
    return json.dumps(paid)


@dataclass
class Clerk:
    """Answers each message: good ones are accepted, repeated ones duplicates, unreadable ones refused."""

    known: dict[str, VendorPayment] = field(default_factory=dict)
    seen: list[bytes] = field(default_factory=list)

    def answer(self, body: bytes, message: str) -> PaymentOutcome:
        """What becomes of one message."""
        self.seen.append(body)
        try:
            payment = VendorPayment.model_validate_json(body)
        except ValidationError:
            return _outcome(message, None, Outcome.REFUSED)
        first = self.known.setdefault(payment.vendor_payment_id, payment)
        if first is payment:
            return _outcome(message, payment, Outcome.ACCEPTED)
        return _outcome(message, payment, Outcome.DUPLICATE if first == payment else Outcome.CONFLICT)


def _outcome(message: str, payment: VendorPayment | None, outcome: Outcome) -> PaymentOutcome:
    return PaymentOutcome(
        outcome_id=uuid.uuid4(),
        vendor=VENDOR,
        vendor_payment_id=payment.vendor_payment_id if payment else None,
        message=message,
        outcome=outcome,
        reason="For these tests.",
        business_date=date(2023, 3, 10),
    )


def logins(places: Places, prefix: str, vendor: str = VENDOR) -> dict[str, Login]:
    """The vendor's topics with their logins and access rules, made on the tests' Kafka."""
    wanted: list[Topic[Any]] = [vendor_intake(vendor), vendor_outcome(vendor)]
    names = access.logins(wanted)
    admin = kafka_admin.connect(places.kafka_login)
    words = {name: f"word of {name}" for name in names} if places.kafka_user else {}
    topics.apply(admin, wanted, prefix=prefix, passwords=words, rules=bool(words), partitions_cap=2)
    return {
        name: Login(
            vendor,
            places.kafka_servers,
            prefix + name if words else "",
            words.get(name, ""),
            prefix,
            places.kafka_tls,
        )
        for name in names
    }


@asynccontextmanager
async def town_on_kafka(login: Login) -> AsyncIterator[Clerk]:
    """A town that answers on the vendor's outcome topic, until the block ends."""
    clerk = Clerk()
    group = {"group_id": f"{login.prefix}payments.test", "auto_offset_reset": "earliest"}
    async with (
        started(AIOKafkaConsumer(login.intake, **login.settings(), **group)) as consumer,
        started(AIOKafkaProducer(**login.settings())) as producer,
    ):
        answering = asyncio.create_task(_answer(clerk, consumer, producer, login.outcomes))
        yield clerk
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


async def _answer(clerk: Clerk, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, outcomes: str) -> None:
    async for record in consumer:
        said = clerk.answer(record.value, f"{record.topic}/{record.partition}/{record.offset}")
        await producer.send_and_wait(outcomes, key=said.message.encode(), value=said.model_dump_json().encode())


@contextmanager
def town_on_the_web(clerk: Clerk, failures: int = 0) -> Iterator[str]:
    """The address of a webhook that verifies with the standardwebhooks package; fails the first few times."""
    to_fail = [503] * failures

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, said = (to_fail.pop(), b"busy") if to_fail else self.verified(body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(said)

        def verified(self, body: bytes) -> tuple[int, bytes]:
            try:
                Webhook(SECRET).verify(body, dict(self.headers.items()), json_parse=False)
            except WebhookVerificationError as error:
                return 401, str(error).encode()
            return 200, clerk.answer(body, self.headers["webhook-id"]).model_dump_json().encode()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/vendors/{VENDOR}/payments"
        finally:
            server.shutdown()
            serving.join()


async def run(*command: str, env: Mapping[str, str]) -> tuple[int, str, str]:
    """A program's exit status and what it said."""
    child = await asyncio.create_subprocess_exec(
        *command, env=env, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await child.communicate()
    return child.returncode or 0, out.decode(), err.decode()
