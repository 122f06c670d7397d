"""Payments that came back, by message: each is taken back once, after it was posted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.bulk import insert_new, lock
from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.ids import derived_id
from contracts.payments import PaymentReturned
from contracts.topics import PAYMENT_RETURNED
from services.billing.customers.tables import Account
from services.billing.late import reviewing
from services.billing.ledger import announce
from services.billing.ledger import store as ledger
from services.billing.ledger.book import Allocated, Book, Chart, Journal
from services.billing.ledger.posting import net_allocations
from services.billing.policy import TOWN
from services.billing.returns import store
from services.billing.returns.posting import Return, Taking, take_back
from services.billing.returns.store import Paid
from services.billing.returns.tables import PaymentReturn

Returns = list[Received[PaymentReturned]]


async def take_returns(tx: Transaction, received: Returns) -> None:
    """Take payments back; a return that came before its payment waits for it."""
    await lock(tx, Account, {one.event.account_id for one in received})
    paid = await store.payments(tx, {one.event.payment_id for one in received})
    new = await _new(tx, _fitting(tx, received, paid))
    if not new:
        return
    causes = {one.event.account_id: one for one in new}
    day = await announce.today(tx, otherwise=max(one.event.business_date for one in new))
    books = await ledger.load_books(tx, causes)
    journal = Journal(Chart((await TOWN.in_force(tx)).policy))
    allocated = await _allocated(tx, books, new)
    held = await store.deposits_held(tx, [_deposit(one) for one in new])
    gone = [_return(one.event, paid[one.event.payment_id].purpose, held) for one in new]
    taken = [Taking(books[paid[one.payment_id].account_id], one, allocated[one.payment_id]) for one in gone]
    take_back(journal, taken, day)
    await store.release_deposits(tx, list(held))
    await announce.finish(tx, journal, books, day, causes)
    await reviewing.review(tx, causes, day)


def _fitting(tx: Transaction, received: Returns, paid: Mapping[UUID, Paid]) -> Returns:
    """Those whose payment is there; what contradicts it is refused."""
    fitting = []
    for one in received:
        payment = paid.get(one.event.payment_id)
        if payment is None:
            tx.wait_for(one, "payment", one.event.payment_id)
        elif reason := _against(one.event, payment):
            tx.refuse(one, reason)
        else:
            fitting.append(one)
    return fitting


def _against(gone: PaymentReturned, payment: Paid) -> str:
    if (gone.account_id, gone.amount) != (payment.account_id, payment.amount):
        return (
            f"Return {gone.return_id} takes {gone.amount} off account {gone.account_id}; payment {gone.payment_id} was"
            f" {payment.amount} to account {payment.account_id}. A payment comes back whole. Ask who sent it."
        )
    if payment.returned_by and payment.returned_by != gone.return_id:
        return f"Payment {gone.payment_id} came back before, with return {payment.returned_by}. Ask who sent it."
    return ""


async def _new(tx: Transaction, received: Returns) -> Returns:
    """Those that were never posted, each once; another content under a known key is refused."""
    first: dict[UUID, Received[PaymentReturned]] = {}
    for one in received:
        known = first.setdefault(one.event.payment_id, one)
        if known.event.return_id != one.event.return_id:
            tx.refuse(one, f"Payment {one.event.payment_id} came back before, with return {known.event.return_id}.")
    mine = [one for one in received if first[one.event.payment_id].event.return_id == one.event.return_id]
    arrivals = await insert_new(tx, PaymentReturn, [_row(one) for one in mine], "return_id")
    for one in mine:
        if arrivals.in_force[one.event.return_id] != one.content_hash:
            tx.refuse(one, f"Return {one.event.return_id} was posted before with other content. Ask who sent it.")
    new = [one for one in first.values() if one.event.return_id in arrivals.new]
    return sorted(new, key=lambda one: (one.event.account_id, one.event.payment_seq))


async def _allocated(tx: Transaction, books: dict[UUID, Book], new: Returns) -> dict[UUID, list[Allocated]]:
    """What the payments have paid, by payment; the items are put into the books."""
    wanted: dict[UUID, list[Allocated]] = {one.event.payment_id: [] for one in new}
    for row in net_allocations(await ledger.load_allocations(tx, books)):
        if row.source_id in wanted:
            wanted[row.source_id].append(row)
    await ledger.load_items(tx, books, {row.item_id for rows in wanted.values() for row in rows})
    return wanted


def _return(gone: PaymentReturned, purpose: str, held: Mapping[UUID, Any]) -> Return:
    deposit = held.get(derived_id("deposit", gone.payment_id), 0)
    return Return(gone.return_id, gone.payment_id, gone.amount, purpose, deposit, gone.returned_on)


def _deposit(one: Received[PaymentReturned]) -> UUID:
    return derived_id("deposit", one.event.payment_id)


def _row(one: Received[PaymentReturned]) -> dict[str, Any]:
    gone = one.event
    return {
        "return_id": gone.return_id,
        "content_hash": one.content_hash,
        "payment_id": gone.payment_id,
        "account_id": gone.account_id,
        "amount": gone.amount,
        "kind": str(gone.kind),
        "returned_on": gone.returned_on,
        "business_date": gone.business_date,
    }


SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (Subscription(PAYMENT_RETURNED, take_returns),)
