"""People's decisions about reads, taken many at a time and written with who and why."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from chassis.database import Transaction
from chassis.refusal import Refused, not_found
from services.metering.policy import TOWN, Finding
from services.metering.readings import store
from services.metering.readings.decisions import Circumstances, Decision, NotPossibleError, decided
from services.metering.readings.expected import UNDECIDED, Expected, Shown, looked_at
from services.metering.tables import Reading, ReadingState, ReadState
from services.metering.units import plain
from services.metering.usage import ImpossibleReadingError


class NotDecided(BaseModel):
    """A read that could not be decided so, and why."""

    read: UUID
    service_point: str
    reason: str


class DecisionReport(BaseModel):
    """How many reads were decided, and which could not be."""

    decision: Decision
    decided: int
    not_possible: list[NotDecided]


def refuse_unless_open(reading: Reading) -> None:
    """Reads are decided only while their reading is open."""
    if reading.state != ReadingState.OPEN:
        raise Refused(f"The reading is {reading.state}; its reads can be decided only while it is open.")


async def pick(tx: Transaction, reading: Reading, finding: Finding | None, route: str | None) -> list[UUID]:
    """The undecided reads with a finding, on a route, or both."""
    if finding is None and route is None:
        raise Refused("Name the reads, a finding or a route: everything at once is nobody's decision.", 422)
    return await store.ids_with(tx, reading.id, finding, route, UNDECIDED)


async def decide(
    tx: Transaction, reading: Reading, decision: Decision, ids: Sequence[UUID], why: str
) -> DecisionReport:
    """Decide reads alike. Those that can't be decided so are answered with the reason; the rest is done."""
    refuse_unless_open(reading)
    under = Circumstances(reading.read_on, (await TOWN.pinned(tx, reading.pack_hash)).policy)
    reads = await store.expected_by_id(tx, reading.id, ids)
    missing = set(ids) - set(reads)
    if missing:
        raise Refused(f"{len(missing)} of the reads named are not in this reading, {min(missing)} among them.", 404)
    report = DecisionReport(decision=decision, decided=0, not_possible=[])
    done = [after for read in reads.values() if (after := _decided(decision, read, why, under, report)) is not None]
    await store.save(tx, done, decided_by=tx.actor)
    report.decided = len(done)
    _audit(tx, reading, decision, reads, done, why)
    return report


def _decided(
    decision: Decision, read: Expected, why: str, under: Circumstances, report: DecisionReport
) -> Expected | None:
    try:
        return decided(decision, read, why, under)
    except NotPossibleError as error:
        report.not_possible.append(NotDecided(read=read.id, service_point=read.service_point, reason=str(error)))
        return None


def _audit(
    tx: Transaction,
    reading: Reading,
    decision: Decision,
    before: dict[UUID, Expected],
    after: Sequence[Expected],
    why: str,
) -> None:
    if len(after) > 100:
        # Each read keeps who decided and why; the audit keeps that it was one decision about many.
        tx.audit(decision, f"reading {reading.id}", why, after={"reads": len(after)})
        return
    for read in after:
        tx.audit(decision, f"read {read.id}", why, before=_shown(before[read.id]), after=_shown(read))


def _shown(read: Expected) -> dict[str, str | None]:
    return {
        "state": read.state.value,
        "value": plain(read.value),
        "kind": read.kind,
        "quantity": plain(read.quantity),
        "findings": ", ".join(read.findings),
    }


async def enter(tx: Transaction, reading: Reading, read_id: UUID, shown: Shown, why: str) -> Expected:
    """A reading keyed in by hand, from a card or a customer's call; reviewed like any other."""
    refuse_unless_open(reading)
    read = (await store.expected_by_id(tx, reading.id, [read_id])).get(read_id)
    if read is None:
        raise not_found("read in this reading with id", read_id)
    if read.state not in UNDECIDED:
        raise Refused(f"The read of service point {read.service_point} is {read.state} already.")
    _refuse_outside_window(reading, shown.read_on)
    try:
        now = looked_at(read, shown, (await TOWN.pinned(tx, reading.pack_hash)).policy.review)
    except ImpossibleReadingError as error:
        raise Refused(f"Service point {read.service_point}: {error}", 422) from None
    await store.save(tx, [now], decided_by=None)
    tx.audit("enter", f"read {read_id}", why, before=_shown(read), after=_shown(now))
    return now


def _refuse_outside_window(reading: Reading, read_on: date) -> None:
    if not reading.window_from <= read_on <= reading.window_to:
        raise Refused(f"{read_on} lies outside this reading's days {reading.window_from} to {reading.window_to}.", 422)


async def accept_clean(tx: Transaction, reading: Reading, routes: Sequence[str] | None) -> int:
    """Accept all reads that nothing was found about."""
    refuse_unless_open(reading)
    accepted = await store.accept_clean(tx, reading.id, routes)
    tx.audit("accept", f"reading {reading.id}", "nothing found", after={"reads": accepted})
    return accepted


async def close(tx: Transaction, reading: Reading) -> None:
    """Close a reading once every service point expected is posted, or excused with a reason: nobody is forgotten."""
    refuse_unless_open(reading)
    left: Counter[str] = Counter()
    for row in await store.counts(tx, reading.id):
        left[row["state"]] += row["reads"]
    open_ = {state: count for state, count in left.items() if state not in (ReadState.POSTED, ReadState.EXCUSED)}
    if open_:
        told = ", ".join(f"{count} {state}" for state, count in sorted(open_.items()))
        raise Refused(f"The reading can't be closed: {told}. Post or excuse each of them.")
    forgotten = await store.forgotten(tx, reading)
    if forgotten:
        raise Refused(
            f"The reading can't be closed: {len(forgotten)} service points came to the cycle since it was opened,"
            f" {forgotten[0]} among them. Take them in: POST /readings/{reading.id}/take-in."
        )
    reading.state = ReadingState.CLOSED
    reading.closed_by = tx.actor
    tx.session.add(reading)
    tx.audit("close", f"reading {reading.id}", "every service point is posted or excused", after=dict(left))
