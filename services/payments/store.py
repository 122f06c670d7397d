"""Every query of payments."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from chassis.bulk import Arrivals, Row, insert_new, keep_newest, lock
from chassis.database import Transaction
from chassis.refusal import not_found
from services.payments.tables import Account, Balance, Batch, IntakeOutcome, Tender
from services.payments.taking import POSTED, SUSPENSE


async def keep_accounts(tx: Transaction, rows: Sequence[Row]) -> frozenset[UUID]:
    """Keep the newest snapshot of each account; answers those that changed."""
    return await keep_newest(tx, Account, rows, "id")


async def keep_balances(tx: Transaction, rows: Sequence[Row]) -> None:
    """Keep the newest balance of each account."""
    await keep_newest(tx, Balance, rows, "account_id")


async def account_ids(tx: Transaction, numbers: Collection[str]) -> dict[str, UUID]:
    """The accounts that have these numbers."""
    rows = await tx.execute(
        text("select number, id from account where number = any(:numbers)"), {"numbers": sorted(numbers)}
    )
    return {row.number: row.id for row in rows}


async def hold_unknown(tx: Transaction) -> None:
    """Let accounts become known, and money go into suspense for want of one, one after the other.

    Otherwise each could miss the other: the account is not known yet, the money not in suspense yet.
    """
    await tx.execute(text("select pg_advisory_xact_lock(hashtext('accounts not known'))"))


async def known_accounts(tx: Transaction, numbers: Collection[str]) -> dict[str, UUID]:
    """The accounts that have these numbers. If one has none, nobody can become known until this transaction ends."""
    known = await account_ids(tx, numbers)
    if known.keys() == set(numbers):
        return known
    await hold_unknown(tx)
    return await account_ids(tx, numbers)


async def hold_days(tx: Transaction) -> None:
    """Let a business day begin, and messages wait for it, one after the other."""
    await tx.execute(text("select pg_advisory_xact_lock(hashtext('business day'))"))


async def lock_accounts(tx: Transaction, ids: Collection[UUID]) -> None:
    """Let no one else number payments of these accounts until this transaction ends."""
    await lock(tx, Account, ids)


async def insert_tenders(tx: Transaction, rows: Sequence[Row]) -> Arrivals:
    """Keep tenders that are new."""
    return await insert_new(tx, Tender, rows, "payment_id")


async def insert_outcomes(tx: Transaction, rows: Sequence[Row]) -> Arrivals:
    """Keep answers to messages that were not answered before."""
    return await insert_new(tx, IntakeOutcome, rows, "outcome_id")


async def answered(tx: Transaction, outcome_ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Which of these messages were answered already, with outcome and reason: deliveries of the same message."""
    rows = await tx.execute(
        text("select outcome_id, outcome, reason from intake_outcome where outcome_id = any(:ids)"),
        {"ids": list(outcome_ids)},
    )
    return {row.outcome_id: (row.outcome, row.reason) for row in rows}


async def number_payments(tx: Transaction, payments: Sequence[tuple[UUID, UUID]]) -> dict[UUID, int]:
    """Give (payment, account) pairs the next numbers of their accounts, in order, and mark them posted.

    The accounts are locked, and numbers and tenders commit together: so an account's numbers have no gap.
    """
    last = await _raise_last_seq(tx, Counter(account for _, account in payments))
    numbers: dict[UUID, int] = {}
    for payment, account in reversed(payments):
        numbers[payment] = last[account]
        last[account] -= 1
    await tx.execute(
        text(
            "update tender set state = :posted, account_id = n.account_id, payment_seq = n.seq from"
            " unnest(cast(:ids as uuid[]), cast(:accounts as uuid[]), cast(:seqs as int[])) as n(id, account_id, seq)"
            " where payment_id = n.id"
        ),
        {
            "posted": POSTED,
            "ids": [payment for payment, _ in payments],
            "accounts": [account for _, account in payments],
            "seqs": [numbers[payment] for payment, _ in payments],
        },
    )
    return numbers


async def _raise_last_seq(tx: Transaction, counts: Counter[UUID]) -> dict[UUID, int]:
    rows = await tx.execute(
        text(
            "update account a set last_seq = last_seq + n.payments"
            " from unnest(cast(:ids as uuid[]), cast(:counts as int[])) as n(id, payments)"
            " where a.id = n.id returning a.id, a.last_seq"
        ),
        {"ids": list(counts), "counts": list(counts.values())},
    )
    return {row.id: row.last_seq for row in rows}


async def tenders(tx: Transaction, payment_ids: Collection[UUID]) -> list[Tender]:
    """Tenders by id."""
    return list((await tx.session.exec(select(Tender).where(col(Tender.payment_id).in_(payment_ids)))).all())


async def suspense_of(tx: Transaction, numbers: Collection[str]) -> list[Tender]:
    """Money in suspense that names one of these account numbers, oldest first, locked against being assigned."""
    query = select(Tender).where(col(Tender.account_number).in_(numbers), Tender.state == SUSPENSE)
    return list((await tx.session.exec(query.order_by(col(Tender.taken_at)).with_for_update())).all())


async def suspense(tx: Transaction) -> list[Tender]:
    """All money whose account is not known, oldest first."""
    query = select(Tender).where(Tender.state == SUSPENSE)
    query = query.order_by(col(Tender.taken_at), col(Tender.payment_id))
    return list((await tx.session.exec(query)).all())


async def find_tender(tx: Transaction, payment_id: UUID) -> Tender:
    """One tender, locked; refuses one that isn't there."""
    tender = await tx.session.get(Tender, payment_id, with_for_update=True)
    if tender is None:
        raise not_found("payment", payment_id)
    return tender


async def find_account(tx: Transaction, number: str) -> Account:
    """The account with this number; refuses one that isn't there."""
    account = (await tx.session.exec(select(Account).where(Account.number == number))).one_or_none()
    if account is None:
        raise not_found("account", number)
    return account


async def account(tx: Transaction, account_id: UUID) -> Account:
    """An account that is known to be there."""
    return await tx.session.get_one(Account, account_id)


async def account_of_payment(tx: Transaction, payment_id: UUID) -> UUID | None:
    """The account a payment was posted to, if it was."""
    query = select(Tender.account_id).where(Tender.payment_id == payment_id)
    return (await tx.session.exec(query)).one_or_none()


async def payments_of(tx: Transaction, account_id: UUID) -> list[Tender]:
    """An account's payments, in the order of their numbers."""
    query = select(Tender).where(Tender.account_id == account_id).order_by(col(Tender.payment_seq))
    return list((await tx.session.exec(query)).all())


async def balance_of(tx: Transaction, account_id: UUID) -> Balance | None:
    """What billing last said of an account."""
    return await tx.session.get(Balance, account_id)


async def outcomes_of(tx: Transaction, vendor: str, outcome: str | None, limit: int) -> list[IntakeOutcome]:
    """What a vendor was told, all or one kind."""
    query = select(IntakeOutcome).where(IntakeOutcome.vendor == vendor).limit(limit)
    if outcome:
        query = query.where(IntakeOutcome.outcome == outcome)
    return list((await tx.session.exec(query.order_by(col(IntakeOutcome.message)))).all())


async def find_batch(tx: Transaction, batch_id: UUID) -> Batch | None:
    """A batch, if it was posted."""
    return await tx.session.get(Batch, batch_id)


async def cash_report(tx: Transaction, day: date) -> list[dict[str, Any]]:
    """The day's money by source, channel, tender and state."""
    rows = await tx.execute(
        text(
            "select source, channel, tender, state, count(*) as tenders, sum(amount) as amount from tender"
            " where posting_date = :day group by source, channel, tender, state order by 1, 2, 3, 4"
        ),
        {"day": day},
    )
    return [dict(row) for row in rows.mappings()]


async def outcome_of(tx: Transaction, outcome_id: UUID) -> IntakeOutcome:
    """What a vendor was told about one message; refuses one that was never answered."""
    found = await tx.session.get(IntakeOutcome, outcome_id)
    if found is None:
        raise not_found("answer", outcome_id)
    return found
