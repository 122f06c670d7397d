"""Asking for the reads of a move: of a crew, or of metering alone when someone has read the meter already."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.database import Transaction
from chassis.days import today
from chassis.refusal import Refused
from chassis.town import Town
from contracts.ids import derived_id, thing_id
from contracts.metering import Reading, ReadKind
from contracts.orders import OrderKind, ServiceOrderRequested, ServiceOrderWithdrawn
from contracts.topics import SERVICE_ORDER_REQUESTED, SERVICE_ORDER_WITHDRAWN
from services.accounts.moves import store
from services.accounts.moves.rules import AWAITED, NOT_READ, Wanted, state_of
from services.accounts.moves.shapes import GivenRead, Reads
from services.accounts.moves.tables import Move, MoveRead
from services.accounts.policy import AccountsPolicy

REASONS = {
    "final_read": "Move-out: final read",
    "start_read": "Move-in: start read",
    "restore": "Move-in: the water is off and was not theirs to pay",
}


def id_of(town: Town[AccountsPolicy], kind: str, text: str) -> UUID:
    """The id that the office means: written out, or by the old system's key."""
    try:
        return UUID(text)
    except ValueError:
        return thing_id(town.key, kind, text)


async def ask(
    tx: Transaction, town: Town[AccountsPolicy], move: Move, wanted: Sequence[Wanted], reads: Reads
) -> list[MoveRead]:
    """Ask for reads, each by an order of its own; answers the rows that wait for them. A crew turns water on anyway."""
    to_read = [one for one in wanted if one.kind != "restore"]
    given = _given(town, to_read, reads) if reads.how == "given" else {}
    day = await today(tx)
    rows = []
    for one in [one for one in wanted if one not in to_read or reads.how != "none"]:
        order_id = derived_id("order", move.id, one.service_point_id, one.kind, move.attempt)
        read = given.get(one.service_point_id) if one in to_read else None
        tx.publish(SERVICE_ORDER_REQUESTED, _order(town, move, one, order_id, read, day))
        rows.append(_row(move, one, order_id))
    tx.session.add_all(rows)
    return rows


def _given(town: Town[AccountsPolicy], wanted: Sequence[Wanted], reads: Reads) -> dict[UUID, GivenRead]:
    given = {id_of(town, "service_point", one.service_point): one for one in reads.given}
    points = {one.service_point_id for one in wanted}
    missing = [one for one in wanted if one.service_point_id not in given]
    if missing:
        meters = ", ".join(f"{one.service} at service point {one.service_point_id}" for one in missing)
        raise Refused(f"Give the read of {meters}, or have it ordered.", 422)
    odd = [one.service_point for point, one in given.items() if point not in points]
    if odd:
        raise Refused(f"Service point {', '.join(odd)} has no read to be given in this move.", 422)
    return given


def _order(
    town: Town[AccountsPolicy], move: Move, wanted: Wanted, order_id: UUID, given: GivenRead | None, day: date
) -> ServiceOrderRequested:
    return ServiceOrderRequested(
        order_id=order_id,
        account_id=wanted.account_id,
        service_point_id=wanted.service_point_id,
        service=wanted.service,
        kind=OrderKind(wanted.kind),
        wanted_on=wanted.on if given else town.calendar.rolled(max(wanted.on, day)),
        given_read=_reading(given, min(wanted.on, day)) if given else None,
        about=move.id,
        reason=REASONS[wanted.kind],
        business_date=day,
    )


def _reading(given: GivenRead, otherwise: date) -> Reading:
    return Reading(date=given.read_on or otherwise, value=given.value, kind=ReadKind(given.kind))


def _row(move: Move, wanted: Wanted, order_id: UUID) -> MoveRead:
    return MoveRead(
        move_id=move.id,
        order_id=order_id,
        service_point_id=wanted.service_point_id,
        kind=wanted.kind,
        account_id=wanted.account_id,
        service=wanted.service,
        wanted_on=wanted.on,
        state=AWAITED,
        attempt=move.attempt,
    )


async def share(tx: Transaction, move: Move, finals: Sequence[MoveRead]) -> list[MoveRead]:
    """Let a new customer's move wait for the final reads that an earlier move asked for on the same day."""
    kept = [one.model_dump(exclude={"move_id", "shared", "attempt"}) for one in finals]
    rows = [MoveRead(**one, move_id=move.id, shared=True) for one in kept]
    tx.session.add_all(rows)
    return rows


async def withdraw(tx: Transaction, move: Move, reason: str) -> None:
    """Take back the orders that this move asked for and that are not done."""
    day = await today(tx)
    for one in (await store.reads_of(tx, [move.id])).get(move.id, []):
        if one.state != AWAITED:
            continue
        one.state, one.remark = NOT_READ, reason
        if not one.shared:
            tx.publish(
                SERVICE_ORDER_WITHDRAWN,
                ServiceOrderWithdrawn(
                    order_id=one.order_id, account_id=one.account_id, reason=reason, business_date=day
                ),
            )


def settle(move: Move, rows: Sequence[MoveRead]) -> None:
    """A move is done once none of the reads it asked for last is missing."""
    move.state = state_of([one.state for one in in_force(rows)])


def in_force(rows: Sequence[MoveRead]) -> list[MoveRead]:
    """The reads a move goes by: the last one asked for at each meter."""
    newest: dict[tuple[UUID, str], MoveRead] = {}
    for one in sorted(rows, key=lambda row: row.attempt):
        newest[(one.service_point_id, one.kind)] = one
    return list(newest.values())
