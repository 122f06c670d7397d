"""What others say of accounts, money and notices: kept, and held against what was decided before."""

from collections.abc import Sequence
from typing import Any

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.accounts import AccountChanged
from contracts.billing import BalanceChanged
from contracts.notices import NoticeFailed, NoticeSent
from contracts.payments import PaymentFailed, PaymentPending, PaymentReceived, Purpose
from contracts.topics import (
    ACCOUNT_CHANGED,
    BALANCE_CHANGED,
    NOTICE_FAILED,
    NOTICE_SENT,
    PAYMENT_FAILED,
    PAYMENT_PENDING,
    PAYMENT_RECEIVED,
)
from services.collections.cases.work import EARLIEST, heard
from services.collections.facts import store

_NOT_TOWARDS_THE_BALANCE = (Purpose.DEPOSIT, Purpose.MISCELLANEOUS, Purpose.RECOVERY)


async def _locked(tx: Transaction, received: Sequence[Received[Any]]) -> dict[Any, Received[Any]]:
    """Lock the accounts of a batch; answers the earliest message about each, which brought us here."""
    by_account = {one.event.account_id: one for one in reversed(received)}
    await store.lock_accounts(tx, by_account.keys())
    return by_account


async def take_accounts(tx: Transaction, received: list[Received[AccountChanged]]) -> None:
    """Who is responsible, and where the account is served: an order at a place someone left is taken back."""
    by_account = await _locked(tx, received)
    changed = await store.keep_accounts(tx, [_account(one.event) for one in received])
    await heard(tx, changed, by_account)


def _account(event: AccountChanged) -> dict[str, object]:
    points = [
        one.model_dump(mode="json", include={"service", "service_point_id", "start", "end", "status"})
        for one in event.agreements
    ]
    return {
        "id": event.account_id,
        "version": event.version,
        "number": event.number,
        "responsible": event.responsible_person_id,
        "points": points,
    }


async def take_balances(tx: Transaction, received: list[Received[BalanceChanged]]) -> None:
    """What is past due by billing's word."""
    by_account = await _locked(tx, received)
    changed = await store.keep_balances(tx, [_balance(one.event) for one in received])
    await heard(tx, changed, by_account)


def _balance(event: BalanceChanged) -> dict[str, object]:
    return {
        "account_id": event.account_id,
        "version": event.version,
        "past_due": event.past_due,
        "oldest_due": min((item.due_date for item in event.past_due_items), default=None),
        "next_due": event.next_due_date,
        "items": [item.model_dump(mode="json") for item in event.past_due_items],
        "payments_through": event.payments_through,
        "as_of": event.business_date,
        "owed": event.owed,
        "set_aside": event.deferred + event.disputed + event.stayed,
    }


async def take_payments(tx: Transaction, received: list[Received[PaymentReceived]]) -> None:
    """A payment holds every step until billing's balance includes it."""
    by_account = await _locked(tx, received)
    arrivals = await store.keep_payments(tx, [_payment(one) for one in received])
    for one in received:
        if arrivals.in_force[one.event.payment_id] != one.content_hash:
            tx.refuse(one, f"Payment {one.event.payment_id} came before with other content.")
    made_good = [(one.event.pending_id, one.event.account_id) for one in received if one.event.pending_id]
    await store.settle_pendings(tx, sorted(set(made_good)))
    await heard(tx, by_account.keys(), by_account)


def _payment(one: Received[PaymentReceived]) -> dict[str, object]:
    event = one.event
    return {
        "payment_id": event.payment_id,
        "content_hash": one.content_hash,
        "account_id": event.account_id,
        "payment_seq": event.payment_seq,
        "amount": event.amount,
        "effective": event.effective_date,
        "counts": event.purpose not in _NOT_TOWARDS_THE_BALANCE,
    }


async def take_pendings(tx: Transaction, received: list[Received[PaymentPending]]) -> None:
    """Money on its way holds every step through the day it is expected by."""
    by_account = await _locked(tx, received)
    first = {one.event.pending_id: one for one in reversed(received)}
    in_force = await store.keep_pendings(tx, [_pending(one) for one in first.values()])
    for one in received:
        if in_force[one.event.pending_id] != one.content_hash:
            tx.refuse(one, f"The pending payment {one.event.pending_id} came before with other content.")
    await heard(tx, by_account.keys(), by_account)


def _pending(one: Received[PaymentPending]) -> dict[str, object]:
    return {
        "pending_id": one.event.pending_id,
        "account_id": one.event.account_id,
        "content_hash": one.content_hash,
        "expires": one.event.expires,
    }


async def take_failures(tx: Transaction, received: list[Received[PaymentFailed]]) -> None:
    """Money that will not come holds nothing any more."""
    by_account = await _locked(tx, received)
    await store.settle_pendings(tx, sorted({(one.event.pending_id, one.event.account_id) for one in received}))
    await heard(tx, by_account.keys(), by_account)


async def take_sent(tx: Transaction, received: list[Received[NoticeSent]]) -> None:
    """Proof that a notice went out. It counts from the day it really left, never from an earlier one."""
    by_account = await _locked(tx, received)
    for one in received:
        left = max(one.event.sent_date, one.event.business_date)
        await store.keep_sent(tx, {**_delivery(one.event), "sent_on": left})
    await heard(tx, by_account.keys(), by_account)


async def take_unsent(tx: Transaction, received: list[Received[NoticeFailed]]) -> None:
    """A notice that did not arrive is no notice, whenever it is heard of: who was shut off after it has water again."""
    by_account = await _locked(tx, received)
    for one in received:
        await store.keep_failed(tx, {**_delivery(one.event), "reason": one.event.reason})
    await heard(tx, by_account.keys(), by_account, EARLIEST)


def _delivery(event: NoticeSent | NoticeFailed) -> dict[str, object]:
    return {
        "notice_id": event.notice_id,
        "channel": str(event.channel),
        "case_id": event.about,
        "kind": str(event.kind),
        "person_id": event.person_id,
    }


SUBSCRIPTIONS = (
    Subscription(ACCOUNT_CHANGED, take_accounts),
    Subscription(BALANCE_CHANGED, take_balances),
    Subscription(PAYMENT_RECEIVED, take_payments),
    Subscription(PAYMENT_PENDING, take_pendings),
    Subscription(PAYMENT_FAILED, take_failures),
    Subscription(NOTICE_SENT, take_sent),
    Subscription(NOTICE_FAILED, take_unsent),
)
