"""A piece of the day's work: late charges are proposed. Nothing is charged until a person approves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis import days
from chassis.bulk import lock
from chassis.database import Transaction
from chassis.day_work import Piece, Sums
from chassis.town import Town
from contracts.ids import derived_id
from services.billing.customers.tables import Account
from services.billing.late import store
from services.billing.late.policy import LateCharge
from services.billing.late.rules import (
    KIND,
    Debt,
    History,
    Pending,
    charge_on,
    debts,
    free_through,
    held_by,
    number_on,
    unpaid,
)
from services.billing.late.tables import LateChargeRow
from services.billing.policy import TOWN, BillingPolicy

Known = Mapping[tuple[UUID, int], LateChargeRow]


@dataclass(frozen=True)
class Today:
    """Under which rules a day looks at debts; `first` is the first day of these books."""

    day: date
    first: date
    policy: LateCharge
    town: Town[BillingPolicy]


async def plan(tx: Transaction, day: date) -> Sequence[Any]:
    """Accounts that may owe a late charge, in spans; none where the pack has no `late_charge`."""
    policy = (await TOWN.in_force(tx)).policy.late_charge
    if policy is None:
        return []
    return [[str(first), str(end)] for first, end in await store.spans(tx, policy, day)]


async def do(tx: Transaction, day: date, span: Any) -> Sums:
    """Propose the late charges of a span of accounts."""
    town = await TOWN.in_force(tx)
    policy = town.policy.late_charge
    if policy is None:
        return Sums()
    today = Today(day, await days.first_begun(tx) or day, policy, town)
    ids = await store.accounts_in(tx, policy, day, (UUID(span[0]), UUID(span[1])))
    await lock(tx, Account, ids)
    known = {(one.debt_id, one.number): one for one in await store.rows_of(tx, ids)}
    pending, sums = await store.pending(tx, ids, day), Sums()
    for account_id, history in (await store.histories(tx, ids)).items():
        for debt in debts(history.items, policy).values():
            sums += _propose(tx, today, account_id, history, debt, pending[account_id], known)
    return sums


def _propose(
    tx: Transaction, today: Today, account_id: UUID, history: History, debt: Debt, pending: Pending, known: Known
) -> Sums:
    number = number_on(debt.due, today.day, today.policy, today.town.calendar)
    before = known.get((debt.debt_id, number))
    if not number or not debt.remaining or (before and before.state != "dropped"):
        return Sums()
    free = free_through(debt.due, number, today.policy, today.town.calendar)
    base = unpaid(history, debt, free, today.town.policy.payment_order)
    amount = charge_on(base, today.policy)
    if not amount or free < today.first:
        return Sums()
    if held_by(debt, pending):
        return Sums({"late charges held": 1})
    row = before or LateChargeRow(
        charge_id=derived_id(KIND, debt.debt_id, number),
        account_id=account_id,
        debt_id=debt.debt_id,
        number=number,
        service=today.policy.earns,
        free_through=free,
        base=base,
        amount=amount,
        state="proposed",
        proposed_on=today.day,
        pack_hash=today.town.pack_hash,
    )
    row.free_through, row.base, row.amount, row.state = free, base, amount, "proposed"
    row.proposed_on, row.pack_hash = today.day, today.town.pack_hash
    row.decided_on, row.decided_by, row.why, row.held = None, None, "", ""
    tx.session.add(row)
    return Sums({"late charges proposed": 1}, {"late charges proposed": amount})


LATE_CHARGES = Piece("late charges", plan, do)
