"""A copy of a service doing the chunks of its runs, until it is stopped.

One hand looks for work for all of an idle copy, on a connection of its own on which it is told of news. Where there are
several chunks to do, others join it: one is priced while another is written.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import runs
from chassis.database import Transaction, driver_of
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.logs import logger
from chassis.passing import going_on, is_passing, pause
from chassis.runs import Chunk, Run, Worker
from chassis.waking import told_of, wait_for_news

IDLE_POLL = 2.0
"""Seconds after which a copy looks although nobody told it of news."""
RETRY_PAUSE = 0.25
AT_ONCE = 3
"""Chunks that one copy does side by side."""
ATTEMPTS = 3


async def keep_working(service: str, engine: AsyncEngine, workers: Sequence[Worker]) -> None:
    """Do chunks as they come, until cancelled."""
    copy = _Copy(service, engine, workers)
    async with asyncio.TaskGroup() as group:
        group.create_task(copy.look_for_work())
        for _ in range(1, AT_ONCE):
            group.create_task(copy.lend_a_hand())


@dataclass
class _Copy:
    """What the hands of a copy share: which workers some run waits for, and whether there is enough for all hands."""

    service: str
    engine: AsyncEngine
    workers: Sequence[Worker]
    wanted: Sequence[Worker] = ()
    enough_for_all: asyncio.Event = field(default_factory=asyncio.Event)

    async def look_for_work(self) -> None:
        while going_on():
            try:
                async with told_of(self.engine, runs.CHANNEL) as connection:
                    await self._look(connection, await driver_of(connection))
            except Exception as error:
                await self._pause(error)

    async def _look(self, connection: AsyncConnection, driver: psycopg.AsyncConnection[Any]) -> None:
        while going_on():
            await self._see(connection)
            if not self.wanted:
                await wait_for_news(driver, IDLE_POLL)
            elif not await self._work():
                await asyncio.sleep(RETRY_PAUSE)

    async def lend_a_hand(self) -> None:
        while going_on():
            await self.enough_for_all.wait()
            try:
                if not await self._work():
                    await asyncio.sleep(RETRY_PAUSE)
            except Exception as error:
                await self._pause(error)

    async def _see(self, connection: AsyncConnection) -> None:
        rows = await connection.execute(_UNDER_WAY, {"states": [worker.state for worker in self.workers]})
        to_do = {(kind, state): chunks for kind, state, chunks in rows}
        self.wanted = [worker for worker in self.workers if (worker.kind, worker.state) in to_do]
        self.enough_for_all.set() if sum(to_do.values()) > 1 else self.enough_for_all.clear()

    async def _work(self) -> bool:
        """Do one chunk of each phase under way; False when there was nothing to do."""
        return any([await work_once(self.service, self.engine, worker) for worker in self.wanted])

    async def _pause(self, error: Exception) -> None:
        """Nothing is lost while the database is away; what is wrong with the program ends the copy's work."""
        if not is_passing(error):
            raise error
        logger("runs").warning("worker_paused", error=str(error))
        await pause(error, RETRY_PAUSE)


_UNDER_WAY = text(
    "select r.kind, r.state, sum((select count(*) from chunk c where c.run_id = r.id and c.state = 'todo'))"
    " from run r where r.state = any(:states) group by r.kind, r.state"
)


async def work_once(service: str, engine: AsyncEngine, worker: Worker) -> bool:
    """Do one chunk, or finish one phase whose chunks are all done; False when there was nothing to do."""
    claimed: list[tuple[Run, Chunk]] = []
    try:
        async with transaction(engine, service, service, new_trace()) as tx:
            return await _do_next(tx, worker, claimed) or await _finish_next(tx, worker)
    except Exception as error:
        if not claimed or is_passing(error):
            raise
        await _note_failure(service, engine, *claimed[0], error)
        return True


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
    run = await runs.locked(tx, row.run_id, "share")
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
    run = await runs.find(tx, row.id)
    tx.actor, tx.trace = run.actor, run.trace
    state = await worker.finish(tx, run)
    if state == run.state:
        return False
    await runs.set_state(tx, run.id, state)
    return True
