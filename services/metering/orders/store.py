"""Every query about work orders, and about what keeps one from being done."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from chassis import bulk
from chassis.database import Transaction
from chassis.refusal import not_found
from chassis.rows import Rows, named_rows
from contracts.ids import derived_id
from contracts.orders import OrderKind
from services.metering.orders.rules import OVER, Money, State
from services.metering.orders.tables import PaidThrough, ShutOff, WithdrawnOrder, WorkOrder
from services.metering.points import store as points

_OVER = [state.value for state in OVER]


async def lock_accounts(tx: Transaction, ids: Collection[UUID]) -> None:
    """Everything that decides about an account's orders comes one by one: requests, payments, dispatch, completion."""
    await bulk.lock(tx, PaidThrough, ids, "account_id")


async def lock_orders(tx: Transaction, ids: Collection[UUID]) -> list[WorkOrder]:
    """Orders by id with their accounts locked, as they stand then; refuses an id that is not there."""
    accounts = {row["id"]: row["account_id"] for row in await _accounts(tx, ids)}
    for missing in sorted(set(ids) - set(accounts)):
        raise not_found("work order", missing)
    await lock_accounts(tx, set(accounts.values()))
    return await orders(tx, ids)


async def _accounts(tx: Transaction, ids: Collection[UUID]) -> Rows:
    return await named_rows(tx, "select id, account_id from work_order where id = any(%s)", (list(ids),))


async def orders(tx: Transaction, ids: Collection[UUID]) -> list[WorkOrder]:
    """Orders by id; their accounts are locked by the caller."""
    query = select(WorkOrder).where(bulk.among(col(WorkOrder.id), ids)).order_by(col(WorkOrder.id))
    found = await tx.session.exec(query.execution_options(populate_existing=True))
    return list(found.all())


async def disconnects_out(tx: Transaction, accounts: Collection[UUID]) -> list[WorkOrder]:
    """Disconnections of these accounts that a crew is out for."""
    query = select(WorkOrder).where(
        bulk.among(col(WorkOrder.account_id), accounts),
        WorkOrder.kind == "disconnect",
        WorkOrder.state == State.DISPATCHED.value,
    )
    found = await tx.session.exec(query.execution_options(populate_existing=True))
    return list(found.all())


async def add(tx: Transaction, rows: Sequence[bulk.Row]) -> bulk.Arrivals:
    """Keep orders, each once by its id."""
    return await bulk.insert_new(tx, WorkOrder, rows, "id")


def restore_of(cut: WorkOrder, today: date) -> dict[str, Any]:
    """The order that gives water back where it was shut off too late: metering's own, without a fee."""
    restore = {name: getattr(cut, name) for name in ("account_id", "service_point_id", "service", "about", "crew")}
    return restore | {
        "id": derived_id("restore", cut.id),
        "content_hash": b"",
        "kind": OrderKind.RESTORE.value,
        "state": (State.ASSIGNED if cut.crew else State.REQUESTED).value,
        "wanted_on": today,
        "reason": "It was shut off after its order had ended: restore it at once, without a fee.",
        "instructions": cut.instructions,
        "requested_on": today,
        "withdrawn": False,
        "remark": "",
    }


async def known_points(tx: Transaction, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the ids that are service points with a meter in place."""
    rows = await named_rows(
        tx,
        "select service_point_id as id from meter where removed is null and service_point_id = any(%s)",
        (sorted(set(ids)),),
    )
    return {row["id"] for row in rows}


async def points_waited_for(tx: Transaction) -> set[UUID]:
    """Service points that are known by now although an order still waits for them: import and order crossed."""
    rows = await named_rows(
        tx,
        "select p.id from service_point p where p.id::text in"
        " (select awaited_key from waiting_fact where awaits = 'service point')",
    )
    return {row["id"] for row in rows}


async def point_of(tx: Transaction, order: WorkOrder) -> dict[str, Any]:
    """The service point of an order and the meter in place at it."""
    rows = await named_rows(tx, "select key from service_point where id = %s", (order.service_point_id,))
    return await points.point_with_meter(tx, rows[0]["key"])


async def remember_withdrawn(tx: Transaction, order_id: UUID, reason: str) -> None:
    """Keep that an order was taken back: it may still be on its way here."""
    await bulk.upsert(tx, WithdrawnOrder, [{"order_id": order_id, "reason": reason}], ("order_id",))


async def withdrawn(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, str]:
    """Why orders were taken back before they came."""
    rows = await named_rows(tx, "select order_id, reason from withdrawn_order where order_id = any(%s)", (list(ids),))
    return {row["order_id"]: row["reason"] for row in rows}


async def keep_payments(tx: Transaction, highest: dict[UUID, int]) -> None:
    """Raise the highest payment of locked accounts."""
    await (await tx.driver()).execute(
        "update paid_through p set payment_seq = n.seq"
        " from unnest(%s::uuid[], %s::int[]) as n(account_id, seq)"
        " where p.account_id = n.account_id and p.payment_seq < n.seq",
        (list(highest), list(highest.values())),
    )


@dataclass(frozen=True)
class Awaited:
    """Money on its way; `expires` is empty where only its end was heard of."""

    pending_id: UUID
    account_id: UUID
    expires: date | None = None


async def keep_pending(tx: Transaction, awaited: Sequence[Awaited], *, over: bool) -> None:
    """Keep money on its way, or that it came or will not come: once over, always over."""
    once = {one.pending_id: one for one in awaited}.values()
    await (await tx.driver()).execute(
        "insert into pending_payment (pending_id, account_id, expires, over)"
        " select n.pending_id, n.account_id, n.expires, %s from unnest(%s::uuid[], %s::uuid[], %s::date[])"
        " as n(pending_id, account_id, expires) on conflict (pending_id) do update"
        " set expires = coalesce(excluded.expires, pending_payment.expires),"
        " over = pending_payment.over or excluded.over",
        (over, [one.pending_id for one in once], [one.account_id for one in once], [one.expires for one in once]),
    )


async def money(tx: Transaction, accounts: Collection[UUID]) -> dict[UUID, Money]:
    """What is known of the payments of locked accounts."""
    rows = await named_rows(
        tx,
        "select p.account_id, p.payment_seq, (select max(w.expires) from pending_payment w"
        " where w.account_id = p.account_id and not w.over) as pending_until"
        " from paid_through p where p.account_id = any(%s)",
        (list(accounts),),
    )
    return {row["account_id"]: Money(row["payment_seq"], row["pending_until"]) for row in rows}


async def to_end(tx: Transaction, today: date) -> list[UUID]:
    """Orders that the day may end: disconnections past their last day, and those a crew was called back from."""
    rows = await named_rows(
        tx,
        "select id from work_order where state <> all(%s)"
        " and (state = 'called_back' or (kind = 'disconnect' and last_day < %s)) order by account_id",
        (_OVER, today),
    )
    return [row["id"] for row in rows]


async def shut_off(tx: Transaction, order: WorkOrder, since: date) -> None:
    """Note that a service point is without water."""
    row = {"service_point_id": order.service_point_id, "since": since, "order_id": order.id}
    await bulk.upsert(tx, ShutOff, [row], ("service_point_id",))


async def turn_on(tx: Transaction, service_point_id: UUID) -> None:
    """Note that a service point has water again."""
    await (await tx.driver()).execute("delete from shut_off where service_point_id = %s", (service_point_id,))


async def off_since(tx: Transaction, service_point_id: UUID) -> date | None:
    """Since when a service point is without water."""
    found = await tx.session.get(ShutOff, service_point_id, populate_existing=True)
    return None if found is None else found.since


_SHOWN = """
    select o.*, p.key as service_point, p.address, p.premise, p.route, p.sequence, m.number as meter,
           m.register_number, m.dials, m.decimals, m.unit, l.value as last_value, l.read_on as last_on,
           coalesce((select c.number from occupant c where c.account_id = o.account_id
               order by (c.service_point_id = o.service_point_id) desc, c.start desc limit 1), '') as account
    from work_order o join service_point p on p.id = o.service_point_id
    left join meter m on m.service_point_id = p.id and m.removed is null
    left join last_read l on l.service_point_id = p.id
"""


@dataclass(frozen=True)
class Wanted:
    """Which orders to list; what is not named does not matter."""

    day: date | None = None
    kind: str | None = None
    crew: str | None = None
    state: str | None = None
    asked_before: date | None = None
    question: bool = False
    limit: int = 500


async def listed(tx: Transaction, wanted: Wanted) -> Rows:
    """Orders in the order in which they are walked; those that are over only if their state is asked for."""
    return await named_rows(
        tx,
        _SHOWN
        + """
        where (%(day)s::date is null or coalesce(o.dispatched_on, o.wanted_on) = %(day)s)
          and (%(kind)s::text is null or o.kind = %(kind)s) and (%(crew)s::text is null or o.crew = %(crew)s)
          and (case when %(question)s then o.question is not null
               when %(state)s::text is null then o.state <> all(%(over)s) else o.state = %(state)s end)
          and (%(before)s::date is null or o.requested_on <= %(before)s)
        order by coalesce(o.dispatched_on, o.wanted_on), o.crew, p.route, p.sequence, p.key, o.id limit %(limit)s
        """,
        {
            "day": wanted.day,
            "kind": wanted.kind,
            "crew": wanted.crew,
            "state": wanted.state,
            "question": wanted.question,
            "before": wanted.asked_before,
            "over": _OVER,
            "limit": wanted.limit,
        },
    )


async def shown(tx: Transaction, order_id: UUID) -> dict[str, Any]:
    """One order with all that is shown of it; refuses one that isn't there."""
    rows = await named_rows(tx, _SHOWN + " where o.id = %s", (order_id,))
    if not rows:
        raise not_found("work order", order_id)
    return rows[0]


async def sent_on(tx: Transaction, day: date) -> Rows:
    """What crews were sent out for on a day, in walking order: done, called back and left off too."""
    return await named_rows(
        tx, _SHOWN + " where o.dispatched_on = %s order by o.crew, p.route, p.sequence, p.key, o.id", (day,)
    )


async def of_crew(tx: Transaction, crew: str, day: date) -> Rows:
    """What one crew was sent out for."""
    return [row for row in await sent_on(tx, day) if row["crew"] == crew]


async def starts_at(tx: Transaction, service_point_id: UUID, on: date) -> Rows:
    """Orders for a start read at a point, wanted up to a day."""
    return await named_rows(
        tx,
        "select id, account_id from work_order where service_point_id = %s and kind = 'start_read'"
        " and wanted_on <= %s and state <> all(%s)",
        (service_point_id, on, _OVER),
    )


async def open_by_kind(tx: Transaction) -> dict[str, int]:
    """How many orders of each kind are open."""
    rows = await named_rows(
        tx, "select kind, count(*) as orders from work_order where state <> all(%s) group by kind", (_OVER,)
    )
    return {row["kind"]: row["orders"] for row in rows}


async def expired(tx: Transaction) -> int:
    """How many orders have expired so far."""
    rows = await named_rows(tx, "select count(*) as orders from work_order where cause = 'expired'")
    return int(rows[0]["orders"])
