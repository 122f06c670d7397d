"""Every query of collections."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, or_, select

from chassis.bulk import Arrivals, Row, among, insert_new, keep_newest, lock
from chassis.database import Transaction
from chassis.refusal import not_found
from services.collections.rules import Standing
from services.collections.tables import Account, Balance, Case, Hold, Payment


async def lock_accounts(tx: Transaction, ids: Collection[UUID]) -> None:
    """One account's writers come one by one."""
    await lock(tx, Account, ids)


async def keep_accounts(tx: Transaction, rows: Sequence[Row]) -> None:
    """Keep the newest snapshot of each account."""
    await keep_newest(tx, Account, rows, "id")


async def keep_balances(tx: Transaction, rows: Sequence[Row]) -> frozenset[UUID]:
    """Keep the newest balance of each account; answers the accounts whose balance changed."""
    return await keep_newest(tx, Balance, rows, "account_id")


async def keep_payments(tx: Transaction, rows: Sequence[Row]) -> Arrivals:
    """Note payments, each once."""
    return await insert_new(tx, Payment, rows, "payment_id")


async def late_accounts(tx: Transaction, day: date, after_days: int, minimum: Decimal) -> list[UUID]:
    """Accounts late enough for a reminder that have no open case; the rule looks at each again."""
    rows = await tx.execute(
        text(
            "select account_id from balance b where past_due >= :minimum and oldest_due <= :limit and not exists"
            " (select 1 from delinquency d where d.account_id = b.account_id and d.closed is null) order by account_id"
        ),
        {"minimum": minimum, "limit": day - timedelta(days=after_days)},
    )
    return list(rows.scalars())


async def standings(tx: Transaction, ids: Collection[UUID], day: date) -> dict[UUID, Standing]:
    """How accounts stand that billing has spoken of; they are locked by the caller."""
    balances = (await tx.session.exec(select(Balance).where(among(col(Balance.account_id), ids)))).all()
    last = await _last_payments(tx, ids)
    holds = await holds_in_force(tx, ids, day)
    return {
        one.account_id: Standing(
            past_due=one.past_due,
            oldest_due=one.oldest_due,
            payments_through=one.payments_through,
            last_payment_seq=last.get(one.account_id, 0),
            holds=[hold.kind for hold in holds.get(one.account_id, [])],
        )
        for one in balances
    }


async def _last_payments(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, int]:
    rows = await tx.execute(
        text(
            "select account_id, max(payment_seq) as seq from payment where account_id = any(:ids) group by account_id"
        ),
        {"ids": list(ids)},
    )
    return {row.account_id: row.seq for row in rows}


async def holds_in_force(tx: Transaction, ids: Collection[UUID], day: date) -> dict[UUID, list[Hold]]:
    """Holds that stand on a day, by account."""
    query = select(Hold).where(
        among(col(Hold.account_id), ids),
        col(Hold.lifted).is_(None),
        or_(col(Hold.until).is_(None), col(Hold.until) >= day),
    )
    found: dict[UUID, list[Hold]] = {}
    for one in await tx.session.exec(query):
        found.setdefault(one.account_id, []).append(one)
    return found


async def open_cases(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, Case]:
    """The open case of each account that has one."""
    query = select(Case).where(among(col(Case.account_id), ids), col(Case.closed).is_(None))
    return {one.account_id: one for one in await tx.session.exec(query)}


async def cases_at(tx: Transaction, step: str) -> list[tuple[Case, str]]:
    """Open cases at a step with their account numbers, the largest first."""
    query = select(Case, Account.number).join(Account, col(Account.id) == col(Case.account_id))
    query = query.where(Case.step == step, col(Case.closed).is_(None)).order_by(col(Case.amount).desc(), col(Case.id))
    return [(case, number or "") for case, number in await tx.session.exec(query)]


async def balances(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, Balance]:
    """What billing last said of accounts."""
    found = await tx.session.exec(select(Balance).where(among(col(Balance.account_id), ids)))
    return {one.account_id: one for one in found}


async def cases_by_id(tx: Transaction, ids: Collection[UUID]) -> list[Case]:
    """Cases by their ids."""
    return list((await tx.session.exec(select(Case).where(among(col(Case.id), ids)))).all())


async def find_account(tx: Transaction, number: str) -> Account:
    """The account with this number; refuses one that isn't there."""
    account = (await tx.session.exec(select(Account).where(Account.number == number))).one_or_none()
    if account is None:
        raise not_found("account", number)
    return account


async def next_status_version(tx: Transaction, account_id: UUID) -> int:
    """Count one more status told of a locked account."""
    account = await tx.session.get_one(Account, account_id)
    account.status_version += 1
    return account.status_version


async def find_hold(tx: Transaction, hold_id: UUID) -> Hold:
    """One hold; refuses one that isn't there."""
    hold = await tx.session.get(Hold, hold_id)
    if hold is None:
        raise not_found("hold", hold_id)
    return hold


async def cases_of(tx: Transaction, account_id: UUID) -> list[Case]:
    """An account's cases, the newest first."""
    query = select(Case).where(Case.account_id == account_id).order_by(col(Case.opened).desc())
    return list((await tx.session.exec(query)).all())


async def cases_after(tx: Transaction, after: UUID | None, limit: int) -> list[Case]:
    """Newest case of each account that was told of, in account order, after one account."""
    rows = await tx.execute(
        text(
            "select distinct on (account_id) id from delinquency where version > 0"
            " and (cast(:after as uuid) is null or account_id > :after) order by account_id, version desc limit :limit"
        ),
        {"after": after, "limit": limit},
    )
    return sorted(await cases_by_id(tx, list(rows.scalars())), key=lambda one: one.account_id)
