"""Posting accepted reads: news for billing, and where the next usage counts from. In chunks, by every copy."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis import days, runs
from chassis.database import Transaction
from chassis.refusal import Refused
from chassis.rows import Rows
from chassis.runs import Chunk, Run, Worker
from contracts.topics import READ_POSTED, USAGE_FLAGGED
from services.metering.policy import TOWN
from services.metering.readings import posted, rebasing, store
from services.metering.readings.telling import read_posted, usage_flagged
from services.metering.tables import Reading, ReadingState

CHUNK = 2000

_ACCEPTED = "select id from read where reading_id = %s and state = 'accepted'"


async def start(tx: Transaction, reading: Reading) -> UUID | None:
    """Begin to post what is accepted; None when nothing is. Two postings side by side share the reads between them."""
    if reading.state != ReadingState.OPEN:
        raise Refused(f"The reading is {reading.state}; reads can be posted only while it is open.")
    await days.today(tx)
    ranges = await store.boundaries(tx, _ACCEPTED, (reading.id,), CHUNK)
    if not ranges:
        return None
    run_id = uuid7()
    await runs.start(tx, run_id, "posting", "posting", {"reading": str(reading.id)})
    await runs.add_chunks(tx, run_id, "post", ranges)
    tx.audit("post", f"reading {reading.id}", "accepted reads", after={"run": str(run_id)})
    return run_id


async def _post_range(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
    reading_id = UUID(run.spec["reading"])
    first, end = (None if bound is None else UUID(bound) for bound in chunk.spec)
    rows = await posted.to_post(tx, reading_id, first, end)
    # What a read counts from moves when another read comes between after it was accepted: it is reviewed again.
    moved = [row["service_point_id"] for row in rows if not row["counts_from_last"]]
    await rebasing.rebase(tx, moved)
    flags = await post(tx, [row for row in rows if row["counts_from_last"]])
    return {"posted": len(rows) - len(moved), "flagged": flags, "put_back": len(moved)}


async def post(tx: Transaction, rows: Rows) -> int:
    """Post reads, in this transaction: publish, count on from them, keep their usage. Answers how many were flagged."""
    day = await days.today(tx)
    told = (await TOWN.in_force(tx)).policy.told
    flags = 0
    for row in rows:
        tx.publish(READ_POSTED, read_posted(row, day))
        for flag in usage_flagged(row, told, day):
            tx.publish(USAGE_FLAGGED, flag)
            flags += 1
    await posted.mark_posted(tx, [row["id"] for row in rows], day)
    return flags


async def _posted(tx: Transaction, run: Run) -> str:
    return "done"


WORKER = Worker("posting", "posting", "post", _post_range, _posted)
