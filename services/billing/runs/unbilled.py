"""Periods that a hold left unbilled: the account's next bill charges them."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from chassis.database import Transaction
from services.billing.bills import moves
from services.billing.runs.store import BillingRun


async def note(tx: Transaction, run: BillingRun) -> None:
    """Keep the periods that the run's holds left unbilled, for the accounts' next bills."""
    await (await tx.driver()).execute(
        "insert into unbilled_period (account_id, run_id, period_start, period_end, reason)"
        " select account_id, run_id, %s, %s, hold_reason from run_account where run_id = %s and state = 'held'"
        " on conflict do nothing",
        [run.period_start, run.period_end, run.id],
    )


async def settle(tx: Transaction, through: date, bills: Collection[tuple[UUID, UUID]]) -> None:
    """Note which bill charged the periods held before: pairs of account and bill."""
    await (await tx.driver()).execute(
        "update unbilled_period u set billed_on = v.bill_id"
        " from unnest(%s::uuid[], %s::uuid[]) as v (account_id, bill_id)"
        " where u.account_id = v.account_id and u.billed_on is null and u.period_end < %s",
        [[account for account, _ in bills], [bill for _, bill in bills], through],
    )
    await moves.settle(tx, bills)


async def reopen(tx: Transaction, bills: Collection[tuple[UUID, UUID]]) -> None:
    """Let the periods that cancelled bills had charged be unbilled again: pairs of account and bill."""
    await (await tx.driver()).execute(
        "update unbilled_period set billed_on = null where account_id = any(%s) and billed_on = any(%s)",
        [[account for account, _ in bills], [bill for _, bill in bills]],
    )
    await moves.reopen(tx, [bill for _, bill in bills])


async def forget(tx: Transaction, run_id: UUID) -> None:
    """Drop the periods a run had left unbilled: it is undone, and all of it is to be billed again."""
    await (await tx.driver()).execute("delete from unbilled_period where run_id = %s", [run_id])
