"""Big work in chunks, shared by every copy of a service through the database.

A run is a row with a state; its chunks are rows that copies claim with SKIP LOCKED. Claiming a chunk, doing it and
marking it done are one transaction: a copy that is killed leaves the chunk as it was. That transaction holds the run's
row in share mode, so a person's change of the run's state (undo) waits for chunks under way, and later ones see it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text

from chassis.bulk import copy_columns
from chassis.database import Transaction
from chassis.refusal import Refused, not_found

CHANNEL = "runs"
"""On which copies hear that there may be work."""


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
    await _tell_copies(tx)
    return found.first() is not None


async def add_chunks(tx: Transaction, run_id: UUID, phase: str, specs: Sequence[Any]) -> None:
    """Give a run the chunks of a phase; `specs` are JSON values."""
    rows = [(run_id, phase, number, "todo", Jsonb(spec)) for number, spec in enumerate(specs)]
    await copy_columns(tx, "chunk", ("run_id", "phase", "number", "state", "spec"), rows)


async def locked(tx: Transaction, run_id: UUID, mode: str = "update") -> Run:
    """A run, locked against chunks under way and against other people; refuses one that isn't there.

    A chunk under way locks it in mode "share".
    """
    return await _load(tx, run_id, f"for {mode}")


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
    await set_state(tx, run.id, state)


async def set_state(tx: Transaction, run_id: UUID, state: str) -> None:
    """Change the state of a run that is locked, whatever it is in."""
    await tx.execute(text("update run set state = :state where id = :id"), {"id": run_id, "state": state})
    await _tell_copies(tx)


async def _tell_copies(tx: Transaction) -> None:
    await tx.execute(text(f"notify {CHANNEL}"))


async def forget_chunks(tx: Transaction, run_id: UUID, phase: str) -> None:
    """Drop a phase's chunks, so that it can be done again."""
    await tx.execute(text("delete from chunk where run_id = :id and phase = :phase"), {"id": run_id, "phase": phase})


async def retry_failed(tx: Transaction, run_id: UUID) -> int:
    """Put failed chunks back to be done; answers how many."""
    result = await tx.execute(
        text("update chunk set state = 'todo', attempts = 0 where run_id = :id and state = 'failed' returning number"),
        {"id": run_id},
    )
    await _tell_copies(tx)
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


def whose(workers: Sequence[Worker]) -> dict[str, list[str]]:
    """Parameters of `UNFINISHED`."""
    return {
        "kinds": [worker.kind for worker in workers],
        "states": [worker.state for worker in workers],
        "phases": [worker.phase for worker in workers],
    }


UNFINISHED = """
select (select count(*) from chunk where state = 'todo') + (
    select count(*) from run r
    join unnest(cast(:kinds as text[]), cast(:states as text[]), cast(:phases as text[])) as w (kind, state, phase)
        on r.kind = w.kind and r.state = w.state
    where not exists (select 1 from chunk c where c.run_id = r.id and c.phase = w.phase and c.state <> 'done')
) as unfinished
"""
"""How many chunks wait to be done, and runs to be finished after their last chunk, by any copy of this service."""


async def results(tx: Transaction, run_id: UUID, phase: str) -> list[dict[str, Any]]:
    """What the chunks of a phase answered, in chunk order."""
    rows = await tx.execute(
        text("select result from chunk where run_id = :id and phase = :phase and state = 'done' order by number"),
        {"id": run_id, "phase": phase},
    )
    return [row.result for row in rows]
