"""What is done with a refund: approved, put into a voucher file, paid or cancelled, each once."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from chassis.database import Transaction
from chassis.days import today
from chassis.refusal import Refused
from contracts.payments import RefundCancelled, RefundMethod, RefundPaid
from contracts.topics import REFUND_CANCELLED, REFUND_PAID
from services.payments.policy import TOWN
from services.payments.refunds import rules, store
from services.payments.refunds.rules import APPROVED, CANCELLED, DUE, OPEN, PAID
from services.payments.refunds.tables import Refund, VoucherFile


async def approve(tx: Transaction, refund_id: UUID) -> Refund:
    """Let a refund go, if this person may."""
    refund, town = await store.find(tx, refund_id), await TOWN.in_force(tx)
    if refund.state != DUE:
        raise Refused(f"The refund is {refund.state} already.")
    wrong = rules.why_not_by(town.policy.refunds, refund.amount, refund.asked_by, tx.actor)
    if wrong:
        raise Refused(wrong, 403)
    refund.state, refund.approved_by = APPROVED, tx.actor
    return refund


async def pay(tx: Transaction, refund_id: UUID, method: RefundMethod, reference: str, paid_on: date | None) -> Refund:
    """Note that a refund left the bank; the same again changes nothing."""
    refund, day = await store.find(tx, refund_id), await today(tx)
    left_on = paid_on or day
    if refund.state == PAID and (refund.method, refund.reference) == (str(method), reference):
        return refund
    wrong = rules.why_not_paid(refund.state, refund.due_on, left_on, day)
    if wrong:
        raise Refused(wrong)
    refund.state, refund.method, refund.reference = PAID, str(method), reference
    refund.paid_on, refund.closed_on = left_on, day
    tx.publish(
        REFUND_PAID,
        RefundPaid(
            refund_id=refund_id,
            account_id=refund.account_id,
            amount=refund.amount,
            method=method,
            reference=reference,
            paid_on=left_on,
            business_date=day,
        ),
    )
    return refund


async def cancel(tx: Transaction, refund_id: UUID, reason: str) -> Refund:
    """Give up a refund: the money is the customer's credit again."""
    refund, day = await store.find(tx, refund_id), await today(tx)
    if refund.state not in OPEN:
        raise Refused(f"The refund is {refund.state} already.")
    refund.state, refund.closed_on = CANCELLED, day
    told = RefundCancelled(
        refund_id=refund_id, account_id=refund.account_id, amount=refund.amount, reason=reason, business_date=day
    )
    tx.publish(REFUND_CANCELLED, told)
    return refund


async def make_vouchers(tx: Transaction, name: str) -> VoucherFile:
    """A file of every approved refund that stands in none; a file that was made before is answered as it was made."""
    await store.hold_vouchers(tx)
    made = await store.voucher_file(tx, name)
    if made:
        return made
    refunds = await store.without_voucher(tx)
    if not refunds:
        raise Refused("No approved refund is waiting for a voucher.")
    numbers = await store.numbers(tx, {one.account_id for one in refunds})
    for place, refund in enumerate(refunds, 1):
        refund.voucher, refund.voucher_file = rules.voucher_number(name, place), name
    made = VoucherFile(
        name=name,
        made_by=tx.actor,
        made_on=await today(tx),
        vouchers=len(refunds),
        amount=sum((one.amount for one in refunds), Decimal(0)),
        content=rules.written([_voucher(one, numbers.get(one.account_id, str(one.account_id))) for one in refunds]),
    )
    tx.session.add(made)
    told = {"vouchers": made.vouchers, "amount": str(made.amount)}
    tx.audit("make", f"voucher file {name}", "as requested", after=told)
    return made


def _voucher(refund: Refund, account: str) -> rules.Voucher:
    return rules.Voucher(
        voucher=refund.voucher or "",
        account=account,
        amount=refund.amount,
        reason=refund.reason,
        due_on=refund.due_on,
        approved_by=refund.approved_by or "",
        refund_id=refund.refund_id,
    )
