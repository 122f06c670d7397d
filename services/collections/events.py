"""What collections reads from Kafka."""

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.accounts import AccountChanged
from contracts.billing import BalanceChanged, BusinessDayStarted
from contracts.notices import NoticeFailed, NoticeSent
from contracts.payments import PaymentReceived
from contracts.topics import (
    ACCOUNT_CHANGED,
    BALANCE_CHANGED,
    BUSINESS_DAY_STARTED,
    NOTICE_FAILED,
    NOTICE_SENT,
    PAYMENT_RECEIVED,
)
from services.collections import cases, store
from services.collections.day import DAY


async def take_accounts(tx: Transaction, received: list[Received[AccountChanged]]) -> None:
    """Accounts by number, for the people who look through the lists."""
    rows = [{"id": one.event.account_id, "version": one.event.version, "number": one.event.number} for one in received]
    await store.keep_accounts(tx, rows)


async def take_balances(tx: Transaction, received: list[Received[BalanceChanged]]) -> None:
    """What is past due by billing's word; a case with nothing past due is over."""
    causes = {one.event.account_id: one for one in received}
    await store.lock_accounts(tx, causes.keys())
    rows = [_balance(one.event) for one in received]
    changed = await store.keep_balances(tx, rows)
    await cases.cure(tx, changed, dict(causes))


async def take_payments(tx: Transaction, received: list[Received[PaymentReceived]]) -> None:
    """A payment holds every step until billing's balance includes it."""
    await store.lock_accounts(tx, {one.event.account_id for one in received})
    rows = [
        {
            "payment_id": one.event.payment_id,
            "content_hash": one.content_hash,
            "account_id": one.event.account_id,
            "payment_seq": one.event.payment_seq,
        }
        for one in received
    ]
    arrivals = await store.keep_payments(tx, rows)
    for one in received:
        if arrivals.in_force[one.event.payment_id] != one.content_hash:
            tx.refuse(one, f"Payment {one.event.payment_id} came before with other content.")


async def take_sent(tx: Transaction, received: list[Received[NoticeSent]]) -> None:
    """Proof that a reminder went out, kept with its case."""
    sent = {one.event.about: f"sent by {one.event.channel} on {one.event.sent_date}" for one in received}
    for case in await store.cases_by_id(tx, list(sent)):
        case.notice = sent[case.id]


async def take_failed(tx: Transaction, received: list[Received[NoticeFailed]]) -> None:
    """A reminder that did not arrive is no reminder: the case says so."""
    failed = {one.event.about: f"not delivered by {one.event.channel}: {one.event.reason}" for one in received}
    for case in await store.cases_by_id(tx, list(failed)):
        case.notice = failed[case.id]


async def take_day(tx: Transaction, received: list[Received[BusinessDayStarted]]) -> None:
    """A new day: late accounts are looked at."""
    for one in sorted(received, key=lambda one: one.event.date):
        await DAY.begin(tx, one.event.date)


def _balance(event: BalanceChanged) -> dict[str, object]:
    return {
        "account_id": event.account_id,
        "version": event.version,
        "past_due": event.past_due,
        "oldest_due": min((item.due_date for item in event.past_due_items), default=None),
        "items": [item.model_dump(mode="json") for item in event.past_due_items],
        "payments_through": event.payments_through,
        "as_of": event.business_date,
    }


SUBSCRIPTIONS = (
    Subscription(ACCOUNT_CHANGED, take_accounts),
    Subscription(BALANCE_CHANGED, take_balances),
    Subscription(PAYMENT_RECEIVED, take_payments),
    Subscription(NOTICE_SENT, take_sent),
    Subscription(NOTICE_FAILED, take_failed),
    Subscription(BUSINESS_DAY_STARTED, take_day),
)
