"""Promises of money: kept once by source and key, told to the others while they hold, and released once.

The accounts of all of them are locked by the caller, as for money itself.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.days import today
from chassis.received import Received
from chassis.town import Town
from contracts.payments import Channel, Outcome, PaymentFailed, PaymentPending
from contracts.topics import PAYMENT_FAILED, PAYMENT_PENDING
from services.payments import store
from services.payments.pending import rules
from services.payments.pending import store as promises
from services.payments.pending.rules import EXPIRED, FAILED, PENDING, RECEIVED, Judgment
from services.payments.pending.tables import Pending
from services.payments.policy import PaymentsPolicy
from services.payments.taking import Money

Cause = Received[Any]
Said = tuple[Money, Cause | None]


async def promise(tx: Transaction, town: Town[PaymentsPolicy], day: date, said: Sequence[Said]) -> list[Judgment]:
    """Keep what is newly promised and tell the others; a judgment for each, in order."""
    accounts = await store.known_accounts(tx, {money.account_number for money, _ in said})
    kept = await promises.kept(tx, {money.pending_id for money, _ in said})
    came = await promises.came(tx, {money.payment_id for money, _ in said})
    expires = town.calendar.after(day, town.policy.pending_days)
    judgments = []
    for money, cause in said:
        before = kept.get(money.pending_id)
        same = before is not None and before.content_hash == money.content_hash
        judgment = rules.judge_promise(
            money.source_key, before.state if before else None, same, money.payment_id in came
        )
        if judgment[0] == Outcome.ACCEPTED:
            row = _row(money, accounts.get(money.account_number), expires, PENDING, day)
            judgment = _begin(tx, row, cause)
            kept[money.pending_id] = row
        judgments.append(judgment)
    return judgments


def _begin(tx: Transaction, row: Pending, cause: Cause | None) -> Judgment:
    tx.session.add(row)
    if row.account_id is None:
        return Outcome.SUSPENSE, rules.held_for_nobody(row.account_number)
    _tell_pending(tx, row, row.account_id, cause)
    return Outcome.ACCEPTED, rules.held(row.expires)


async def fail(tx: Transaction, day: date, said: Sequence[Said]) -> list[Judgment]:
    """Release what won't come after all; what was never promised is kept, in case the promise is only late."""
    kept = await promises.kept(tx, {money.pending_id for money, _ in said})
    came = await promises.came(tx, {money.payment_id for money, _ in said})
    judgments = []
    for money, cause in said:
        before = kept.get(money.pending_id)
        judgment = rules.judge_failure(money.source_key, before.state if before else None, money.payment_id in came)
        if judgment[0] == Outcome.ACCEPTED:
            kept[money.pending_id] = _broken(tx, before, money, day, cause)
        judgments.append(judgment)
    return judgments


def _broken(tx: Transaction, before: Pending | None, money: Money, day: date, cause: Cause | None) -> Pending:
    if before is None:
        before = _row(money, None, day, FAILED, day)
        tx.session.add(before)
    release(tx, before, FAILED, "The payment failed, its vendor says.", day, cause)
    return before


def release(tx: Transaction, one: Pending, state: str, reason: str, day: date, cause: Cause | None = None) -> None:
    """End a promise with no money; who was told that it holds is told that it doesn't."""
    if one.state == PENDING and one.account_id is not None:
        told = PaymentFailed(pending_id=one.pending_id, account_id=one.account_id, reason=reason, business_date=day)
        tx.publish(PAYMENT_FAILED, told, cause)
    one.state, one.reason = state, reason


async def make_good(tx: Transaction, arrived: dict[UUID, tuple[UUID, str]]) -> set[UUID]:
    """Money came: (account, its number) by the promise it may make good. Answers the promises that it did make good.

    A promise that was given up is made good too: money is money. One that was for another account is released.
    """
    good = set()
    for one in (await promises.kept(tx, arrived.keys())).values():
        account, number = arrived[one.pending_id]
        if one.account_id in (None, account):
            one.state, one.reason = RECEIVED, ""
            good.add(one.pending_id)
        else:
            release(tx, one, RECEIVED, rules.went_elsewhere(number), await today(tx))
    return good


async def announce_known(tx: Transaction, numbers: dict[str, UUID]) -> None:
    """Accounts became known: what was promised to them holds now."""
    for one in await promises.without_account(tx, list(numbers)):
        one.account_id = numbers[one.account_number]
        _tell_pending(tx, one, one.account_id, None)


async def expire(tx: Transaction, day: date, pending_ids: Collection[UUID]) -> list[Pending]:
    """Release those of these promises that are still waited for after their last day."""
    promised = await promises.accounts_of(tx, pending_ids)
    await store.lock_accounts(tx, promised)
    over = [one for one in (await promises.kept(tx, pending_ids)).values() if one.state == PENDING]
    for one in over:
        release(tx, one, EXPIRED, rules.expired(one.expires), day)
    return over


def _tell_pending(tx: Transaction, one: Pending, account_id: UUID, cause: Cause | None) -> None:
    vendor = one.source.removeprefix("vendor:") if one.source.startswith("vendor:") else None
    told = PaymentPending(
        pending_id=one.pending_id,
        account_id=account_id,
        amount=one.amount,
        channel=Channel(one.channel),
        vendor=vendor,
        vendor_payment_id=one.source_key if vendor else None,
        expires=one.expires,
        business_date=one.business_date,
    )
    tx.publish(PAYMENT_PENDING, told, cause)


def _row(money: Money, account_id: UUID | None, expires: date, state: str, day: date) -> Pending:
    return Pending(
        pending_id=money.pending_id,
        content_hash=money.content_hash,
        source=money.source,
        source_key=money.source_key,
        account_number=money.account_number,
        account_id=account_id,
        amount=money.amount,
        channel=str(money.channel),
        expires=expires,
        state=state,
        business_date=day,
    )
