"""A town's month in short: read, bill, be paid, tell. Every step may be begun again without doing it twice."""

import asyncio
import base64
import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaConnectionError

from chassis.townpack import Bundle
from contracts.payments import PaymentOutcome
from contracts.topics import SERVICES
from deploy.local.demo.handheld import collect
from deploy.local.demo.town.field import Walk, walk, walked_on
from deploy.local.demo.town.files import ImportFile, import_files, mended
from deploy.local.demo.town.homes import Home, make_homes
from deploy.local.demo.town.paying import CounterBatch, Sending, counter_batch, online_payments, webhook_payments
from deploy.local.demo.town.schedule import ROUNDS, Round
from deploy.local.demo.vendor_kafka import Login, send_over_kafka
from deploy.local.demo.vendor_webhook import send_over_webhook
from deploy.local.supervisor import Suite
from tests.faults.mailing import mail_all
from tests.faults.office import Office

PACK = Path("deploy/towns/windsor-co")
VENDOR = "sample-bank"
READ_AND_BILLED, PAID, MAILED = date(2023, 2, 24), date(2023, 2, 25), date(2023, 2, 26)
OF_THE_MONTH = 4
"""Rounds: one of each cycle."""
MAILING = "february"
VENDOR_PATIENCE = 240.0
DECISIONS = {
    "missing": "estimate",
    "negative": "estimate",
    "rollover": "accept_as_rollover",
    "high": "accept",
    "low": "accept",
    "zero": "accept",
    "leak": "accept",
}

During = Callable[[str], AbstractContextManager[Any]]
"""What goes on around a part of the month, by its name: nothing, or a storm."""


def in_peace(part: str) -> AbstractContextManager[None]:
    """Nothing happens."""
    return nullcontext()


@dataclass(frozen=True)
class Script:
    """What will happen in the month, from a seed: the same for every run that is to be compared."""

    seed: int
    homes: tuple[Home, ...]
    files: tuple[ImportFile, ...]
    repaired: ImportFile
    rounds: tuple[tuple[Round, Walk], ...]

    @staticmethod
    def of(seed: int, accounts: int) -> "Script":
        """The month of a town with so many accounts, each cycle read once."""
        homes = make_homes(seed, accounts)
        passed = {home.point: home.passed for home in homes}
        rounds = tuple((which, walk(seed, which, homes, passed)) for which in ROUNDS[:OF_THE_MONTH])
        return Script(seed, homes, import_files(seed, homes), mended(homes), rounds)

    def files_of(self, service: str) -> list[ImportFile]:
        """The import files of one service."""
        return [one for one in self.files if one.service == service]


@dataclass(frozen=True)
class Payments:
    """Who pays how on the day, worked out from what they owe."""

    online: list[Sending]
    webhook: list[Sending]
    counter: CounterBatch

    @staticmethod
    def of(script: Script, owed: Mapping[str, Decimal]) -> "Payments":
        """Nobody pays in two ways at once: which of two payments came first would be chance."""
        online = online_payments(script.seed, owed, PAID)
        webhook = webhook_payments(script.seed, owed, PAID, online)
        paying = {one.account for one in (*online, *webhook)}
        counter = counter_batch(script.seed, {one: owed[one] for one in owed if one not in paying}, PAID)
        return Payments(online, webhook, counter)


@dataclass
class Lived:
    """What the script itself saw: what the vendor was told, by line; each run's certificate; the books' verdict."""

    online: dict[int, PaymentOutcome]
    webhook: dict[int, PaymentOutcome]
    certificates: dict[str, Any]
    verdict: dict[str, Any] = field(default_factory=dict)
    mailings: list[str] = field(default_factory=lambda: [MAILING])

    def answers(self, door: str) -> Counter[tuple[str, ...]]:
        """What the vendor was told through a door, line by line; places in Kafka left out."""
        told: dict[int, PaymentOutcome] = getattr(self, door)
        return Counter((str(line), str(one.outcome), str(one.payment_id)) for line, one in told.items())


def live(suite: Suite, office: Office, script: Script, during: During = in_peace) -> Lived:
    """Live the month; `during` is entered around each busy part of it."""
    prepare(office, script)
    with during("readings"):
        for which, found in script.rounds:
            read_cycle(office, which, found)
        office.settle()
    with during("billing"):
        certificates = bill(office, [which for which, _ in script.rounds])
        office.settle()
    begin_day(office, PAID)
    office.settle()
    payments = Payments.of(script, owed(office))
    with during("payments"):
        online, webhook = take_payments(suite, office, payments)
        office.settle()
    with during("mail"):
        tell(office)
        office.settle()
    return Lived(online, webhook, certificates)


def prepare(office: Office, script: Script) -> None:
    """Apply the pack, begin the first day, import the files."""
    for service in SERVICES:
        apply_pack(office, service)
    begin_day(office, READ_AND_BILLED)
    office.settle()  # what a day counts must not hang on how much of the import was faster
    for service in SERVICES:
        import_into(office, script, service)
    office.settle()


def apply_pack(office: Office, service: str) -> None:
    """Put the town's pack in force in one service."""
    files = {path: base64.b64encode(content).decode() for path, content in Bundle.read(PACK).files.items()}
    office.post(service, "/town", {"files": files})


def import_into(office: Office, script: Script, service: str) -> None:
    """Import the files of one service, bad rows and all, then the rows put right."""
    for one in script.files_of(service):
        controls = {"control_rows": one.rows} | ({} if one.amount is None else {"control_amount": str(one.amount)})
        office.send(service, f"/imports/{one.name}", one.text.encode(), accept_bad_rows=bool(one.bad), **controls)
    if service == script.repaired.service:
        office.send(service, f"/imports/{script.repaired.name}", script.repaired.text.encode())


def begin_day(office: Office, day: date) -> None:
    """Begin a business day; begun already, it goes on."""
    office.days.begin(day)


def read_cycle(office: Office, which: Round, found: Walk) -> None:
    """Read a cycle: files out, files in, looked through, posted, closed."""
    reading = office.post("metering", "/readings", {"cycle": which.cycle, "read_on": str(which.read_on)})["id"]
    here = f"/readings/{reading}"
    office.until(f"the reading of cycle {which.cycle} is open", lambda: _state(office, here) != "opening")
    if _state(office, here) == "closed":
        return
    for number, route in enumerate(office.get("metering", f"{here}/routes")):
        _walk_route(office, here, which, found, route["route"], ("neptune-v4", "csv")[number % 2])
    _decide(office, here)
    _post(office, here)
    closed = office.ask("metering", "POST", f"{here}/close")
    if closed.status_code != 200 and _state(office, here) != "closed":
        raise AssertionError(f"The reading of cycle {which.cycle} was not closed: {closed.text}")


def _state(office: Office, reading: str) -> str:
    return str(office.get("metering", reading)["state"])


def _walk_route(office: Office, here: str, which: Round, found: Walk, route: str, layout: str) -> None:
    file = office.ask("metering", "GET", f"{here}/routes/{route}/file", params={"format": layout}).text
    walked = collect(file, found.seen, walked_on(which, route))
    report = office.send("metering", f"{here}/files", walked.encode(), format=layout)
    assert not report["refused"], report


def _decide(office: Office, here: str) -> None:
    office.post("metering", f"{here}/accept-clean", {})
    for finding, decision in DECISIONS.items():
        wanted: dict[str, Any] = {"decision": decision, "finding": finding, "why": "looked at by the office"}
        office.post("metering", f"{here}/decisions", wanted)
    left = [
        one["id"]
        for state in ("awaited", "questioned", "reread")
        for one in office.get("metering", f"{here}/review", state=state, limit=1000)
    ]
    if left:
        wanted = {"decision": "excuse", "reads": left, "why": "nothing else was possible"}
        office.post("metering", f"{here}/decisions", wanted)


def _post(office: Office, here: str) -> None:
    def posted() -> bool:
        reads = office.get("metering", here)["reads"]
        return not reads.get("accepted")

    office.post("metering", f"{here}/post")
    office.until("every accepted read is posted", posted)


def bill(office: Office, rounds: list[Round], today: date = READ_AND_BILLED) -> dict[str, Any]:
    """Bill cycles side by side: begin, review, approve, issue, certify, close. Answers the certificates by cycle."""
    runs = {}
    for which in rounds:
        order = {"cycle": which.cycle, "period_end": str(which.read_on), "bill_date": str(today)}
        runs[which.cycle] = office.post("billing", "/runs", order)["id"]
    for run in runs.values():
        _wait_for_run(office, run, "review", "issuing", "issued", "closed")
    for run in runs.values():
        _move_on(office, run, "approve", {"issuing", "issued", "closed"})
    for run in runs.values():
        _wait_for_run(office, run, "issued", "closed")
    certificates = {cycle: office.get("billing", f"/runs/{run}/certificate") for cycle, run in runs.items()}
    for run in runs.values():
        _move_on(office, run, "close", {"closed"})
    return certificates


def _run_state(office: Office, run: str) -> str:
    return str(office.get("billing", f"/runs/{run}")["state"])


def _wait_for_run(office: Office, run: str, *states: str) -> None:
    office.until(f"run {run} is {' or '.join(states)}", lambda: _run_state(office, run) in states)


def _move_on(office: Office, run: str, order: str, then: set[str]) -> None:
    """Approve or close; an answer that was lost may have done it already."""
    answer = office.ask("billing", "POST", f"/runs/{run}/{order}", by="carl", json={"why": "looked through"})
    if answer.status_code != 200 and _run_state(office, run) not in then:
        raise AssertionError(f"Run {run} could not {order}: {answer.status_code} {answer.text}")


def owed(office: Office) -> dict[str, Decimal]:
    """What the bills ask of every account that got one."""
    asked: dict[str, Decimal] = {}
    for run in office.get("billing", "/runs"):
        register = office.ask("billing", "GET", f"/runs/{run['id']}/register.csv").text
        rows = csv.DictReader(io.StringIO(register))
        asked |= {row["account"]: Decimal(row["amount_due"]) for row in rows if row["bill"]}
    return dict(sorted(asked.items()))


def take_payments(
    suite: Suite, office: Office, payments: Payments
) -> tuple[dict[int, PaymentOutcome], dict[int, PaymentOutcome]]:
    """The vendor publishes and posts, while a cashier enters a batch. Answers what the vendor was told."""
    with ThreadPoolExecutor(3) as people:
        online = people.submit(publish, suite, payments.online)
        people.submit(enter_batch, office, payments.counter).result()
        told = online.result()
        # One message of the webhook says again what came over Kafka: it has to come after it.
        return told, post_webhooks(suite, payments.webhook)


def _lines(sendings: list[Sending]) -> dict[int, bytes]:
    return {number: one.text.encode() for number, one in enumerate(sendings, 1)}


def publish(suite: Suite, sendings: list[Sending]) -> dict[int, PaymentOutcome]:
    """The vendor publishes payments; answers what it was told of each, by its number."""
    given = suite.vendor(VENDOR)
    login = Login(
        VENDOR, given.kafka_servers, given.kafka_user, given.kafka_password, suite.plan.prefix, given.kafka_tls
    )
    deadline = time.monotonic() + VENDOR_PATIENCE
    while True:
        try:
            return asyncio.run(send_over_kafka(_lines(sendings), login, VENDOR_PATIENCE))
        except KafkaConnectionError:
            # Kafka is away before anything was sent; once connected, the client itself tries again.
            if time.monotonic() > deadline:
                raise


def post_webhooks(suite: Suite, sendings: list[Sending]) -> dict[int, PaymentOutcome]:
    """The vendor posts payments by signed webhook, each until it is answered."""
    url, secret = f"{suite.url('payments')}/vendors/{VENDOR}/payments", suite.vendor(VENDOR).webhook_secret
    told: dict[int, PaymentOutcome] = {}
    lines = _lines(sendings)
    for number, line in lines.items():
        while number not in told:
            told |= asyncio.run(send_over_webhook({number: line}, url, secret, 30))
    return told


def enter_batch(office: Office, batch: CounterBatch) -> None:
    """A cashier hands in a counted drawer."""
    counted = {kind: str(amount) for kind, amount in batch.counted.items()}
    office.send("payments", f"/batches/DRAWER-{PAID:%m%d}", batch.text.encode(), **counted)


def tell(office: Office) -> None:
    """Approve reminders, print the mailing, confirm that it was mailed."""
    office.post("collections", "/reminders/approve", {"why": "looked through"}, by="carl")
    office.settle()
    begin_day(office, MAILED)
    office.settle()
    mail_all(office, MAILING, MAILED)
