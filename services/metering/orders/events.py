"""What metering hears of orders, and of the payments that keep an account from being shut off."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis import bulk, days, waiting
from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received, read
from contracts.orders import OrderKind, ServiceOrderRequested, ServiceOrderWithdrawn
from contracts.payments import PaymentFailed, PaymentPending, PaymentReceived
from contracts.topics import (
    PAYMENT_FAILED,
    PAYMENT_PENDING,
    PAYMENT_RECEIVED,
    SERVICE_ORDER_REQUESTED,
    SERVICE_ORDER_WITHDRAWN,
)
from services.metering.orders import completing, rules, store
from services.metering.orders.outcomes import settle
from services.metering.orders.store import Awaited
from services.metering.orders.tables import WorkOrder

Requests = Sequence[Received[ServiceOrderRequested]]


async def take_requested(tx: Transaction, batch: list[Received[ServiceOrderRequested]]) -> None:
    """Orders, each once; one for a service point that is not known yet waits for it."""
    points = await store.known_points(tx, (one.event.service_point_id for one in batch))
    ready = [one for one in batch if _usable(tx, one, points)]
    await store.lock_accounts(tx, {one.event.account_id for one in ready})
    arrivals = await store.add(tx, [_row(one) for one in ready])
    _refuse_conflicts(tx, ready, arrivals)
    await _begin(tx, {one.event.order_id: one for one in ready if one.event.order_id in arrivals.new})


def _usable(tx: Transaction, one: Received[ServiceOrderRequested], points: set[UUID]) -> bool:
    if not one.event.kind.known:
        tx.refuse(one, f"This release does not know orders of kind {one.event.kind}.")
        return False
    if one.event.service_point_id not in points:
        tx.wait_for(one, "service point", one.event.service_point_id)
        return False
    return True


def _refuse_conflicts(tx: Transaction, batch: Requests, arrivals: bulk.Arrivals) -> None:
    for one in batch:
        if arrivals.in_force[one.event.order_id] != one.content_hash:
            tx.refuse(one, f"Order {one.event.order_id} came before with other content; the first one stands.")


async def _begin(tx: Transaction, new: dict[UUID, Received[ServiceOrderRequested]]) -> None:
    withdrawn = await store.withdrawn(tx, list(new))
    for row in await store.orders(tx, list(new)):
        day = await _day(tx, new[row.id].event.business_date)
        settle(tx, row, rules.requested(row.as_rule, withdrawn.get(row.id)), day, new[row.id])
        if row.state == rules.State.REQUESTED:
            await _without_crew(tx, row, day)


async def _without_crew(tx: Transaction, row: WorkOrder, day: date) -> None:
    """Orders for a read that is there already: given with the order, or taken the same day for the party before."""
    if row.kind in completing.READS and row.given_value is not None:
        await completing.given(tx, row, day)
    elif row.kind == OrderKind.START_READ:
        await completing.read_already(tx, row, day)


async def _day(tx: Transaction, told: date) -> date:
    """The town's day: the one begun here, or that of a message from a service where the next one has begun before."""
    return max(await days.last_begun(tx) or told, told)


def _row(one: Received[ServiceOrderRequested]) -> dict[str, Any]:
    event, given = one.event, one.event.given_read
    return {
        "id": event.order_id,
        "content_hash": one.content_hash,
        "account_id": event.account_id,
        "service_point_id": event.service_point_id,
        "service": event.service,
        "kind": event.kind.value,
        "state": rules.State.REQUESTED.value,
        "wanted_on": event.wanted_on,
        "last_day": event.last_day,
        "payments_through": event.payments_through,
        "about": event.about,
        "reason": event.reason,
        "instructions": event.instructions,
        "requested_on": event.business_date,
        "given_on": given.date if given else None,
        "given_value": given.value if given else None,
        "given_kind": given.kind.value if given else None,
        "crew": "",
        "withdrawn": False,
        "remark": "",
    }


async def points_arrived(tx: Transaction, ids: Iterable[UUID]) -> None:
    """Take up the orders that waited for service points which an import has just brought."""
    raws = await waiting.release(tx, "service point", frozenset(map(str, ids)))
    if raws:
        await take_requested(tx, [read(SERVICE_ORDER_REQUESTED, raw) for raw in raws])


async def take_withdrawn(tx: Transaction, batch: list[Received[ServiceOrderWithdrawn]]) -> None:
    """Orders taken back: those that are here at once, the others when they come."""
    await store.lock_accounts(tx, {one.event.account_id for one in batch})
    rows = {row.id: row for row in await store.orders(tx, {one.event.order_id for one in batch})}
    for one in batch:
        row = rows.get(one.event.order_id)
        if row is None:
            await store.remember_withdrawn(tx, one.event.order_id, one.event.reason)
        elif row.account_id != one.event.account_id:
            tx.refuse(one, f"Order {row.id} is of another account, {row.account_id}.")
        else:
            day = await _day(tx, one.event.business_date)
            settle(tx, row, rules.withdraw(row.as_rule, one.event.reason), day, one)


async def take_payments(tx: Transaction, batch: list[Received[PaymentReceived]]) -> None:
    """Money that came: a crew that is out to shut its account off is called back."""
    highest: dict[UUID, int] = {}
    for one in batch:
        highest[one.event.account_id] = max(highest.get(one.event.account_id, 0), one.event.payment_seq)
    await store.lock_accounts(tx, highest)
    await store.keep_payments(tx, highest)
    came = [Awaited(one.event.pending_id, one.event.account_id) for one in batch if one.event.pending_id]
    await store.keep_pending(tx, came, over=True)
    await _call_back(tx, highest, batch[-1].event.business_date)


async def take_pending(tx: Transaction, batch: list[Received[PaymentPending]]) -> None:
    """Money on its way, which holds a shutoff as money does that came."""
    accounts = {one.event.account_id for one in batch}
    await store.lock_accounts(tx, accounts)
    awaited = [Awaited(one.event.pending_id, one.event.account_id, one.event.expires) for one in batch]
    await store.keep_pending(tx, awaited, over=False)
    await _call_back(tx, accounts, batch[-1].event.business_date)


async def take_failed(tx: Transaction, batch: list[Received[PaymentFailed]]) -> None:
    """Money that will not come. An order that it has called back stays called back: the next list may have it again."""
    await store.lock_accounts(tx, {one.event.account_id for one in batch})
    failed = [Awaited(one.event.pending_id, one.event.account_id) for one in batch]
    await store.keep_pending(tx, failed, over=True)


async def _call_back(tx: Transaction, accounts: Iterable[UUID], otherwise: date) -> None:
    out: list[WorkOrder] = await store.disconnects_out(tx, list(accounts))
    money = await store.money(tx, {row.account_id for row in out})
    day = await _day(tx, otherwise)
    for row in out:
        settle(tx, row, rules.paid(row.as_rule, money[row.account_id], day), day)


SUBSCRIPTIONS = (
    Subscription(SERVICE_ORDER_REQUESTED, take_requested),
    Subscription(SERVICE_ORDER_WITHDRAWN, take_withdrawn),
    Subscription(PAYMENT_RECEIVED, take_payments),
    Subscription(PAYMENT_PENDING, take_pending),
    Subscription(PAYMENT_FAILED, take_failed),
)
