"""What a service does because a day began: one resumable run, in pieces that follow each other, each in chunks.

Every copy of the service shares the chunks. When the last piece is done, the service says so: the town's next day
waits for that.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from chassis import days, runs
from chassis.database import Transaction
from chassis.received import Received
from chassis.runs import Chunk, Run, Worker
from chassis.topic import Topic

KIND, DONE = "day", "done"
_DAYS = UUID("b1d3ac50-5d4e-4a57-9d0f-6a0d9a1a7c11")


@dataclass(frozen=True)
class Sums:
    """What was done, in numbers and in dollars, by names a person reads: {"late charges proposed": 12}."""

    counts: Mapping[str, int] = field(default_factory=dict)
    money: Mapping[str, Decimal] = field(default_factory=dict)

    def __add__(self, other: "Sums") -> "Sums":
        counts = {
            name: self.counts.get(name, 0) + other.counts.get(name, 0) for name in {**self.counts, **other.counts}
        }
        nothing = Decimal(0)
        money = {
            name: self.money.get(name, nothing) + other.money.get(name, nothing)
            for name in {**self.money, **other.money}
        }
        return Sums(counts, money)

    def as_json(self) -> dict[str, Any]:
        """Kept with the chunk that it came from."""
        return {"counts": dict(self.counts), "money": {name: str(amount) for name, amount in self.money.items()}}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Sums":
        """What a chunk kept."""
        return cls(kept["counts"], {name: Decimal(amount) for name, amount in kept["money"].items()})


async def _at_once(tx: Transaction, day: date) -> bool:
    return True


@dataclass(frozen=True)
class Piece:
    """One kind of a day's work. `plan` answers a JSON value for each chunk; it runs when the pieces before are done.

    What follows begins when its chunks are done and it is `over`.
    """

    name: str
    plan: Callable[[Transaction, date], Awaitable[Sequence[Any]]]
    do: Callable[[Transaction, date, Any], Awaitable[Sums]]
    over: Callable[[Transaction, date], Awaitable[bool]] = _at_once


def once(name: str, do: Callable[[Transaction, date], Awaitable[Sums]]) -> Piece:
    """A piece that is one chunk."""

    async def plan(tx: Transaction, day: date) -> Sequence[Any]:
        return [None]

    async def do_it(tx: Transaction, day: date, _: Any) -> Sums:
        return await do(tx, day)

    return Piece(name, plan, do_it)


def until(name: str, heard: Callable[[Transaction, date], Awaitable[bool]]) -> Piece:
    """A piece that only waits: what follows needs to have `heard` something first."""

    async def plan(tx: Transaction, day: date) -> Sequence[Any]:
        return []

    async def do(tx: Transaction, day: date, _: Any) -> Sums:
        return Sums()

    return Piece(name, plan, do, heard)


@dataclass(frozen=True)
class DayWork:
    """All of a service's work of a day; `done` is the topic on which it says that a day is done, and what was done."""

    service: str
    pieces: Sequence[Piece]
    done: Topic[Any]

    async def take(self, tx: Transaction, received: Sequence[Received[Any]]) -> None:
        """Days began, by what was heard: begin the work of each."""
        for day in sorted(one.event.date for one in received):
            await self.begin(tx, day)

    async def begin(self, tx: Transaction, day: date) -> bool:
        """Begin a day's work; False when it was begun before."""
        if not await days.begin(tx, day):
            return False
        first = self.pieces[0]
        await runs.start(tx, run_id_of(day), KIND, first.name, {"day": day.isoformat()})
        await runs.add_chunks(tx, run_id_of(day), first.name, await first.plan(tx, day))
        return True

    @property
    def workers(self) -> tuple[Worker, ...]:
        """What the service's copies do the chunks with."""
        return tuple(self._worker(place) for place in range(len(self.pieces)))

    def _worker(self, place: int) -> Worker:
        piece = self.pieces[place]

        async def do(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
            return (await piece.do(tx, _day_of(run), chunk.spec)).as_json()

        async def finish(tx: Transaction, run: Run) -> str:
            over = await piece.over(tx, _day_of(run))
            return await self._go_on(tx, run, place + 1) if over else run.state

        return Worker(KIND, piece.name, piece.name, do, finish)

    async def _go_on(self, tx: Transaction, run: Run, place: int) -> str:
        if place == len(self.pieces):
            await self._tell(tx, run)
            return DONE
        following = self.pieces[place]
        await runs.add_chunks(tx, run.id, following.name, await following.plan(tx, _day_of(run)))
        return following.name

    async def _tell(self, tx: Transaction, run: Run) -> None:
        sums, event = await self._sums(tx, run.id), self.done.model
        said = {"service": self.service, "date": _day_of(run), "counts": dict(sums.counts), "money": dict(sums.money)}
        tx.publish(self.done, event.model_validate(said))

    async def _sums(self, tx: Transaction, run_id: UUID) -> Sums:
        kept = [one for piece in self.pieces for one in await runs.results(tx, run_id, piece.name)]
        return sum(map(Sums.from_json, kept), Sums())


def run_id_of(day: date) -> UUID:
    """The run that does a day's work in this service."""
    return uuid5(_DAYS, day.isoformat())


def _day_of(run: Run) -> date:
    return date.fromisoformat(run.spec["day"])
