"""A day's work: its pieces follow each other, each in chunks; the end is told once, with what was done."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from chassis.database import Transaction
from chassis.day_work import DayWork, Piece, Sums
from tests.chassis.sample import Bench
from tests.chassis.test_runs import work

DAY = date(2023, 5, 26)


def piece(name: str, chunks: Sequence[Any], seen: list[Any]) -> Piece:
    async def plan(tx: Transaction, day: date) -> Sequence[Any]:
        seen.append((name, "planned", day))
        return chunks

    async def do(tx: Transaction, day: date, spec: Any) -> Sums:
        seen.append((name, spec, day))
        return Sums({f"{name} done": 1}, {"dollars": Decimal("1.50")})

    return Piece(name, plan, do)


def note(told: list[tuple[date, Sums]]) -> Callable[[Transaction, date, Sums], None]:
    return lambda tx, day, sums: told.append((day, sums))


async def test_pieces_follow_each_other_and_the_end_is_told_with_what_was_done(bench: Bench) -> None:
    seen: list[Any] = []
    told: list[tuple[date, Sums]] = []
    day_work = DayWork((piece("first", ["a", "b"], seen), piece("second", ["c"], seen)), note(told))
    async with bench.transaction() as tx:
        assert await day_work.begin(tx, DAY)
    await work(bench, *day_work.workers)
    assert [name for name, _, _ in seen] == ["first", "first", "first", "second", "second"]
    assert told == [(DAY, Sums({"first done": 2, "second done": 1}, {"dollars": Decimal("4.50")}))]


async def test_a_day_with_nothing_to_do_ends_too(bench: Bench) -> None:
    told: list[tuple[date, Sums]] = []
    day_work = DayWork((piece("first", [], []), piece("second", [], [])), note(told))
    async with bench.transaction() as tx:
        await day_work.begin(tx, DAY)
    await work(bench, *day_work.workers)
    assert told == [(DAY, Sums())]


async def test_a_day_is_begun_once(bench: Bench) -> None:
    day_work = DayWork((piece("first", ["a"], []),), note([]))
    async with bench.transaction() as tx:
        assert await day_work.begin(tx, DAY)
        assert not await day_work.begin(tx, DAY)
        assert (await tx.execute(text("select count(*) from chunk"))).scalar_one() == 1
