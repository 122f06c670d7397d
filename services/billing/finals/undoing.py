"""Taking a final bill back."""

from typing import Any, NamedTuple
from uuid import UUID

from chassis import days
from chassis.database import Transaction
from chassis.refusal import Refused
from contracts.billing import BillCancelled
from contracts.topics import BILL_CANCELLED
from services.billing.bills import store as bills
from services.billing.bills.written import reads_of
from services.billing.finals import store
from services.billing.finals.work import lock_customers
from services.billing.late import reviewing
from services.billing.ledger import LedgerError, reverse_bills
from services.billing.policy import TOWN
from services.billing.runs import unbilled
from services.billing.runs.store import account_named
from services.billing.usage.store import mark_awaiting

_ISSUED = """
select b.id, b.number, b.pack_hash, b.inputs, r.state from bill b
left join refund r on r.bill_id = b.id and r.state <> 'cancelled'
where b.account_id = %s and b.cancelled_on is null and b.run_id not in (select id from billing_run)
order by b.bill_date desc, b.number desc limit 1
"""


class _Issued(NamedTuple):
    bill_id: UUID
    number: str
    pack_hash: str
    inputs: dict[str, Any]
    refund: str | None


async def undo(tx: Transaction, number: str, why: str) -> None:
    """Take an account's newest final bill back; it is held then, until a person lets it go."""
    account = await account_named(tx, number)
    await lock_customers(tx, [account])
    day, bill = await days.today(tx), await _issued(tx, account, number)
    try:
        await reverse_bills(tx, [bill.bill_id], (await TOWN.pinned(tx, bill.pack_hash)).policy, day)
    except LedgerError as error:
        raise Refused(f"Final bill {bill.number} can't be taken back. {error}") from None
    await reviewing.review(tx, [account], day)
    await bills.cancel(tx, [bill.bill_id], day, why)
    await mark_awaiting(tx, reads_of(bill.inputs))
    await unbilled.reopen(tx, [(account, bill.bill_id)])
    await _hold(tx, account, why)
    tx.publish(
        BILL_CANCELLED, BillCancelled(bill_id=bill.bill_id, account_id=account, reason=why[:200], business_date=day)
    )
    tx.audit("undo", f"final bill {bill.number}", why)


async def _issued(tx: Transaction, account: UUID, number: str) -> _Issued:
    cursor = await (await tx.driver()).execute(_ISSUED, [account])
    row = await cursor.fetchone()
    if row is None:
        raise Refused(f"Account {number} has no final bill that stands.")
    bill = _Issued(*row)
    if bill.refund:
        raise Refused(
            f"What was left over on final bill {bill.number} is a refund that is {bill.refund}. Cancel the refund in"
            " payments first."
            if bill.refund == "due"
            else f"What was left over on final bill {bill.number} was paid out already. Charge it by hand instead."
        )
    return bill


async def _hold(tx: Transaction, account: UUID, why: str) -> None:
    endings = await store.endings_of(tx, await days.today(tx), [account])
    rows = [row for row in (await store.rows_of(tx, endings)).values() if row.state == "billed"]
    for row in rows:
        row.state, row.code, row.reason = "held", "by_hand", why
        row.bill_id, row.total, row.lines_hash, row.decided_by = None, None, None, tx.actor
        await store.save(tx, [row])
