"""What is known of accounts: read from the tables set by set, however many accounts there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from chassis.arrays import array_literal
from chassis.database import Transaction
from chassis.town import Town
from contracts.accounts import AgreementStatus
from services.collections.arrangements.rules import Agreed, Installment, State, state_on
from services.collections.cases.rows import case_of, order_of
from services.collections.policy import TOWN, CollectionsPolicy
from services.collections.timeline.case import Case, Order
from services.collections.timeline.served import Delivery, served_on
from services.collections.timeline.standing import Hold, Item, Paid, Point, Standing
from services.collections.timeline.terms import StopSet, Terms

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """An account: its newest case, how it stands, its arrangement, and what others were last told of it."""

    account_id: UUID
    number: str
    case: Case | None
    standing: Standing
    agreed: Agreed | None
    agreed_state: State | None
    agreed_since: date | None
    kept_state: str | None
    status_version: int
    told: dict[str, Any] | None


async def terms(tx: Transaction, day: date) -> Terms:
    """The pack in force, and the stops people set."""
    town: Town[CollectionsPolicy] = await TOWN.in_force(tx)
    rows = await tx.execute(
        text("select name, first, last, why, set_by from shutoff_stop where lifted is null and last >= :day"),
        {"day": day},
    )
    return Terms(day, town.policy, town.calendar, tuple(StopSet(**row) for row in rows.mappings()))


async def known(tx: Transaction, ids: Collection[UUID], under: Terms) -> dict[UUID, Known]:
    """Everything that a decision about these accounts rests on. The caller has locked them."""
    read = await _read(tx, ids, under)
    return {one: _known(one, read, under) for one in ids}


@dataclass(frozen=True)
class _Read:
    """What the tables have of some accounts, by account (deliveries by case)."""

    accounts: Mapping[UUID, Row]
    balances: Mapping[UUID, Row]
    last_payments: Mapping[UUID, Row]
    pendings: Mapping[UUID, Row]
    arrangements: Mapping[UUID, Row]
    holds: Mapping[UUID, list[Row]]
    cases: Mapping[UUID, Case]
    payments: Mapping[UUID, list[Paid]]
    deliveries: Mapping[UUID, list[Delivery]]


async def _read(tx: Transaction, ids: Collection[UUID], under: Terms) -> _Read:
    given = {"ids": array_literal(ids)}
    cases, arrangements = await newest_cases(tx, ids), await _one_each(tx, _ARRANGEMENTS, given)
    return _Read(
        accounts=await _one_each(tx, _ACCOUNTS, given),
        balances=await _one_each(tx, _BALANCES, given),
        last_payments=await _one_each(tx, _LAST_PAYMENTS, given),
        pendings=await _one_each(tx, _PENDINGS, {**given, "day": under.day}),
        arrangements=arrangements,
        holds=await _several_each(tx, _HOLDS, given),
        cases=cases,
        payments=await _payments(tx, cases, arrangements),
        deliveries=await _deliveries(tx, cases),
    )


def _known(one: UUID, read: _Read, under: Terms) -> Known:
    account, row = read.accounts.get(one, {}), read.arrangements.get(one)
    agreed = _agreed(row) if row and row["state"] != State.CANCELLED else None
    state, since = state_on(agreed, read.payments.get(one, ()), under.day, under.calendar) if agreed else (None, None)
    covered = agreed.covers if agreed and state == State.KEPT else frozenset[UUID]()
    return Known(
        account_id=one,
        number=account.get("number") or "",
        case=read.cases.get(one),
        standing=replace(_standing(one, read, under.day), covered=covered, resumed_on=since),
        agreed=agreed,
        agreed_state=state,
        agreed_since=since,
        kept_state=row["state"] if row else None,
        status_version=account.get("status_version", 0),
        told=account.get("told"),
    )


def _standing(one: UUID, read: _Read, day: date) -> Standing:
    account, case, holds = read.accounts.get(one, {}), read.cases.get(one), read.holds.get(one, [])
    return Standing(
        **_by_billing(read.balances.get(one)),
        last_payment_seq=read.last_payments.get(one, {"seq": 0})["seq"],
        payments=tuple(read.payments.get(one, ())),
        pending_until=read.pendings.get(one, {"until": None})["until"],
        holds=tuple(_hold(hold) for hold in holds if _stands(hold, day)),
        sheltered=_sheltered(case, holds, read.arrangements.get(one)),
        served=served_on(read.deliveries.get(case.id, ()), account.get("responsible")) if case else None,
        points=_points(account.get("points") or (), day),
    )


async def newest_cases(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, Case]:
    """The open case of each account, or the last one that was ended by paying."""
    rows = [dict(row) for row in (await tx.execute(_NEWEST, {"ids": array_literal(ids)})).mappings()]
    return {row["account_id"]: case for row, case in await _with_orders(tx, rows)}


async def case_with(tx: Transaction, case_id: UUID) -> Case | None:
    """One case by its id, whether open or not."""
    rows = [dict(row) for row in (await tx.execute(_ONE, {"id": case_id})).mappings()]
    return next((case for _, case in await _with_orders(tx, rows)), None)


async def _with_orders(tx: Transaction, rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Case]]:
    orders: dict[UUID, list[Order]] = defaultdict(list)
    for row in (await tx.execute(_ORDERS, {"ids": array_literal([row["id"] for row in rows])})).mappings():
        orders[row["case_id"]].append(order_of(dict(row)))
    return [(row, case_of(row, orders[row["id"]])) for row in rows]


async def _one_each(tx: Transaction, query: Any, given: dict[str, Any]) -> dict[UUID, Row]:
    return {row["account_id"]: dict(row) for row in (await tx.execute(query, given)).mappings()}


async def _several_each(tx: Transaction, query: Any, given: dict[str, Any]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in (await tx.execute(query, given)).mappings():
        found[row["account_id"]].append(dict(row))
    return found


async def _payments(
    tx: Transaction, cases: Mapping[UUID, Case], agreements: Mapping[UUID, Row]
) -> Mapping[UUID, list[Paid]]:
    """Payments since the case was opened or the arrangement made: nothing older is asked about."""
    since = {one: case.opened_through for one, case in cases.items()}
    for one, row in agreements.items():
        since[one] = min(since.get(one, row["from_seq"]), row["from_seq"])
    given = {"ids": array_literal(since.keys()), "seqs": array_literal(since.values())}
    found: dict[UUID, list[Paid]] = defaultdict(list)
    for paid in await tx.execute(_PAYMENTS, given):
        found[paid.account_id].append(Paid(paid.payment_seq, paid.amount, paid.effective))
    return found


async def _deliveries(tx: Transaction, cases: Mapping[UUID, Case]) -> Mapping[UUID, list[Delivery]]:
    found: dict[UUID, list[Delivery]] = defaultdict(list)
    for row in await tx.execute(_DELIVERIES, {"ids": array_literal([case.id for case in cases.values()])}):
        found[row.case_id].append(Delivery(row.notice_id, row.channel, row.person_id, row.sent_on, row.failed))
    return found


def _by_billing(row: Row | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "items": tuple(map(_item, row["items"])),
        **{name: row[name] for name in ("past_due", "owed", "set_aside", "payments_through")},
    }


def _item(kept: Row) -> Item:
    bill = kept.get("bill_id")
    return Item(
        id=UUID(kept["item_id"]),
        kind=kept["kind"],
        amount=Decimal(kept["amount"]),
        due=date.fromisoformat(kept["due_date"]),
        bill_id=UUID(bill) if bill else None,
    )


def _hold(row: Row) -> Hold:
    items = frozenset(map(UUID, row["items"])) if row["items"] is not None else None
    return Hold(row["kind"], row["set_by"], row["until"], items)


def _stands(hold: Row, day: date) -> bool:
    return hold["lifted"] is None and (hold["until"] is None or hold["until"] >= day)


def _sheltered(case: Case | None, holds: Collection[Row], agreed: Row | None) -> bool:
    """Whether billing may keep something out of past due because of what collections said in this case's time."""
    if case is None:
        return bool(holds or agreed)
    ended = [hold["lifted"] or hold["until"] for hold in holds]
    in_its_time = any(one is None or one >= case.opened for one in ended)
    return in_its_time or (agreed is not None and (agreed["state"] == State.KEPT or agreed["since"] >= case.opened))


def _agreed(row: Row) -> Agreed:
    return Agreed(
        id=row["id"],
        installments=tuple(
            Installment(date.fromisoformat(one["due"]), Decimal(one["amount"])) for one in row["installments"]
        ),
        covers=frozenset(map(UUID, row["covers"])),
        from_seq=row["from_seq"],
    )


def _points(kept: Collection[Row], day: date) -> tuple[Point, ...]:
    """Where the account is served on a day, or would be but for our own order: not a vacant or a seasonal place."""
    return tuple(
        Point(one["service"], UUID(one["service_point_id"]))
        for one in kept
        if one["service_point_id"] and one["status"] in _SERVED and _serves(one, day)
    )


_SERVED = (AgreementStatus.ACTIVE, AgreementStatus.OFF_FOR_NON_PAYMENT)


def _serves(agreement: Row, day: date) -> bool:
    begun = date.fromisoformat(agreement["start"]) <= day
    return begun and (agreement["end"] is None or day < date.fromisoformat(agreement["end"]))


_IDS = "any(cast(:ids as uuid[]))"
_ACCOUNTS = text(
    f"select id as account_id, number, responsible, points, status_version, told from account where id = {_IDS}"
)
_BALANCES = text(
    f"select account_id, items, past_due, owed, set_aside, payments_through from balance where account_id = {_IDS}"
)
_LAST_PAYMENTS = text(
    f"select account_id, max(payment_seq) as seq from payment where account_id = {_IDS} group by account_id"
)
_PENDINGS = text(
    f"select account_id, max(expires) as until from pending where account_id = {_IDS}"
    " and not settled and expires >= :day group by account_id"
)
_HOLDS = text(f"select account_id, kind, set_by, until, lifted, items from hold where account_id = {_IDS} order by id")
_ARRANGEMENTS = text(
    "select distinct on (account_id) account_id, id, installments, covers, from_seq, state, since from arrangement"
    f" where account_id = {_IDS} order by account_id, id desc"
)
_NEWEST = text(
    f"select distinct on (account_id) * from delinquency where account_id = {_IDS}"
    " and (closed is null or ended in ('cured', 'restored'))"
    " order by account_id, closed is null desc, opened desc, id"
)
_ONE = text("select * from delinquency where id = :id")
_ORDERS = text(f"select * from service_order where case_id = {_IDS} order by asked_on, id")
_PAYMENTS = text(
    "select p.account_id, p.payment_seq, p.amount, p.effective from payment p"
    " join unnest(cast(:ids as uuid[]), cast(:seqs as int[])) as since(id, seq)"
    " on p.account_id = since.id and p.payment_seq > since.seq where p.counts"
    " and not exists (select 1 from payment_return r where r.payment_id = p.payment_id)"
)
_DELIVERIES = text(
    "select case_id, notice_id, channel, person_id, sent_on, failed from delivery"
    f" where case_id = {_IDS} and kind = 'shutoff_notice'"
)
