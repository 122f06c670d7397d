"""Keeping what others said, each fact once and each snapshot at its newest."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from chassis.arrays import array_literal
from chassis.bulk import Arrivals, Row, among, insert_new, keep_newest, lock
from chassis.database import Transaction
from chassis.refusal import not_found
from services.collections.facts.tables import Account, Balance, NoticeDelivery, Payment, PaymentReturn


async def lock_accounts(tx: Transaction, ids: Collection[UUID]) -> None:
    """One account's writers come one by one."""
    await lock(tx, Account, ids)


async def keep_accounts(tx: Transaction, rows: Sequence[Row]) -> frozenset[UUID]:
    """Keep the newest snapshot of each account; answers those that changed."""
    return await keep_newest(tx, Account, rows, "id")


async def keep_balances(tx: Transaction, rows: Sequence[Row]) -> frozenset[UUID]:
    """Keep the newest balance of each account; answers the accounts whose balance changed."""
    return await keep_newest(tx, Balance, rows, "account_id")


async def turned(tx: Transaction, day: date) -> bool:
    """Whether billing has said of every item that fell due before a day what became of it."""
    awaited = text("select exists (select 1 from balance where next_due < :day and as_of < :day)")
    return not (await tx.execute(awaited, {"day": day})).scalar_one()


async def keep_payments(tx: Transaction, rows: Sequence[Row]) -> Arrivals:
    """Note payments, each once."""
    return await insert_new(tx, Payment, rows, "payment_id")


async def keep_returns(tx: Transaction, rows: Sequence[Row]) -> Arrivals:
    """Note payments taken back, each once."""
    return await insert_new(tx, PaymentReturn, rows, "return_id")


async def keep_pendings(tx: Transaction, rows: Sequence[Row]) -> dict[UUID, bytes]:
    """Note money on its way, unless it was heard before that it came or failed; answers the content that stands."""
    found = await tx.execute(
        text(
            "insert into pending (pending_id, account_id, content_hash, expires)"
            " select * from unnest(cast(:ids as uuid[]), cast(:accounts as uuid[]), cast(:hashes as bytea[]),"
            " cast(:expires as date[])) on conflict (pending_id) do update set"
            " content_hash = coalesce(pending.content_hash, excluded.content_hash),"
            " expires = coalesce(pending.expires, excluded.expires) returning pending_id, content_hash"
        ),
        {
            "ids": array_literal([row["pending_id"] for row in rows]),
            "accounts": array_literal([row["account_id"] for row in rows]),
            "hashes": array_literal([row["content_hash"] for row in rows]),
            "expires": array_literal([row["expires"] for row in rows]),
        },
    )
    return {row.pending_id: bytes(row.content_hash) for row in found}


async def settle_pendings(tx: Transaction, pendings: Collection[tuple[UUID, UUID]]) -> None:
    """Money on its way came, or will not come; pairs of pending and account."""
    if not pendings:
        return
    await tx.execute(
        text(
            "insert into pending (pending_id, account_id, settled)"
            " select a, b, true from unnest(cast(:ids as uuid[]), cast(:accounts as uuid[])) as given(a, b)"
            " on conflict (pending_id) do update set settled = true"
        ),
        {
            "ids": array_literal([one for one, _ in pendings]),
            "accounts": array_literal([account for _, account in pendings]),
        },
    )


async def keep_sent(tx: Transaction, row: dict[str, Any]) -> None:
    """A notice left by a channel; a bounce that was heard of before stands."""
    await tx.execute(
        text(
            "insert into delivery (notice_id, channel, case_id, kind, person_id, sent_on)"
            " values (:notice_id, :channel, :case_id, :kind, :person_id, :sent_on)"
            " on conflict (notice_id, channel) do update set sent_on = coalesce(delivery.sent_on, excluded.sent_on)"
        ),
        row,
    )


async def keep_failed(tx: Transaction, row: dict[str, Any]) -> None:
    """A notice did not arrive by a channel."""
    await tx.execute(
        text(
            "insert into delivery (notice_id, channel, case_id, kind, person_id, failed, reason)"
            " values (:notice_id, :channel, :case_id, :kind, :person_id, true, :reason)"
            " on conflict (notice_id, channel) do update set failed = true, reason = excluded.reason"
        ),
        row,
    )


async def find_account(tx: Transaction, number: str) -> Account:
    """The account with this number; refuses one that isn't there."""
    account = (await tx.session.exec(select(Account).where(Account.number == number))).one_or_none()
    if account is None:
        raise not_found("account", number)
    return account


async def deliveries(tx: Transaction, case_ids: Collection[UUID]) -> list[NoticeDelivery]:
    """What became of the notices of cases."""
    query = select(NoticeDelivery).where(among(col(NoticeDelivery.case_id), case_ids))
    return list((await tx.session.exec(query)).all())
