"""Opening a cycle's reading: what is expected of every service point in it, and what each read will be held against."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chassis import bulk, days, runs
from chassis.database import Transaction
from chassis.refusal import Refused
from chassis.runs import Chunk, Run, Worker
from contracts.ids import derived_id
from services.metering.points import store as points
from services.metering.policy import TOWN, Finding, Limits
from services.metering.readings import store
from services.metering.review import Past, estimates_in_a_row, expected, months_between, usual_quantity
from services.metering.tables import Read, Reading, ReadingState, ReadState
from services.metering.units import converted

CHUNK = 2000
WINDOW = timedelta(days=5)
"""How far from the planned day a meter may be read, unless the town says otherwise for a reading."""


async def start(
    tx: Transaction, cycle: str, read_on: date, window_from: date | None = None, window_to: date | None = None
) -> Reading:
    """Open a reading of a cycle around a day. Opening the same one again answers it as it stands."""
    here = await TOWN.in_force(tx)
    reading_id = derived_id("reading", here.key, cycle, read_on)
    known = await tx.session.get(Reading, reading_id)
    if known is not None:
        return known
    await _refuse_second(tx, cycle)
    reading = Reading(
        id=reading_id,
        cycle=cycle,
        read_on=read_on,
        window_from=window_from or read_on - WINDOW,
        window_to=window_to or read_on + WINDOW,
        state=ReadingState.OPENING,
        pack_hash=here.pack_hash,
        started_by=tx.actor,
        business_date=await days.today(tx),
    )
    if not reading.window_from <= read_on <= reading.window_to:
        raise Refused(f"The planned day {read_on} lies outside the days from {window_from} to {window_to}.", 422)
    await _expect(tx, reading, reading_id)
    tx.session.add(reading)
    await tx.session.flush()
    tx.audit("open", f"reading {reading_id}", f"cycle {cycle} read on {read_on}")
    return reading


async def _refuse_second(tx: Transaction, cycle: str) -> None:
    other = await store.unfinished_reading(tx, cycle)
    if other is not None:
        raise Refused(
            f"Cycle {cycle} is being read already: the reading of {other.read_on} is {other.state}. Close it first."
        )


async def take_in_added(tx: Transaction, reading: Reading) -> None:
    """Expect service points that came to the cycle after its reading was opened."""
    if reading.state != ReadingState.OPEN:
        raise Refused(f"The reading is {reading.state}; service points can be taken in only while it is open.")
    reading.state = ReadingState.OPENING
    tx.session.add(reading)
    await _expect(tx, reading, derived_id("opening", reading.id, len(await store.forgotten(tx, reading)), tx.trace))


async def _expect(tx: Transaction, reading: Reading, run_id: UUID) -> None:
    parameters = (reading.cycle, reading.read_on, reading.read_on)
    ranges = await store.boundaries(tx, store.POINTS_OF_CYCLE, parameters, CHUNK)
    if not ranges:
        raise Refused(f"Cycle {reading.cycle} has no service point with a meter in place on {reading.read_on}.", 404)
    await runs.start(tx, run_id, "opening", "opening", {"reading": str(reading.id)})
    await runs.add_chunks(tx, run_id, "expect", ranges)


async def _expect_range(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
    reading = await store.find_reading(tx, UUID(run.spec["reading"]))
    here = await TOWN.pinned(tx, reading.pack_hash)
    first, end = (None if bound is None else UUID(bound) for bound in chunk.spec)
    assert first is not None
    points = await store.points_to_expect(tx, reading, first, end)
    await bulk.copy_in(tx, Read, [_read(reading, point, here.policy.review) for point in points])
    return {"expected": len(points)}


async def _opened(tx: Transaction, run: Run) -> str:
    reading = await store.lock_reading(tx, UUID(run.spec["reading"]))
    reading.state = ReadingState.OPEN
    tx.session.add(reading)
    await points.note_growth(tx, "read")
    return "done"


def _read(reading: Reading, point: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """What is expected of one service point."""
    history = history_of(point, point["unit"])
    months = 1 if point["read_on"] is None else months_between(point["read_on"], reading.read_on)
    against = expected(usual_quantity(history, reading.read_on), point["unit"], months, limits)
    return {
        "id": derived_id("read", reading.id, point["service_point_id"]),
        "reading_id": reading.id,
        "service_point_id": point["service_point_id"],
        "meter_id": point["meter_id"],
        "route": point["route"],
        "sequence": point["sequence"],
        "state": ReadState.AWAITED.value,
        "previous_read_id": point["read_id"],
        "previous_on": point["read_on"],
        "previous_value": point["value"],
        "previous_kind": point["kind"],
        "carried": point["carried"],
        "usual": against.usual,
        "high": against.high,
        "low": against.low,
        "estimated_before": estimates_in_a_row(history),
        "findings": [Finding.MISSING.value],
    }


def history_of(point: dict[str, Any], unit: str) -> list[Past]:
    """Usage of earlier periods, in the unit that the register counts in now."""
    if point["ends"] is None:
        return []
    columns = (point["ends"], point["quantities"], point["units"], point["estimates"])
    return [
        Past(end, converted(quantity, was, unit), guessed) for end, quantity, was, guessed in zip(*columns, strict=True)
    ]


WORKER = Worker("opening", "opening", "expect", _expect_range, _opened)
