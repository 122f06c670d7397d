"""One billing night: reads are posted, billed, and told of, through the real services."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.office import Office
from tests.bench.town import BEGINS, CYCLE, handheld_parts, import_parts, month_end

RUN_STATE = "select state from run where id = %s"


@dataclass(frozen=True)
class Night:
    """What a night took, in seconds from the first accepted read. `ends` are the phases in order."""

    instances: int
    accounts: int
    ends: dict[str, float]
    lines: int
    bill_bytes: int
    read_bytes: int
    processor: dict[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return max(self.ends.values())

    @property
    def bills_a_second(self) -> float:
        return self.accounts / self.seconds


def found_town(office: Office, seed: int, accounts: int, tell: Callable[[str], None]) -> None:
    """Import the town and begin its first day; nothing of this is measured."""
    office.apply_pack()
    office.post("billing", "/days", json={"date": str(BEGINS)})
    for number, part in enumerate(import_parts(seed, accounts)):
        tell(f"{part.service}/{part.name}, part {number + 1}")
        office.post(part.service, f"/imports/{part.name}", content=part.text.encode())
    tell("news of accounts")
    known = "select count(*) from account where number is not null"
    office.wait("all accounts known", lambda: office.count("billing", known) == accounts)
    office.wait_settled()
    office.refuse_losses()


def accept_reads(office: Office, seed: int, accounts: int, month: int) -> str:
    """Read every meter of the month and accept what was read; answers the reading. Not measured."""
    opened = office.post("metering", "/readings", json={"cycle": CYCLE, "read_on": str(month_end(month))})
    reading = f"/readings/{opened['id']}"
    office.wait("the reading open", lambda: office.get("metering", reading)["state"] == "open")
    for part in handheld_parts(seed, accounts, month):
        office.post("metering", f"{reading}/files?format=csv", content=part.text.encode())
    accepted = office.post("metering", f"{reading}/accept-clean", json={})["reads"]
    if accepted != accounts:
        raise RuntimeError(f"Of {accounts} reads only {accepted} came through the review clean.")
    office.wait_settled()
    return str(opened["id"])


def bill(office: Office, reading: str, accounts: int, month: int, instances: int) -> Night:
    """The measured part: from the accepted reads to the last bill and balance consumed."""
    began = time.monotonic()
    ends: dict[str, float] = {}

    def reached(phase: str, holds: Callable[[], bool]) -> None:
        ends[phase] = office.wait(phase, holds) - began

    posting = office.post("metering", f"/readings/{reading}/post")["run"]
    reached("posted", lambda: office.say("metering", RUN_STATE, posting) == "done")
    awaiting = "select count(*) from usage where billed_on is null"
    reached("taken in", lambda: office.count("billing", awaiting) == accounts)
    run = _begin_run(office, month)
    reached("calculated", lambda: office.say("billing", RUN_STATE, run) == "review")
    office.post("billing", f"/runs/{run}/approve", "coordinator", json={"why": "the bench approves"})
    reached("issued", lambda: office.say("billing", RUN_STATE, run) == "issued")
    notices = "select count(*) from notice"
    reached("notices queued", lambda: office.count("notifications", notices) == accounts * month)
    balances = "select count(*) from balance where version = %s"
    for service in ("accounts", "payments", "collections"):
        reached(f"balances in {service}", lambda of=service: office.count(of, balances, month) == accounts)  # type: ignore[misc]
    return _measured(office, run, accounts, instances, ends)


def finish(office: Office, reading: str) -> None:
    """Close the run on its certificate and the reading, so that the figures are those of a night that ties."""
    run = office.say("billing", "select id from run where kind = 'billing' order by started_at desc limit 1")
    office.post("billing", f"/runs/{run}/close", json={"why": "the night is over"})
    office.post("metering", f"/readings/{reading}/close")
    office.refuse_losses()


def _begin_run(office: Office, month: int) -> str:
    order = {
        "cycle": CYCLE,
        "period_start": str(month_end(month - 1)),
        "period_end": str(month_end(month)),
        "bill_date": str(month_end(month)),
    }
    return str(office.post("billing", "/runs", json=order)["id"])


def _measured(office: Office, run: str, accounts: int, instances: int, ends: dict[str, float]) -> Night:
    billed = office.count("billing", "select count(*) from bill where run_id = %s", run)
    if billed != accounts:
        raise RuntimeError(f"Of {accounts} accounts only {billed} were billed.")
    sample = "from (select document from bill where run_id = %s limit 500) bills"
    lines = f"select round(avg(json_array_length(document -> 'lines'))) {sample}"
    bill_bytes = f"select round(avg(octet_length(document::text))) {sample}"
    read_bytes = (
        "select round(avg(octet_length(value))) from (select value from outbox where topic = 'ReadPosted' limit 500) r"
    )
    return Night(
        instances,
        accounts,
        ends,
        office.count("billing", lines, run),
        office.count("billing", bill_bytes, run),
        office.count("metering", read_bytes),
    )
