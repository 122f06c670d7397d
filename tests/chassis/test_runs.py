"""Big work in chunks: each once, shared by copies, resumed after a death, stopped by an undo, never half closed."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis import runs, working
from chassis.database import Transaction
from chassis.refusal import Refused
from chassis.runs import Chunk, Run, Worker
from tests.chassis.sample import Bench
from tests.running import eventually

RUN = UUID(int=42)


async def _finish(tx: Transaction, run: Run) -> str:
    await tx.execute(text("insert into purse (id, name) values (gen_random_uuid(), 'finished')"))
    return "done"


async def _note(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
    await tx.execute(
        text("insert into purse (id, name, version) values (gen_random_uuid(), 'chunk', :n)"), {"n": chunk.spec}
    )
    return {"did": chunk.spec}


def worker(do: runs.Work = _note) -> Worker:
    return Worker("tally", "working", "count", do, _finish)


async def begin(bench: Bench, chunks: int = 6) -> None:
    async with bench.transaction() as tx:
        assert await runs.start(tx, RUN, "tally", "working", {"why": "a test"})
        await runs.add_chunks(tx, RUN, "count", list(range(chunks)))


async def work(bench: Bench, *workers: Worker, until: str = "done") -> None:
    copies = [asyncio.create_task(working.keep_working("sample", bench.engine, [one])) for one in workers]

    async def reached() -> bool:
        return await bench.rows("select state from run") == [(until,)]

    try:
        await eventually(reached)
    finally:
        for copy in copies:
            copy.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*copies)


async def test_an_idle_copy_is_told_of_work_instead_of_asking(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "IDLE_POLL", 3600.0)
    copy = asyncio.create_task(working.keep_working("sample", bench.engine, [worker()]))
    waits = (
        "select 1 from pg_stat_activity where datname = current_database() and state = 'idle' and query ~ 'from run'"
    )
    await eventually(lambda: _any(bench, waits))
    await begin(bench)
    await eventually(lambda: _any(bench, "select 1 from run where state = 'done'"))
    copy.cancel()
    with suppress(asyncio.CancelledError):
        await copy


async def _any(bench: Bench, query: str) -> bool:
    return bool(await bench.rows(query))


async def test_copies_share_a_run_and_each_chunk_is_done_once(bench: Bench) -> None:
    await begin(bench, 20)
    await work(bench, worker(), worker(), worker())
    assert await bench.rows("select version from purse where name = 'chunk' order by 1") == [(n,) for n in range(20)]
    assert len(await bench.rows("select 1 from purse where name = 'finished'")) == 1
    async with bench.transaction() as tx:
        assert await runs.results(tx, RUN, "count") == [{"did": n} for n in range(20)]


async def test_one_copy_does_several_chunks_side_by_side(bench: Bench) -> None:
    await begin(bench, 2 * working.AT_ONCE)
    met = asyncio.Barrier(working.AT_ONCE)

    async def together(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
        async with asyncio.timeout(10):
            await met.wait()
        return await _note(tx, run, chunk)

    await work(bench, worker(together))
    assert len(await bench.rows("select 1 from purse where name = 'chunk'")) == 2 * working.AT_ONCE


async def test_a_copy_stops_although_its_work_swallows_that_it_should(bench: Bench) -> None:
    await begin(bench, 1)
    entered = asyncio.Event()

    async def swallow(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
        entered.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return {}

    copy = asyncio.create_task(working.keep_working("sample", bench.engine, [worker(swallow)]))
    await entered.wait()
    copy.cancel()
    await asyncio.wait({copy}, timeout=10)
    assert copy.cancelled()


async def test_a_run_begun_twice_is_one_run(bench: Bench) -> None:
    await begin(bench)
    async with bench.transaction() as tx:
        assert not await runs.start(tx, RUN, "tally", "working", {})


async def test_a_chunk_whose_worker_dies_is_done_by_another(bench: Bench) -> None:
    await begin(bench, 1)
    entered = asyncio.Event()

    async def die(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
        await _note(tx, run, chunk)
        entered.set()
        await asyncio.sleep(60)
        return {}

    dying = asyncio.create_task(working.keep_working("sample", bench.engine, [worker(die)]))
    await entered.wait()
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying
    await work(bench, worker())
    assert await bench.rows("select version from purse where name = 'chunk'") == [(0,)]


async def test_a_chunk_that_keeps_failing_is_shown_and_its_run_never_finishes(bench: Bench) -> None:
    await begin(bench, 3)

    async def fail_on_one(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
        if chunk.number == 1:
            raise ValueError("account 10023 has no cycle")
        return await _note(tx, run, chunk)

    copy = asyncio.create_task(working.keep_working("sample", bench.engine, [worker(fail_on_one)]))
    await eventually(lambda: _has(bench, "select 1 from chunk where state = 'failed'"))
    copy.cancel()
    with suppress(asyncio.CancelledError):
        await copy
    async with bench.transaction() as tx:
        shown = {row["state"]: row for row in await runs.progress(tx, RUN)}
    assert (shown["done"]["chunks"], shown["failed"]["error"]) == (2, "ValueError: account 10023 has no cycle")
    assert await bench.rows("select state from run") == [("working",)]
    async with bench.transaction() as tx:
        assert await runs.retry_failed(tx, RUN) == 1
    await work(bench, worker())


async def test_no_chunk_is_done_once_the_run_was_undone(bench: Bench) -> None:
    await begin(bench)
    async with bench.transaction() as tx:
        await runs.move(tx, await runs.locked(tx, RUN), ["working"], "undone")
    copy = asyncio.create_task(working.keep_working("sample", bench.engine, [worker()]))
    await asyncio.sleep(0.5)
    copy.cancel()
    with suppress(asyncio.CancelledError):
        await copy
    assert await bench.rows("select 1 from purse") == []


async def test_an_undo_waits_for_the_chunk_under_way(bench: Bench) -> None:
    await begin(bench, 2)
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
        entered.set()
        await go_on.wait()
        return await _note(tx, run, chunk)

    copy = asyncio.create_task(working.keep_working("sample", bench.engine, [worker(slow)]))
    await entered.wait()

    async def undo() -> None:
        async with bench.transaction() as tx:
            await runs.move(tx, await runs.locked(tx, RUN), ["working"], "undone")

    undoing = asyncio.create_task(undo())
    await asyncio.sleep(0.3)
    assert not undoing.done()
    go_on.set()
    await undoing
    copy.cancel()
    with suppress(asyncio.CancelledError):
        await copy
    done = await bench.rows("select count(*) from chunk where state = 'done'")
    assert await bench.rows("select count(*) from purse where name = 'chunk'") == done


async def test_a_state_that_does_not_fit_is_refused_with_a_sentence(bench: Bench) -> None:
    await begin(bench)
    with pytest.raises(Refused, match="The run is working"):
        async with bench.transaction() as tx:
            await runs.move(tx, await runs.locked(tx, RUN), ["review"], "issued")


async def _has(bench: Bench, query: str) -> bool:
    return bool(await bench.rows(query))
