"""Refunds: credit becomes a liability to pay out; payments tells whether it was paid or is the customer's again."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from chassis.bulk import copy_in, lock
from chassis.database import Transaction
from chassis.received import Received
from chassis.rows import named_rows
from contracts.billing import RefundDue, RefundReason
from contracts.payments import RefundCancelled, RefundPaid
from contracts.topics import REFUND_DUE
from services.billing.customers.tables import Account
from services.billing.finals.posting import Parts, owe_back, pay_out, put_back
from services.billing.finals.tables import Refund, RefundPart
from services.billing.ledger import announce
from services.billing.ledger import store as ledger
from services.billing.ledger.book import Chart, Gl, Journal
from services.billing.policy import TOWN, BillingPolicy


class Wanted(NamedTuple):
    """A refund that is to be made, and why."""

    refund_id: UUID
    account_id: UUID
    amount: Decimal
    reason: RefundReason
    bill_id: UUID | None
    why: str


async def owe(tx: Transaction, wanted: Wanted, policy: BillingPolicy, day: date) -> None:
    """Take credit off an account that the caller has locked, and let it be paid out."""
    books = await ledger.load_books(tx, [wanted.account_id])
    journal = Journal(Chart(policy))
    parts = owe_back(journal, books[wanted.account_id], wanted.refund_id, wanted.amount, day)
    await copy_in(tx, Refund, [_row(tx, wanted, day)])
    await copy_in(
        tx,
        RefundPart,
        [
            {"refund_id": wanted.refund_id, "fund": owed.fund, "code": owed.code, "amount": amount}
            for owed, amount in parts.items()
        ],
    )
    await announce.finish(tx, journal, books, day, announce.NO_CAUSES)
    tx.publish(
        REFUND_DUE,
        RefundDue(
            refund_id=wanted.refund_id,
            account_id=wanted.account_id,
            amount=wanted.amount,
            reason=wanted.reason,
            bill_id=wanted.bill_id,
            business_date=day,
        ),
    )


def _row(tx: Transaction, wanted: Wanted, day: date) -> dict[str, Any]:
    return {
        **wanted._asdict(),
        "reason": wanted.reason.value,
        "asked_by": tx.actor,
        "state": "due",
        "business_date": day,
    }


async def take_paid(tx: Transaction, received: list[Received[RefundPaid]]) -> None:
    """A refund left the bank: the liability is settled from cash."""
    for one in received:
        if (refund := await _open(tx, one)) is None:
            continue
        day = await announce.today(tx, otherwise=one.event.business_date)
        journal = Journal(Chart((await TOWN.in_force(tx)).policy))
        pay_out(journal, refund.account_id, refund.refund_id, await _parts(tx, refund.refund_id), day)
        await ledger.save(tx, journal, [])
        await _settle(tx, refund.refund_id, "paid", one.event.paid_on, one.event.reference)


async def take_cancelled(tx: Transaction, received: list[Received[RefundCancelled]]) -> None:
    """A refund won't be paid: the money is the customer's credit again."""
    for one in received:
        if (refund := await _open(tx, one)) is None:
            continue
        day = await announce.today(tx, otherwise=one.event.business_date)
        journal = Journal(Chart((await TOWN.in_force(tx)).policy))
        books = await ledger.load_books(tx, [refund.account_id])
        book = books[refund.account_id]
        put_back(journal, book, refund.refund_id, await _parts(tx, refund.refund_id), day)
        await announce.finish(tx, journal, books, day, {refund.account_id: one})
        await _settle(tx, refund.refund_id, "cancelled", day, one.event.reason)


async def _open(tx: Transaction, one: Received[Any]) -> Refund | None:
    """The refund an event speaks of, if it is still due; the same news again changes nothing, others are refused."""
    event = one.event
    outcome = "paid" if isinstance(event, RefundPaid) else "cancelled"
    await lock(tx, Account, {event.account_id})
    refund = await find(tx, event.refund_id)
    if refund is None or refund.account_id != event.account_id or refund.amount != event.amount:
        tx.refuse(one, f"Billing owes no refund {event.refund_id} of {event.amount} on this account. Ask who sent it.")
        return None
    if refund.state == "due":
        return refund
    if refund.state != outcome:
        tx.refuse(one, f"Refund {event.refund_id} is {refund.state} already and can't be {outcome} too.")
    return None


async def find(tx: Transaction, refund_id: UUID) -> Refund | None:
    """A refund, if there is one."""
    rows = await named_rows(tx, "select * from refund where refund_id = %s", [refund_id])
    return Refund(**rows[0]) if rows else None


async def listed(tx: Transaction, state: str, limit: int) -> list[dict[str, Any]]:
    """Refunds in a state, the oldest first."""
    return await named_rows(
        tx,
        "select r.*, a.number as account from refund r join account a on a.id = r.account_id"
        " where r.state = %s order by r.business_date, a.number limit %s",
        [state, limit],
    )


async def _parts(tx: Transaction, refund_id: UUID) -> Parts:
    rows = await named_rows(tx, "select fund, code, amount from refund_part where refund_id = %s", [refund_id])
    return {Gl(row["fund"], row["code"]): row["amount"] for row in rows}


async def _settle(tx: Transaction, refund_id: UUID, state: str, day: date, reference: str) -> None:
    await (await tx.driver()).execute(
        "update refund set state = %s, settled_on = %s, reference = %s where refund_id = %s",
        [state, day, reference, refund_id],
    )
