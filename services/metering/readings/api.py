"""HTTP routes of readings: open, send out, load back, review, decide, post, close."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from chassis import runs
from chassis.auth import allow
from chassis.database import Transaction
from chassis.web import Tx
from services.metering.policy import Finding
from services.metering.readings import deciding, loading, opening, posting, store, unloading
from services.metering.readings.expected import Shown
from services.metering.readings.shapes import (
    Count,
    Keyed,
    NewReading,
    Posting,
    ReadingShown,
    ReadShown,
    RouteProgress,
    Routes,
    ToDecide,
)
from services.metering.tables import Reading, ReadState

router = APIRouter(prefix="/readings", tags=["readings"])

LOOK = allow("clerk", "specialist", "coordinator", "field", "auditor", "service")
FIELD = allow("field", "clerk", "specialist", "coordinator")
REVIEW = allow("specialist", "coordinator")
COORDINATE = allow("coordinator")
PAGE = 1000
TO_REVIEW = (ReadState.AWAITED, ReadState.QUESTIONED, ReadState.REREAD)


@router.post("", dependencies=[COORDINATE], status_code=status.HTTP_201_CREATED)
async def start_reading(tx: Tx, wanted: NewReading) -> ReadingShown:
    """Open a cycle's reading. It is `opening` while the expected reads are worked out, then `open`."""
    return await _shown(tx, await opening.start(tx, wanted.cycle, wanted.read_on, wanted.window_from, wanted.window_to))


@router.get("", dependencies=[LOOK])
async def list_readings(tx: Tx, cycle: str | None = None, state: str | None = None) -> list[ReadingShown]:
    """Readings, the newest first."""
    return [await _shown(tx, one) for one in await store.readings(tx, cycle, state)]


@router.get("/{reading_id}", dependencies=[LOOK])
async def show_reading(tx: Tx, reading_id: UUID) -> ReadingShown:
    """A reading and how its reads stand."""
    return await _shown(tx, await store.find_reading(tx, reading_id))


async def _shown(tx: Transaction, reading: Reading) -> ReadingShown:
    reads: dict[str, int] = {}
    for row in await store.counts(tx, reading.id):
        reads[row["state"]] = reads.get(row["state"], 0) + row["reads"]
    under_way = await store.posting_under_way(tx, reading.id)
    return ReadingShown(**reading.model_dump(), reads=reads, posting=under_way)


@router.post("/{reading_id}/take-in", dependencies=[COORDINATE])
async def take_in(tx: Tx, reading_id: UUID) -> ReadingShown:
    """Expect the service points that came to the cycle since the reading was opened."""
    reading = await store.lock_reading(tx, reading_id)
    await opening.take_in_added(tx, reading)
    return await _shown(tx, reading)


@router.get("/{reading_id}/routes", dependencies=[LOOK])
async def route_progress(tx: Tx, reading_id: UUID) -> list[RouteProgress]:
    """Every route of the reading: how far it is, and what was found on it."""
    await store.find_reading(tx, reading_id)
    routes: dict[str, RouteProgress] = {}
    for row in await store.counts(tx, reading_id):
        known = routes.setdefault(row["route"], RouteProgress(route=row["route"], reads={}, findings={}))
        known.reads[row["state"]] = row["reads"]
    for row in await store.finding_counts(tx, reading_id):
        routes[row["route"]].findings[row["finding"]] = row["reads"]
    return list(routes.values())


@router.get("/{reading_id}/routes/{route}/file", dependencies=[FIELD], response_class=Response)
async def unload_route(
    tx: Tx, reading_id: UUID, route: str, format: str | None = None, rereads_only: bool = False
) -> Response:
    """A route's file for the handhelds, in the town's format or the one named: `neptune-v4` or `csv`."""
    reading = await store.find_reading(tx, reading_id)
    file = await unloading.route_file(tx, reading, route, format, rereads_only=rereads_only)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content.encode(), media_type=file.media_type, headers=headers)


@router.post("/{reading_id}/files", dependencies=[FIELD])
async def load_file(request: Request, tx: Tx, reading_id: UUID, format: str | None = None) -> loading.LoadReport:
    """Load a handheld's file back (the body is the file). The same file again changes nothing."""
    reading = await store.hold_reading(tx, reading_id)
    return await loading.load(tx, reading, format, await request.body())


@router.get("/{reading_id}/review", dependencies=[LOOK])
async def review(
    tx: Tx,
    reading_id: UUID,
    finding: Finding | None = None,
    route: str | None = None,
    state: ReadState | None = None,
    limit: int = 100,
) -> list[ReadShown]:
    """Reads that wait for somebody, in walking order; or those in the state named."""
    await store.find_reading(tx, reading_id)
    states = TO_REVIEW if state is None else (state,)
    rows = await store.review_list(tx, reading_id, states, finding, route, min(limit, PAGE))
    return [ReadShown(**row) for row in rows]


@router.post("/{reading_id}/accept-clean", dependencies=[REVIEW])
async def accept_clean(tx: Tx, reading_id: UUID, which: Routes) -> Count:
    """Accept every read that nothing was found about."""
    reading = await store.hold_reading(tx, reading_id)
    return Count(reads=await deciding.accept_clean(tx, reading, which.routes))


@router.post("/{reading_id}/decisions", dependencies=[REVIEW])
async def decide(tx: Tx, reading_id: UUID, wanted: ToDecide) -> deciding.DecisionReport:
    """Accept, have reread, estimate or excuse reads. Who and why is kept with each."""
    reading = await store.hold_reading(tx, reading_id)
    ids = wanted.reads
    if ids is None:
        ids = await deciding.pick(tx, reading, wanted.finding, wanted.route)
    return await deciding.decide(tx, reading, wanted.decision, ids, wanted.why)


@router.post("/{reading_id}/reads/{read_id}/reading", dependencies=[REVIEW])
async def key_in(tx: Tx, reading_id: UUID, read_id: UUID, keyed: Keyed) -> Count:
    """Key a reading in by hand: from a card, or what a customer read."""
    reading = await store.hold_reading(tx, reading_id)
    await deciding.enter(tx, reading, read_id, Shown(keyed.value, keyed.read_on, keyed.kind), keyed.why)
    return Count(reads=1)


@router.post("/{reading_id}/post", dependencies=[REVIEW], status_code=status.HTTP_202_ACCEPTED)
async def post(tx: Tx, reading_id: UUID) -> Posting:
    """Begin to post what is accepted. Watch it at `GET /readings/postings/{run}`."""
    reading = await store.lock_reading(tx, reading_id)
    run_id = await posting.start(tx, reading)
    return Posting(run=run_id, state="nothing to post" if run_id is None else "posting")


@router.get("/postings/{run_id}", dependencies=[LOOK])
async def show_posting(tx: Tx, run_id: UUID) -> Posting:
    """How far a posting is."""
    run = await runs.find(tx, run_id)
    results = await runs.results(tx, run_id, "post")

    def total(name: str) -> int:
        return sum(result[name] for result in results)

    chunks: list[dict[str, Any]] = await runs.progress(tx, run_id)
    return Posting(
        run=run_id,
        state=run.state,
        chunks=chunks,
        posted=total("posted"),
        flagged=total("flagged"),
        put_back=total("put_back"),
    )


@router.post("/{reading_id}/close", dependencies=[COORDINATE])
async def close(tx: Tx, reading_id: UUID) -> ReadingShown:
    """Close a reading: refused until every expected service point is posted, or excused with a reason."""
    reading = await store.lock_reading(tx, reading_id)
    await deciding.close(tx, reading)
    return await _shown(tx, reading)
