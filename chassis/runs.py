"""Big work in chunks, shared by every copy of a service through the database.

A run is a row with a state; its chunks are rows that copies claim with SKIP LOCKED. Claiming a chunk, doing it and
marking it done are one transaction: a copy that is killed leaves the chunk as it was. That transaction holds the run's
row in share mode, so a person's change of the run's state (undo) waits for chunks under way, and later ones see it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bulk import copy_columns
from chassis.consume import is_passing
from chassis.database import Transaction
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.logs import logger
from chassis.refusal import Refused, not_found

IDLE_POLL = 0.25
AT_ONCE = 3
"""Chunks that one copy does side by side."""
ATTEMPTS = 3


@dataclass(frozen=True)
class Run:
    """A piece of big work. `spec` is what it was asked to do, `trace` and `actor` who asked."""

    id: UUID
    kind: str
    state: str
    spec: dict[str, Any]
    trace: str
    actor: str


@dataclass(frozen=True)
class Chunk:
    """A part of a run that is done in one transaction."""

    phase: str
    number: int
    spec: Any


Work = Callable[[Transaction, Run, Chunk], Awaitable[dict[str, Any]]]
Finish = Callable[[Transaction, Run], Awaitable[str]]


@dataclass(frozen=True)
class Worker:
    """Does the chunks of one phase while the run is in `state`; `finish` answers the run's next state.

    While `finish` answers the state that the run is in, it is asked again: something it needs is not there yet.
    """

    kind: str
    state: str
    phase: str
    do: Work
    finish: Finish


async def start(tx: Transaction, run_id: UUID, kind: str, state: str, spec: dict[str, Any]) -> bool:
    """Create a run; False if it is there already."""
    found = await tx.execute(
        text(
            "insert into run (id, kind, state, spec, trace, actor)"
            " values (:id, :kind, :state, :spec, :trace, :actor) on conflict do nothing returning id"
        ),
        {"id": run_id, "kind": kind, "state": state, "spec": Jsonb(spec), "trace": tx.trace, "actor": tx.actor},
    )
    return found.first() is not None


async def add_chunks(tx: Transaction, run_id: UUID, phase: str, specs: Sequence[Any]) -> None:
    """Give a run the chunks of a phase; `specs` are JSON values."""
    rows = [(run_id, phase, number, "todo", Jsonb(spec)) for number, spec in enumerate(specs)]
    await copy_columns(tx, "chunk", ("run_id", "phase", "number", "state", "spec"), rows)


async def locked(tx: Transaction, run_id: UUID) -> Run:
    """A run, locked against chunks under way and against other people; refuses one that isn't there."""
    return await _load(tx, run_id, "for update")


async def find(tx: Transaction, run_id: UUID) -> Run:
    """A run as it stands; refuses one that isn't there."""
    return await _load(tx, run_id, "")


async def _load(tx: Transaction, run_id: UUID, lock: str) -> Run:
    rows = await tx.execute(
        text(f"select id, kind, state, spec, trace, actor from run where id = :id {lock}"), {"id": run_id}
    )
    row = rows.mappings().one_or_none()
    if row is None:
        raise not_found("run", run_id)
    return Run(**row)


async def move(tx: Transaction, run: Run, expected: Sequence[str], state: str) -> None:
    """Change a locked run's state; refuses when it isn't in one of the expected ones."""
    if run.state not in expected:
        raise Refused(f"The run is {run.state}; this can be done only while it is {' or '.join(expected)}.")
    await _set_state(tx, run.id, state)


async def _set_state(tx: Transaction, run_id: UUID, state: str) -> None:
    await tx.execute(text("update run set state = :state where id = :id"), {"id": run_id, "state": state})


async def forget_chunks(tx: Transaction, run_id: UUID, phase: str) -> None:
    """Drop a phase's chunks, so that it can be done again."""
    await tx.execute(text("delete from chunk where run_id = :id and phase = :phase"), {"id": run_id, "phase": phase})


async def retry_failed(tx: Transaction, run_id: UUID) -> int:
    """Put failed chunks back to be done; answers how many."""
    result = await tx.execute(
        text("update chunk set state = 'todo', attempts = 0 where run_id = :id and state = 'failed' returning number"),
        {"id": run_id},
    )
    return len(result.all())


async def progress(tx: Transaction, run_id: UUID) -> list[dict[str, Any]]:
    """Chunks by phase and state, with the first error of each."""
    rows = await tx.execute(
        text(
            "select phase, state, count(*) as chunks, min(error) as error from chunk"
            " where run_id = :id group by phase, state order by phase, state"
        ),
        {"id": run_id},
    )
    return [dict(row) for row in rows.mappings()]


async def unfinished(engine: AsyncEngine, workers: Sequence[Worker]) -> int:
    """How many chunks wait to be done, and runs to be finished after their last chunk, by any copy of this service."""
    asked = {
        "kinds": [worker.kind for worker in workers],
        "states": [worker.state for worker in workers],
        "phases": [worker.phase for worker in workers],
    }
    async with engine.connect() as connection:
        return int((await connection.execute(_UNFINISHED, asked)).scalar_one())


_UNFINISHED = text(
    "select (select count(*) from chunk where state = 'todo')"
    " + (select count(*) from run r"
    " join unnest(cast(:kinds as text[]), cast(:states as text[]), cast(:phases as text[])) as w (kind, state, phase)"
    " on r.kind = w.kind and r.state = w.state where not exists"
    " (select 1 from chunk c where c.run_id = r.id and c.phase = w.phase and c.state <> 'done'))"
)


async def keep_working(service: str, engine: AsyncEngine, workers: Sequence[Worker]) -> None:
    """Do chunks as they come, until cancelled: several at once, so that one is priced while another is written."""
    under_way = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_look_for_work(service, engine, workers, under_way))
        for _ in range(1, AT_ONCE):
            group.create_task(_lend_a_hand(service, engine, workers, under_way))


async def _look_for_work(
    service: str, engine: AsyncEngine, workers: Sequence[Worker], under_way: asyncio.Event
) -> None:
    while True:
        if not await _work_patiently(service, engine, workers, under_way):
            await asyncio.sleep(IDLE_POLL)


async def _lend_a_hand(service: str, engine: AsyncEngine, workers: Sequence[Worker], under_way: asyncio.Event) -> None:
    """Ask for nothing while nothing is under way: one hand looks for all of an idle copy."""
    while True:
        await under_way.wait()
        if not await _work_patiently(service, engine, workers, under_way):
            await asyncio.sleep(IDLE_POLL)


async def _work_patiently(
    service: str, engine: AsyncEngine, workers: Sequence[Worker], under_way: asyncio.Event
) -> bool:
    """Do one chunk of each phase under way; False when there was nothing to do, or no database to ask."""
    try:
        wanted = await _wanted(engine, workers)
        under_way.set() if wanted else under_way.clear()
        return any([await _work_once(service, engine, worker) for worker in wanted])
    except Exception as error:
        if not is_passing(error):
            raise
        logger("runs").warning("worker_paused", error=str(error))
        return False


async def _wanted(engine: AsyncEngine, workers: Sequence[Worker]) -> list[Worker]:
    """The workers that some run is in the state of: an idle copy asks one question, not two transactions for each."""
    async with engine.connect() as connection:
        rows = await connection.execute(_UNDER_WAY, {"states": [worker.state for worker in workers]})
        under_way = {(kind, state) for kind, state in rows}
    return [worker for worker in workers if (worker.kind, worker.state) in under_way]


_UNDER_WAY = text("select distinct kind, state from run where state = any(:states)")


async def _work_once(service: str, engine: AsyncEngine, worker: Worker) -> bool:
    """Do one chunk, or finish one phase whose chunks are all done; False when there was nothing to do."""
    claimed: list[tuple[Run, Chunk]] = []
    try:
        async with transaction(engine, service, service, new_trace()) as tx:
            if await _do_next(tx, worker, claimed):
                return True
    except Exception as error:
        if not claimed or is_passing(error):
            raise
        await _note_failure(service, engine, *claimed[0], error)
        return True
    async with transaction(engine, service, service, new_trace()) as tx:
        return await _finish_next(tx, worker)


async def _do_next(tx: Transaction, worker: Worker, claimed: list[tuple[Run, Chunk]]) -> bool:
    rows = await tx.execute(
        text(
            "select c.run_id, c.number, c.spec from chunk c join run r on r.id = c.run_id"
            " where c.state = 'todo' and c.phase = :phase and r.kind = :kind and r.state = :state"
            " order by r.started_at, c.number limit 1 for no key update of c skip locked"
        ),
        {"phase": worker.phase, "kind": worker.kind, "state": worker.state},
    )
    row = rows.one_or_none()
    if row is None:
        return False
    run = await _load(tx, row.run_id, "for share")
    if run.state != worker.state:
        return False
    chunk = Chunk(worker.phase, row.number, row.spec)
    claimed.append((run, chunk))
    tx.actor, tx.trace = run.actor, run.trace
    result = await worker.do(tx, run, chunk)
    await tx.execute(
        text(
            "update chunk set state = 'done', result = :result, error = null"
            " where run_id = :id and phase = :phase and number = :number"
        ),
        {"id": run.id, "phase": chunk.phase, "number": chunk.number, "result": Jsonb(result)},
    )
    return True


async def _note_failure(service: str, engine: AsyncEngine, run: Run, chunk: Chunk, error: Exception) -> None:
    logger("runs").error("chunk_failed", run=str(run.id), phase=chunk.phase, chunk=chunk.number, exc_info=error)
    async with transaction(engine, service, run.actor, run.trace) as tx:
        await tx.execute(
            text(
                "update chunk set attempts = attempts + 1, error = :error,"
                " state = case when attempts + 1 >= :limit then 'failed' else 'todo' end"
                " where run_id = :id and phase = :phase and number = :number and state = 'todo'"
            ),
            {
                "id": run.id,
                "phase": chunk.phase,
                "number": chunk.number,
                "limit": ATTEMPTS,
                "error": f"{type(error).__name__}: {error}",
            },
        )


async def _finish_next(tx: Transaction, worker: Worker) -> bool:
    rows = await tx.execute(
        text(
            "select r.id from run r where r.kind = :kind and r.state = :state and not exists"
            " (select 1 from chunk c where c.run_id = r.id and c.phase = :phase and c.state <> 'done')"
            " limit 1 for update skip locked"
        ),
        {"kind": worker.kind, "state": worker.state, "phase": worker.phase},
    )
    row = rows.one_or_none()
    if row is None:
        return False
    run = await _load(tx, row.id, "")
    tx.actor, tx.trace = run.actor, run.trace
    state = await worker.finish(tx, run)
    await _set_state(tx, run.id, state)
    return state != run.state


async def results(tx: Transaction, run_id: UUID, phase: str) -> list[dict[str, Any]]:
    """What the chunks of a phase answered, in chunk order."""
    rows = await tx.execute(
        text("select result from chunk where run_id = :id and phase = :phase and state = 'done' order by number"),
        {"id": run_id, "phase": phase},
    )
    return [row.result for row in rows]
