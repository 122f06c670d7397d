"""A town office on a real database: houses with customers, and what each step tells the others."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from chassis import days
from chassis.database import Transaction
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.received import RawMessage, Received
from contracts.accounts import AccountChanged
from contracts.base import Event
from contracts.ids import thing_id
from contracts.topics import TOPICS
from services.accounts import announce, store
from services.accounts.moves import moving, showing, undoing
from services.accounts.moves.shapes import Cancelling, MoveGiven, MoveShown, Reads, Redated
from services.accounts.tables import Account

TODAY = date(2023, 3, 15)
TOWN = "windsor-co"
E = TypeVar("E", bound=Event)
R = TypeVar("R")
MODELS = {one.name: one.model for one in TOPICS}


def account_id(number: str) -> UUID:
    return thing_id(TOWN, "account", number)


def meter(key: str) -> UUID:
    return thing_id(TOWN, "service_point", key)


def received(event: Event, place: int = 0) -> Received[Any]:
    value = event.model_dump_json().encode()
    return Received(event, "it", RawMessage("t", 0, place, b"k", value))


class Office:
    """Takes each step in a transaction of its own; `told` is what the last one said to the others."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.told: list[Event] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with transaction(self.engine, "accounts", "pat", new_trace()) as tx:
            yield tx
        self.told = [MODELS[one.topic].model_validate_json(one.value or b"") for one in tx.outgoing]

    async def run(self, step: Callable[[Transaction], Awaitable[R]]) -> R:
        async with self.transaction() as tx:
            return await step(tx)

    def said(self, event: type[E]) -> list[E]:
        """What the last step told the others as this event."""
        return [one for one in self.told if isinstance(one, event)]

    def snapshot(self, number: str) -> AccountChanged:
        """How the last step left an account."""
        return next(one for one in reversed(self.said(AccountChanged)) if one.number == number)

    async def begin_day(self, day: date) -> None:
        await self.run(lambda tx: days.begin(tx, day))

    async def house(self, premise: str, number: str | None = None, person: str = "Ana", **account: Any) -> None:
        """A house with water (a meter of the same key as the premise) and stormwater, since 2020 unless said."""
        async with self.transaction() as tx:
            await store.keep_premises(tx, [_premise(premise)])
            if number:
                await store.keep_people(tx, [_person(person, premise)])
                await store.keep_accounts(tx, [_account(number, premise, person) | account])
                await store.keep_agreements(tx, _agreements(number, premise))
                await announce.announce(tx, {account_id(number)})

    async def owes(self, number: str, owed: str, past_due: str = "0.00") -> None:
        row = {"account_id": account_id(number), "version": 1, "owed": Decimal(owed), "past_due": Decimal(past_due)}
        rest = {"credit": Decimal(0), "next_due_date": None, "as_of": TODAY}
        await self.run(lambda tx: store.keep_balances(tx, [row | rest]))

    async def move(self, *, coordinator: bool = False, **given: Any) -> MoveShown:
        """Make a move; answers it with its warnings."""
        asked = MoveGiven.model_validate({"request": "R1", "why": "called the office"} | given)

        async def make(tx: Transaction) -> MoveShown:
            made = await moving.make(tx, asked, coordinator=coordinator)
            return await self._shown(tx, made.move)

        return await self.run(make)

    async def redate(self, move: MoveShown, right: dict[str, Any], *, coordinator: bool = False) -> MoveShown:
        asked = Redated.model_validate({"why": "they told us late"} | right)

        async def redate(tx: Transaction) -> MoveShown:
            return await self._shown(tx, await undoing.redate(tx, move.move_id, asked, coordinator=coordinator))

        return await self.run(redate)

    async def cancel(self, move: MoveShown, *, coordinator: bool = False, **more: Any) -> MoveShown:
        asked = Cancelling.model_validate({"why": "they stay after all"} | more)

        async def cancel(tx: Transaction) -> MoveShown:
            return await self._shown(tx, await undoing.cancel(tx, move.move_id, asked, coordinator=coordinator))

        return await self.run(cancel)

    async def read_again(self, move: MoveShown, **reads: Any) -> MoveShown:
        async def again(tx: Transaction) -> MoveShown:
            return await self._shown(tx, await undoing.read_again(tx, move.move_id, Reads.model_validate(reads)))

        return await self.run(again)

    async def take(self, handler: Callable[[Transaction, list[Received[Any]]], Awaitable[None]], *told: Event) -> None:
        """Let a handler take events, as one batch."""
        await self.run(lambda tx: handler(tx, [received(one, place) for place, one in enumerate(told)]))

    async def account(self, number: str) -> Account:
        async with self.transaction() as tx:
            return (await tx.session.exec(select(Account).where(Account.number == number))).one()

    async def _shown(self, tx: Transaction, move: Any) -> MoveShown:
        (shown,) = await showing.shown(tx, [move])
        shown.warnings = await showing.warnings(tx, move)
        return shown


def leaves(number: str, last_day: str, **more: Any) -> dict[str, Any]:
    return {"account": number, "last_day": last_day} | more


def comes(premise: str, first_day: str, **more: Any) -> dict[str, Any]:
    return {"premise": premise, "first_day": first_day, "who": {"new": {"name": "Ben Roe"}}} | more


def _premise(key: str) -> dict[str, Any]:
    return {
        "id": thing_id(TOWN, "premise", key), "line1": f"{key} Oak St", "line2": "", "city": "Windsor", "state": "CO",
        "zip_code": "80550", "parcel": "", "inside_city": True,
    }  # fmt: skip


def _person(key: str, premise: str) -> dict[str, Any]:
    return {
        "id": thing_id(TOWN, "person", key), "name": key, "email": None, "phone": None, "line1": f"{premise} Oak St",
        "line2": "", "city": "Windsor", "state": "CO", "zip_code": "80550", "language": "en",
    }  # fmt: skip


def _account(number: str, premise: str, person: str) -> dict[str, Any]:
    return {
        "id": account_id(number), "number": number, "premise_id": thing_id(TOWN, "premise", premise),
        "responsible_id": thing_id(TOWN, "person", person), "co_responsible_id": None, "owner_id": None, "cycle": "1",
        "opened": date(2020, 5, 1), "closed": None, "ebill": False, "autopay": False, "level_pay": False,
    }  # fmt: skip


def _agreements(number: str, premise: str) -> list[dict[str, Any]]:
    return [
        {
            "id": thing_id(TOWN, "agreement", f"{number}/{service}"), "account_id": account_id(number),
            "service": service, "service_point_id": point, "start_date": date(2020, 5, 1), "end_date": None,
            "status": "active", "attributes": {"class": "residential"},
        }
        for service, point in (("water", meter(premise)), ("stormwater", None))
    ]  # fmt: skip
