"""Reads that are not posted yet, when what they count from changes under them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from chassis.database import Transaction
from services.metering.policy import TOWN, Finding, Limits
from services.metering.readings import posted, store
from services.metering.readings.expected import Expected, looked_at_again
from services.metering.tables import ReadState
from services.metering.usage import ImpossibleReadingError


async def rebase(tx: Transaction, service_point_ids: Sequence[UUID], *, exchanged: bool = False) -> None:
    """Review again every read of these points that is not posted yet, against the last posted read as it is now.

    What was decided about them is decided again: an accepted read goes back, an estimate is dropped. A reading of a
    meter that was taken out says nothing about the new one.
    """
    await posted.recount_from_last(tx, service_point_ids)
    by_reading: dict[UUID, list[UUID]] = defaultdict(list)
    for read_id, reading_id in await posted.not_posted(tx, service_point_ids):
        by_reading[reading_id].append(read_id)
    for reading_id, ids in by_reading.items():
        reading = await store.find_reading(tx, reading_id)
        limits = (await TOWN.pinned(tx, reading.pack_hash)).policy.review
        reads = await store.expected_by_id(tx, reading_id, ids)
        again = [_again(read, limits, exchanged=exchanged) for read in reads.values()]
        await store.save(tx, again, decided_by=None)


def _again(read: Expected, limits: Limits, *, exchanged: bool) -> Expected:
    if exchanged or read.kind == "estimated" or read.value is None:
        return _awaited(read)
    try:
        return looked_at_again(read, limits)
    except ImpossibleReadingError:
        return _awaited(read)


def _awaited(read: Expected) -> Expected:
    # A meter that was to be read again still is.
    state = ReadState.REREAD if read.state is ReadState.REREAD else ReadState.AWAITED
    return replace(read, state=state, value=None, kind=None, quantity=None, findings=(Finding.MISSING,), why=None)
