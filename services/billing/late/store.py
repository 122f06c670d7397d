"""Every query of late charges."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from chassis.bulk import among
from chassis.database import Transaction
from services.billing.late.policy import LateCharge
from services.billing.late.rules import BEAR_NONE, Held, History, Money, Pending
from services.billing.late.tables import LateChargeRow
from services.billing.ledger.book import Item
from services.billing.ledger.store import item_columns

CHUNK = 500

_LATE = f"""
select (array_agg(account_id order by account_id))[1], (array_agg(account_id order by account_id desc))[1]
from (select account_id, (row_number() over (order by account_id) - 1) / {CHUNK} as span
    from (select distinct account_id from open_item i
        where remaining > 0 and due_date < %(before)s and due_date >= %(since)s and kind <> all(%(none)s)
        and not exists (select 1 from late_charge c where c.debt_id = coalesce(i.bill_id, i.item_id)
            and c.state <> 'dropped' and (%(once)s or c.free_through > %(month)s))) as late) as numbered
group by span order by 1
"""
_IN_SPAN = """
select distinct account_id from open_item where remaining > 0 and due_date < %s and account_id between %s and %s
order by account_id
"""
# By way of what was posted on them: items are found by account only while something is open of them.
_ITEMS = f"""
select {", ".join(item_columns)} from open_item where not reversed and item_id in
    (select item_id from transfer where account_id = any(%s) and item_id is not null)
"""
_PAYMENTS = """
select p.account_id, p.effective_date, p.payment_seq, p.payment_id, p.amount, p.bill_id from payment p
where p.account_id = any(%s) and p.purpose not in ('deposit', 'miscellaneous')
    and not exists (select 1 from payment_return r where r.payment_id = p.payment_id)
"""
_GRANTS = """
select p.account_id, min(p.effective_date), 0, p.source_id, -sum(p.amount), null::uuid
from posting p join gl_account g using (fund, code)
where p.account_id = any(%s) and p.item_id is null and g.role = 'customer_credit'
    and p.source_kind not in ('payment', 'payment_return')
group by p.account_id, p.source_id having sum(p.amount) < 0
"""
_PENDING = """
select a.id, coalesce((select jsonb_agg(h) from collection_status s, jsonb_array_elements(s.holds) h
        where s.account_id = a.id and (h ->> 'until' is null or (h ->> 'until')::date >= %(day)s)), '[]'),
    coalesce((select array_agg(c::uuid) from collection_status s, jsonb_array_elements_text(s.covers) c
        where s.account_id = a.id), '{}'),
    (select count(*) from pending_payment p where p.account_id = a.id and p.expires >= %(day)s
        and not exists (select 1 from pending_ended e where e.pending_id = p.pending_id)),
    (select count(*) from payment p where p.account_id = a.id and p.payment_seq > a.payments_through)
from account a where a.id = any(%(ids)s)
"""


async def spans(tx: Transaction, policy: LateCharge, day: date) -> list[tuple[UUID, UUID]]:
    """Spans of accounts that may owe a late charge on a day; the rule looks at each."""
    parameters = {
        "before": day - timedelta(policy.after_days),
        "since": policy.due_from or date.min,
        "none": sorted(BEAR_NONE),
        "once": policy.repeat == "once",
        "month": day - timedelta(28),
    }
    cursor = await (await tx.driver()).execute(_LATE, parameters)
    return await cursor.fetchall()


async def accounts_in(tx: Transaction, policy: LateCharge, day: date, span: tuple[UUID, UUID]) -> list[UUID]:
    """The accounts of a span that have anything late."""
    cursor = await (await tx.driver()).execute(_IN_SPAN, [day - timedelta(policy.after_days), *span])
    return [account_id for (account_id,) in await cursor.fetchall()]


async def histories(tx: Transaction, account_ids: Collection[UUID]) -> dict[UUID, History]:
    """All that accounts were charged and paid. Credit that a bill or a file granted counts as money too."""
    ids = [list(account_ids)]
    items: dict[UUID, list[Item]] = {one: [] for one in account_ids}
    money: dict[UUID, list[Money]] = {one: [] for one in account_ids}
    driver = await tx.driver()
    for row in await (await driver.execute(_ITEMS, ids)).fetchall():
        item = Item(*row)
        items[item.account_id].append(item)
    for query in (_PAYMENTS, _GRANTS):
        for account_id, *rest in await (await driver.execute(query, ids)).fetchall():
            money[account_id].append(Money(*rest))
    return {one: History(items[one], money[one]) for one in account_ids}


async def pending(tx: Transaction, account_ids: Collection[UUID], day: date) -> dict[UUID, Pending]:
    """What holds the late charges of accounts back on a day."""
    cursor = await (await tx.driver()).execute(_PENDING, {"ids": list(account_ids), "day": day})
    rows = await cursor.fetchall()
    return {account_id: Pending([_held(one) for one in holds], *rest) for account_id, holds, *rest in rows}


def _held(hold: Mapping[str, Any]) -> Held:
    return Held(hold["kind"], frozenset(map(UUID, hold.get("items", ()))))


async def end_pending(tx: Transaction, pending_ids: Sequence[UUID]) -> None:
    """Note that promised money came, or will not come; before or after the news of the promise."""
    await (await tx.driver()).execute(
        "insert into pending_ended select * from unnest(%s::uuid[]) on conflict do nothing", [list(pending_ids)]
    )


async def rows_of(tx: Transaction, account_ids: Collection[UUID]) -> list[LateChargeRow]:
    """All late charges of accounts that are locked, the oldest debts first."""
    query = select(LateChargeRow).where(among(col(LateChargeRow.account_id), account_ids))
    query = query.order_by(col(LateChargeRow.free_through), col(LateChargeRow.charge_id))
    return list((await tx.session.exec(query)).all())


async def alive(tx: Transaction, account_ids: Collection[UUID]) -> set[UUID]:
    """Which of these accounts have a late charge that new facts may change."""
    cursor = await (await tx.driver()).execute(
        "select distinct account_id from late_charge where account_id = any(%s)"
        " and state in ('proposed', 'posted', 'reversed')",
        [list(account_ids)],
    )
    return {account_id for (account_id,) in await cursor.fetchall()}


async def accounts_of(tx: Transaction, charge_ids: Collection[UUID]) -> set[UUID]:
    """The accounts of late charges: lock them before the charges are read."""
    cursor = await (await tx.driver()).execute(
        "select distinct account_id from late_charge where charge_id = any(%s)", [list(charge_ids)]
    )
    return {account_id for (account_id,) in await cursor.fetchall()}


async def by_id(tx: Transaction, charge_ids: Collection[UUID]) -> list[LateChargeRow]:
    """Late charges by their ids; their accounts are locked."""
    return list(await tx.session.exec(select(LateChargeRow).where(among(col(LateChargeRow.charge_id), charge_ids))))


async def proposed(tx: Transaction) -> list[UUID]:
    """All that are proposed, in the order of their accounts."""
    query = select(LateChargeRow.charge_id).where(LateChargeRow.state == "proposed")
    return list((await tx.session.exec(query.order_by(col(LateChargeRow.account_id)))).all())


async def shown(tx: Transaction, state: str | None, account: UUID | None, limit: int) -> list[Any]:
    """Late charges with their account numbers, the newest first."""
    cursor = await (await tx.driver()).execute(
        "select c.charge_id, a.number, c.number, c.free_through, c.base, c.amount, c.state, c.proposed_on,"
        " c.decided_on, c.decided_by, c.why, c.held from late_charge c join account a on a.id = c.account_id"
        " where (%(state)s::text is null or c.state = %(state)s) and (%(account)s::uuid is null or a.id = %(account)s)"
        " order by c.proposed_on desc, a.number, c.charge_id limit %(limit)s",
        {"state": state, "account": account, "limit": limit},
    )
    return await cursor.fetchall()
