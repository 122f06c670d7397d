"""Issuing a final bill: deposits released, the bill posted, and what is left over moved or given back.

One account at a time and all of it in one transaction. The caller has locked the account and its customer's others.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.database import Transaction
from chassis.town import Town
from contracts.billing import BillIssued, RefundReason
from contracts.ids import derived_id
from contracts.topics import BILL_ISSUED
from services.billing.bills import store as bills
from services.billing.bills.document import Heading
from services.billing.bills.inputs import Customer
from services.billing.bills.making import Made
from services.billing.bills.written import write
from services.billing.finals import refunds, store
from services.billing.finals.looking import Priced, Settling, event_of, heading_of, number_of, settling
from services.billing.finals.posting import move_credit, release
from services.billing.finals.rules import Left
from services.billing.ledger import BillPosting, announce, post_bills
from services.billing.ledger import store as ledger
from services.billing.ledger.book import Chart, Journal
from services.billing.policy import BillingPolicy, Finals
from services.billing.usage.store import mark_billed


async def issue(
    tx: Transaction, one: Priced, town: Town[BillingPolicy], others: Sequence[tuple[UUID, str]], day: date
) -> BillIssued | None:
    """Bill an ending; None when there is neither a charge nor money to settle, and its last bill was its final one."""
    assert isinstance(one.made, Made)
    assert one.customer is not None
    finals = town.policy.finals or Finals()
    money = await settling(tx, one.ending, one.made.total, finals, others, day)
    idle = not one.made.items and not one.made.corrections and not money.deposits and money.before.owed >= 0
    if idle and one.ending.billed:
        return None
    heading = await heading_of(tx, one.ending, town, day)
    bill_id, event = event_of(heading, await number_of(tx, one.ending), one, one.made, one.customer, money)
    document = tx.publish(BILL_ISSUED, event, kept=bills.kept(bill_id)).decode()
    await _release(tx, one.ending.account_id, money, town.policy, day)
    await bills.save(tx, [_row(heading, bill_id, event, one.customer, one.made, document)])
    posting = BillPosting(
        bill_id, event.account_id, heading.due_date, heading.bill_date, one.made.by_service, event.amount_due
    )
    await post_bills(tx, [posting], town.policy, day)
    await mark_billed(tx, [(read, bill_id) for read in one.made.reads])
    await store.settle_held(tx, [(event.account_id, bill_id)])
    await _give_away(tx, event, money.left, town.policy, day)
    return event


async def _release(tx: Transaction, account_id: UUID, money: Settling, policy: BillingPolicy, day: date) -> None:
    if not money.deposits:
        return
    books = await ledger.load_books(tx, [account_id])
    journal = Journal(Chart(policy))
    for deposit, earned in money.deposits:
        release(journal, books[account_id], deposit, earned, day)
    await store.note_released(tx, [deposit for deposit, _ in money.deposits])
    await announce.finish(tx, journal, books, day, announce.NO_CAUSES)


async def _give_away(tx: Transaction, bill: BillIssued, left: Left, policy: BillingPolicy, day: date) -> None:
    if left.moved:
        books = await ledger.load_books(tx, [bill.account_id, *(debt.account_id for debt in left.moved)])
        journal = Journal(Chart(policy))
        for debt in left.moved:
            move = derived_id("credit_moved", bill.bill_id, debt.account_id)
            move_credit(journal, books[bill.account_id], books[debt.account_id], move, debt.owed, day)
        await announce.finish(tx, journal, books, day, announce.NO_CAUSES)
    if left.refund:
        wanted = refunds.Wanted(
            derived_id("refund", bill.bill_id), bill.account_id, left.refund, RefundReason.FINAL_BILL, bill.bill_id,
            f"left over on final bill {bill.number}",
        )  # fmt: skip
        await refunds.owe(tx, wanted, policy, day)


def _row(
    heading: Heading, bill_id: UUID, event: BillIssued, customer: Customer, made: Made, document: str
) -> bills.NewBill:
    return bills.NewBill(
        bill_id,
        event.number,
        customer.account_id,
        customer.number,
        heading.run_id,
        heading.cycle,
        event.kind.value,
        heading.bill_date,
        heading.due_date,
        event.period_start,
        event.period_end,
        heading.through,
        event.current_charges,
        event.amount_due,
        {service: str(amount) for service, amount in made.by_service.items()},
        write(made),
        document,
        heading.pack_hash,
    )
