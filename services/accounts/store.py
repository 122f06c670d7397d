"""Every query of accounts."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlmodel import SQLModel, col, select

from chassis.bulk import Row, among, keep_newest, lock, table_of, upsert
from chassis.database import Transaction
from chassis.refusal import not_found
from contracts.accounts import ContactRole
from services.accounts.snapshots import Dossier
from services.accounts.tables import Account, Agreement, Balance, CollectionStatus, Person, Premise

T = TypeVar("T", bound=SQLModel)


async def keep_premises(tx: Transaction, rows: Sequence[Row]) -> None:
    """Insert premises, or bring them up to date."""
    await upsert(tx, Premise, rows, ["id"])


async def keep_people(tx: Transaction, rows: Sequence[Row]) -> None:
    """Insert people, or bring them up to date."""
    await upsert(tx, Person, rows, ["id"])


async def keep_accounts(tx: Transaction, rows: Sequence[Row]) -> None:
    """Insert accounts, or bring them up to date; their versions stay."""
    await upsert(tx, Account, rows, ["id"])


async def keep_agreements(tx: Transaction, rows: Sequence[Row]) -> None:
    """Insert agreements, or bring them up to date."""
    await upsert(tx, Agreement, rows, ["id"])


async def keep_balances(tx: Transaction, rows: Sequence[Row]) -> None:
    """Keep the newest balance of each account."""
    await keep_newest(tx, Balance, rows, "account_id")


async def keep_statuses(tx: Transaction, rows: Sequence[Row]) -> None:
    """Keep the newest collection status of each account."""
    await keep_newest(tx, CollectionStatus, rows, "account_id")


async def accounts_of(tx: Transaction, *, premises: Collection[UUID] = (), people: Collection[UUID] = ()) -> set[UUID]:
    """The accounts that speak of these premises or people."""
    rows = await tx.execute(
        text(
            "select id from account where premise_id = any(:premises) or responsible_id = any(:people)"
            " or co_responsible_id = any(:people) or owner_id = any(:people)"
        ),
        {"premises": list(premises), "people": list(people)},
    )
    return set(rows.scalars())


async def dossiers(tx: Transaction, account_ids: Collection[UUID]) -> list[Dossier]:
    """The accounts among these that can be told of: number, premise and responsible person are known. Locks them."""
    await lock(tx, Account, account_ids)
    accounts = await _by_id(tx, Account, account_ids)
    premises = await _by_id(tx, Premise, {one.premise_id for one in accounts.values() if one.premise_id})
    people = await _by_id(tx, Person, {one for account in accounts.values() for _, one in _roles(account)})
    agreements = await _agreements(tx, account_ids)
    return [
        Dossier(
            account,
            premises[account.premise_id],
            [(role, people[one]) for role, one in _roles(account) if one in people],
            agreements.get(account.id, []),
        )
        for account in accounts.values()
        if account.number and account.premise_id in premises and account.responsible_id in people
    ]


async def find(tx: Transaction, number: str) -> Account:
    """The account with this number; refuses one that isn't there."""
    account = (await tx.session.exec(select(Account).where(Account.number == number))).one_or_none()
    if account is None:
        raise not_found("account", number)
    return account


async def standing(tx: Transaction, account_id: UUID) -> tuple[Balance | None, CollectionStatus | None]:
    """What billing and collections last said of an account."""
    return await tx.session.get(Balance, account_id), await tx.session.get(CollectionStatus, account_id)


async def opened_since(tx: Transaction, since: date) -> list[Account]:
    """Accounts opened on or after a day, newest first."""
    query = select(Account).where(col(Account.opened) >= since, col(Account.number).is_not(None))
    return list((await tx.session.exec(query.order_by(col(Account.opened).desc(), col(Account.number)))).all())


async def agreements_of(tx: Transaction, account_ids: Collection[UUID]) -> dict[UUID, list[Agreement]]:
    """The agreements of accounts, by account."""
    return await _agreements(tx, account_ids)


async def incomplete(tx: Transaction) -> list[dict[str, Any]]:
    """Accounts that can't be told of yet, with what they lack."""
    rows = await tx.execute(
        text(
            "select a.id, a.number, a.number is null as lacks_account,"
            " not exists (select 1 from premise p where p.id = a.premise_id) as lacks_premise,"
            " not exists (select 1 from person p where p.id = a.responsible_id) as lacks_responsible_person"
            " from account a where a.version = 0 order by a.number limit 1000"
        )
    )
    return [dict(row) for row in rows.mappings()]


async def ids_after(tx: Transaction, after: UUID | None, limit: int) -> list[UUID]:
    """Ids of accounts that were told of, in order, after one."""
    query = select(Account.id).where(col(Account.version) > 0).order_by(col(Account.id)).limit(limit)
    if after is not None:
        query = query.where(col(Account.id) > after)
    return list((await tx.session.exec(query)).all())


async def _agreements(tx: Transaction, account_ids: Collection[UUID]) -> dict[UUID, list[Agreement]]:
    query = select(Agreement).where(among(col(Agreement.account_id), account_ids))
    found: dict[UUID, list[Agreement]] = {}
    for one in await tx.session.exec(query.order_by(col(Agreement.service), col(Agreement.start_date))):
        found.setdefault(one.account_id, []).append(one)
    return found


async def _by_id(tx: Transaction, model: type[T], ids: Collection[UUID]) -> dict[UUID, T]:
    table = table_of(model)
    found = await tx.session.exec(select(model).where(among(table.c.id, ids)))
    return {one.id: one for one in found}  # type: ignore[attr-defined]


def _roles(account: Account) -> list[tuple[ContactRole, UUID]]:
    roles = [
        (ContactRole.RESPONSIBLE, account.responsible_id),
        (ContactRole.CO_RESPONSIBLE, account.co_responsible_id),
        (ContactRole.OWNER, account.owner_id),
    ]
    return [(role, one) for role, one in roles if one is not None]


async def responsible_person(tx: Transaction, account: Account) -> Person:
    """Who answers for an account; refuses while they are not known."""
    person = await tx.session.get(Person, account.responsible_id) if account.responsible_id else None
    if person is None:
        raise not_found("responsible person of account", account.number)
    return person


async def count_served(tx: Transaction, day: date) -> int:
    """How many accounts are open on a day."""
    query = text("select count(*) from account where opened <= :day and (closed is null or closed > :day)")
    return int((await tx.execute(query, {"day": day})).scalar_one())
