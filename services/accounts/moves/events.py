"""What became of orders: a move's reads came or not, and water was shut off or restored."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Transaction
from chassis.received import Received
from contracts.accounts import AgreementStatus
from contracts.orders import OrderKind, ServiceOrderCancelled, ServiceOrderCompleted
from services.accounts import announce
from services.accounts.moves import asking, store
from services.accounts.moves.rules import AWAITED, NOT_READ, READ
from services.accounts.moves.tables import MoveRead

SWITCHED = {
    OrderKind.DISCONNECT: (AgreementStatus.ACTIVE, AgreementStatus.OFF_FOR_NON_PAYMENT),
    OrderKind.RESTORE: (AgreementStatus.OFF_FOR_NON_PAYMENT, AgreementStatus.ACTIVE),
}
"""What an order makes of an agreement: from which status, to which."""


async def take_completed(tx: Transaction, received: list[Received[ServiceOrderCompleted]]) -> None:
    """Each completion takes effect once, however often it is told: a shutoff told again must not undo a restore."""
    rows = [
        {
            "order_id": one.event.order_id,
            "content_hash": one.content_hash,
            "kind": str(one.event.kind),
            "completed_on": one.event.completed_on,
        }
        for one in received
    ]
    await store.lock_known(tx, {one.event.account_id for one in received})
    arrivals = await store.insert_outcomes(tx, rows)
    new = {one.event.order_id: one.event for one in received if one.event.order_id in arrivals.new}
    switched = [one.account_id for one in new.values() if await _switch(tx, one)]
    await _note_reads(tx, list(new.values()))
    await tx.session.flush()
    await announce.announce(tx, set(switched))


async def _switch(tx: Transaction, told: ServiceOrderCompleted) -> bool:
    if told.kind not in SWITCHED:
        return False
    before, after = SWITCHED[told.kind]
    on = [
        one
        for one in await store.agreements_at(tx, told.account_id, told.service_point_id)
        if one.status == before and (one.end_date is None or one.end_date > told.completed_on)
    ]
    for one in on:
        one.status = str(after)
    return bool(on)


async def _note_reads(tx: Transaction, told: Sequence[ServiceOrderCompleted]) -> None:
    by_order = {one.order_id: one for one in told}
    waiting = await store.reads_by_order(tx, by_order.keys())
    for row in waiting:
        event = by_order[row.order_id]
        row.state, row.remark = READ, event.remark
        row.read_on = event.read.date if event.read else event.completed_on
        row.value = event.read.value if event.read else None
    await _settle(tx, waiting)


async def take_cancelled(tx: Transaction, received: list[Received[ServiceOrderCancelled]]) -> None:
    """A read that was not taken: its move stays on the list until someone asks for it anew."""
    reasons: dict[UUID, str] = {one.event.order_id: one.event.reason for one in received}
    waiting = [one for one in await store.reads_by_order(tx, reasons.keys()) if one.state == AWAITED]
    for row in waiting:
        row.state, row.remark = NOT_READ, reasons[row.order_id][:200]
    await _settle(tx, waiting)


async def _settle(tx: Transaction, changed: Sequence[MoveRead]) -> None:
    await tx.session.flush()
    moves = {one.move_id for one in changed}
    reads = await store.reads_of(tx, moves)
    for move in await store.moves(tx, moves):
        asking.settle(move, reads[move.id])
