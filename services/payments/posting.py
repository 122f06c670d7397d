"""Recording money: once for each source and key, numbered within its account, and told to the others.

Every door ends here: vendor topic, webhook, counter batch, a single payment, suspense that found its account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.bulk import Arrivals
from chassis.database import Transaction
from chassis.received import Received
from chassis.town import Town
from contracts.payments import Channel, PaymentReceived, Purpose, TenderKind
from contracts.topics import PAYMENT_RECEIVED
from services.payments import store
from services.payments.pending.promising import make_good
from services.payments.policy import PaymentsPolicy
from services.payments.tables import Tender
from services.payments.taking import SUSPENSE, Money, effective_date

Cause = Received[Any]


@dataclass(frozen=True)
class Recorded:
    """What recording came to: which payments were new, repeated or contradicted, and which wait in suspense."""

    arrivals: Arrivals
    suspense: frozenset[UUID]


async def record(
    tx: Transaction,
    town: Town[PaymentsPolicy],
    today: date,
    monies: Sequence[tuple[Money, Cause | None]],
    batch_id: UUID | None = None,
) -> Recorded:
    """Record money that was found sane. What names an account goes to it; the rest is in suspense, never refused."""
    accounts = await store.known_accounts(tx, {money.account_number for money, _ in monies})
    await store.lock_accounts(tx, set(accounts.values()))
    arrivals = await store.insert_tenders(tx, [_row(money, town, today, batch_id) for money, _ in monies])
    new = {money.payment_id: (money, cause) for money, cause in reversed(monies) if money.payment_id in arrivals.new}
    known = [
        (payment_id, accounts[money.account_number], cause)
        for payment_id, (money, cause) in reversed(new.items())
        if money.account_number in accounts
    ]
    await post(tx, known)
    return Recorded(arrivals, frozenset(new) - {payment_id for payment_id, _, _ in known})


async def post(tx: Transaction, payments: Sequence[tuple[UUID, UUID, Cause | None]]) -> None:
    """Number (payment, account, cause) within their locked accounts, and publish them."""
    if not payments:
        return
    numbers = await store.number_payments(tx, [(payment, account) for payment, account, _ in payments])
    tenders = {one.payment_id: one for one in await store.tenders(tx, list(numbers))}
    good = await _make_good(tx, [(tenders[payment], account) for payment, account, _ in payments])
    for payment, account, cause in payments:
        tx.publish(PAYMENT_RECEIVED, _event(tenders[payment], account, numbers[payment], good), cause)


async def _make_good(tx: Transaction, tenders: Sequence[tuple[Tender, UUID]]) -> set[UUID]:
    arrived = {one.pending_id: (account, one.account_number) for one, account in tenders if one.pending_id}
    return await make_good(tx, arrived)


async def clear_suspense(tx: Transaction, numbers: dict[str, UUID], cause: Cause | None = None) -> int:
    """Post money that waited for these accounts, now known by number; answers how much of it there was."""
    waiting = await store.suspense_of(tx, list(numbers))
    await store.lock_accounts(tx, {numbers[one.account_number] for one in waiting})
    await post(tx, [(one.payment_id, numbers[one.account_number], cause) for one in waiting])
    return len(waiting)


def _row(money: Money, town: Town[PaymentsPolicy], today: date, batch_id: UUID | None) -> dict[str, Any]:
    return {
        "payment_id": money.payment_id,
        "content_hash": money.content_hash,
        "source": money.source,
        "source_key": money.source_key,
        "batch_id": batch_id,
        "account_number": money.account_number,
        "state": SUSPENSE,
        "amount": money.amount,
        "channel": str(money.channel),
        "tender": str(money.tender),
        "purpose": str(money.purpose),
        "payer": money.payer,
        "effective_date": effective_date(money, town.policy, town.zone),
        "posting_date": today,
        "taken_at": money.taken_at,
        "pending_id": money.pending_id,
    }


def _event(tender: Tender, account_id: UUID, seq: int, made_good: set[UUID]) -> PaymentReceived:
    vendor = tender.source.removeprefix("vendor:") if tender.source.startswith("vendor:") else None
    return PaymentReceived(
        payment_id=tender.payment_id,
        account_id=account_id,
        payment_seq=seq,
        amount=tender.amount,
        purpose=Purpose(tender.purpose),
        payer=tender.payer,
        channel=Channel(tender.channel),
        tender=TenderKind(tender.tender),
        vendor=vendor,
        vendor_payment_id=tender.source_key if vendor else None,
        effective_date=tender.effective_date,
        posting_date=tender.posting_date,
        pending_id=tender.pending_id if tender.pending_id in made_good else None,
        business_date=tender.posting_date,
    )
