"""Payments meet the ledger: each posts once, to an account that is known."""

from typing import Any
from uuid import UUID

from chassis.bulk import insert_new, lock
from chassis.database import Transaction
from chassis.received import Received
from contracts.ids import derived_id
from contracts.payments import PaymentReceived, Purpose
from services.billing.customers.tables import Account
from services.billing.ledger import announce, store
from services.billing.ledger.book import ZERO, About, Book, Chart, Journal, Source, fiscal_period
from services.billing.ledger.posting import pay
from services.billing.ledger.tables import Payment
from services.billing.policy import TOWN

Payments = list[Received[PaymentReceived]]


async def take_payments(tx: Transaction, received: Payments) -> Payments:
    """Post new payments; let those of unknown accounts wait; keep what can't be posted as dead letters.

    Answers those that were posted.
    """
    usable = [one for one in received if not _refused(tx, one)]
    await lock(tx, Account, {one.event.account_id for one in usable})
    books = await store.load_books(tx, {one.event.account_id for one in usable})
    new = await _new(tx, _of_known_accounts(tx, usable, books))
    if not new:
        return []
    town = await TOWN.in_force(tx)
    journal = Journal(Chart(town.policy))
    for one in new:
        _post(journal, books[one.event.account_id], one.event)
    touched = {one.event.account_id: one for one in new}
    changed = {account_id: books[account_id] for account_id in touched}
    await _save_deposits(tx, journal.chart, new)
    await _count_on(tx, changed)
    day = await announce.today(tx, otherwise=max(one.event.business_date for one in new))
    await announce.finish(tx, journal, changed, day, touched)
    tx.now_known("payment", frozenset(str(one.event.payment_id) for one in new))
    return new


def _refused(tx: Transaction, one: Received[PaymentReceived]) -> bool:
    payment = one.event
    reason = ""
    if payment.amount <= ZERO:
        reason = f"Payment {payment.payment_id} is of {payment.amount}: money received is more than zero."
    elif payment.payment_seq < 1:
        reason = f"Payment {payment.payment_id} has payment_seq 0: an account's payments are counted from 1."
    elif not payment.purpose.known:
        reason = (
            f'Payment {payment.payment_id} is for "{payment.purpose}", which this release can\'t post. '
            "Upgrade billing, then redrive it; until then the payment holds shutoff."
        )
    if reason:
        tx.refuse(one, reason)
    return bool(reason)


def _of_known_accounts(tx: Transaction, received: Payments, books: dict[UUID, Book]) -> Payments:
    for one in received:
        if not books[one.event.account_id].known:
            tx.wait_for(one, "account", one.event.account_id)
    return [one for one in received if books[one.event.account_id].known]


async def _new(tx: Transaction, received: Payments) -> Payments:
    """Those that were never posted, each once; another content under a posted key is refused."""
    arrivals = await insert_new(tx, Payment, [_row(one) for one in received], "payment_id")
    if arrivals.conflicting:
        posted = await store.payment_hashes(tx, arrivals.conflicting)
        for one in received:
            if posted.get(one.event.payment_id, one.content_hash) != one.content_hash:
                tx.refuse(one, f"Payment {one.event.payment_id} was posted before with other content. Ask who sent it.")
    first: dict[UUID, Received[PaymentReceived]] = {}
    for one in received:
        if one.event.payment_id in arrivals.new:
            first.setdefault(one.event.payment_id, one)
    return sorted(first.values(), key=lambda one: (one.event.account_id, one.event.payment_seq))


def _post(journal: Journal, book: Book, payment: PaymentReceived) -> None:
    period = fiscal_period(payment.business_date, journal.chart.fiscal_year_starts)
    key = payment.payment_id
    source = Source("payment", key, key, payment.effective_date, payment.business_date, period)
    cash = journal.chart.of(journal.chart.payments_fund).cash
    match payment.purpose:
        case Purpose.DEPOSIT:
            held_in = journal.chart.of(journal.chart.payments_fund).deposits
            journal.move(source, cash, held_in, payment.amount, About(book.account_id))
        case Purpose.MISCELLANEOUS:
            journal.move(source, cash, journal.chart.miscellaneous, payment.amount, About(book.account_id))
        case _:
            pay(journal, book, source, payment.amount, first=payment.bill_id)
            book.payments_since += payment.amount


async def _save_deposits(tx: Transaction, chart: Chart, received: Payments) -> None:
    held_in = chart.of(chart.payments_fund).deposits
    deposits = [
        {
            "deposit_id": derived_id("deposit", one.event.payment_id),
            "content_hash": one.content_hash,
            "account_id": one.event.account_id,
            "service": None,
            "fund": held_in.fund,
            "code": held_in.code,
            "amount": one.event.amount,
            "paid_on": one.event.effective_date,
            "source_kind": "payment",
        }
        for one in received
        if one.event.purpose == Purpose.DEPOSIT
    ]
    await store.save_deposits(tx, deposits)


async def _count_on(tx: Transaction, books: dict[UUID, Book]) -> None:
    """Move each account's `payments_through` up to the first payment that has not come yet."""
    for account_id, seq in await store.payments_beyond(tx, books):
        if seq == books[account_id].payments_through + 1:
            books[account_id].payments_through = seq


def _row(one: Received[PaymentReceived]) -> dict[str, Any]:
    payment = one.event
    return {
        "payment_id": payment.payment_id,
        "content_hash": one.content_hash,
        "account_id": payment.account_id,
        "payment_seq": payment.payment_seq,
        "amount": payment.amount,
        "purpose": str(payment.purpose),
        "bill_id": payment.bill_id,
        "channel": str(payment.channel),
        "effective_date": payment.effective_date,
        "posting_date": payment.posting_date,
        "business_date": payment.business_date,
    }
