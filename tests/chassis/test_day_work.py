"""A day's work: its pieces follow each other, each in chunks; the end is told once, with what was done."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from sqlalchemy import text

from chassis import runs
from chassis.database import Transaction, asking
from chassis.day_work import DayWork, Piece, Sums, once, until
from tests.chassis.sample import Bench, SampleTopic
from tests.chassis.test_runs import work

DAY = date(2023, 5, 26)


class Done(BaseModel):
    """A service did its work of a day."""

    service: str
    date: date
    counts: dict[str, int]
    money: dict[str, Decimal]


DONE = SampleTopic("Done", Done, "date", ("service", "date"))


def piece(name: str, chunks: Sequence[Any], seen: list[Any]) -> Piece:
    async def plan(tx: Transaction, day: date) -> Sequence[Any]:
        seen.append((name, "planned", day))
        return chunks

    async def do(tx: Transaction, day: date, spec: Any) -> Sums:
        seen.append((name, spec, day))
        return Sums({f"{name} done": 1}, {"dollars": Decimal("1.50")})

    return Piece(name, plan, do)


async def begun(bench: Bench, *pieces: Piece) -> DayWork:
    day_work = DayWork("sample", pieces, DONE)
    async with bench.transaction() as tx:
        assert await day_work.begin(tx, DAY)
    return day_work


async def told(bench: Bench) -> list[Done]:
    return [Done.model_validate_json(value) for (value,) in await bench.rows("select value from outbox")]


def done(counts: dict[str, int], money: dict[str, Decimal]) -> Done:
    return Done(service="sample", date=DAY, counts=counts, money=money)


async def test_pieces_follow_each_other_and_the_end_is_told_with_what_was_done(bench: Bench) -> None:
    seen: list[Any] = []
    day_work = await begun(bench, piece("first", ["a", "b"], seen), piece("second", ["c"], seen))
    await work(bench, *day_work.workers)
    assert [name for name, _, _ in seen] == ["first", "first", "first", "second", "second"]
    assert await told(bench) == [done({"first done": 2, "second done": 1}, {"dollars": Decimal("4.50")})]


async def test_a_day_with_nothing_to_do_ends_too(bench: Bench) -> None:
    day_work = await begun(bench, piece("first", [], []), piece("second", [], []))
    await work(bench, *day_work.workers)
    assert await told(bench) == [done({}, {})]


async def test_what_is_done_once_is_one_chunk(bench: Bench) -> None:
    async def count(tx: Transaction, day: date) -> Sums:
        return Sums({"counted": 1})

    await work(bench, *(await begun(bench, once("count", count))).workers)
    assert await told(bench) == [done({"counted": 1}, {})]


async def test_what_follows_waits_until_what_it_needs_was_heard(bench: Bench) -> None:
    seen: list[Any] = []
    heard: list[bool] = []

    async def all_is_here(tx: Transaction, day: date) -> bool:
        heard.append(len(heard) >= 2)
        return heard[-1]

    day_work = await begun(bench, until("news", all_is_here), piece("work", ["a"], seen))
    async with asking(bench.engine) as connection:
        left = await connection.scalar(text(runs.UNFINISHED), runs.whose(day_work.workers))
        assert left == 1
    await work(bench, *day_work.workers)
    assert heard == [False, False, True]
    assert [spec for _, spec, _ in seen] == ["planned", "a"]


async def test_a_day_is_begun_once(bench: Bench) -> None:
    day_work = await begun(bench, piece("first", ["a"], []))
    async with bench.transaction() as tx:
        assert not await day_work.begin(tx, DAY)
        assert (await tx.execute(text("select count(*) from chunk"))).scalar_one() == 1
