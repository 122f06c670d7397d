"""Lists of cases, and an account's history."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from chassis.arrays import array_literal
from chassis.database import Transaction
from services.collections.cases.tables import CaseRow, History
from services.collections.facts.tables import Account


async def accounts_to_look_at(tx: Transaction) -> list[UUID]:
    """Accounts with something past due, an open case or an arrangement, and those whose holds may end."""
    rows = await tx.execute(
        text(
            "select account_id from balance where past_due > 0"
            " union select account_id from delinquency where closed is null"
            " union select account_id from arrangement where state = 'kept'"
            " union select id from account where told is not null and told->>'holds' <> '[]' order by 1"
        )
    )
    return list(rows.scalars())


async def concerned(tx: Transaction, ids: Collection[UUID]) -> list[UUID]:
    """Of some accounts, those with a case that is open or may go on, or with a hold or an arrangement told of."""
    rows = await tx.execute(
        text(
            "select account_id from delinquency where account_id = any(cast(:ids as uuid[]))"
            " and (closed is null or returned) union"
            " select id from account where id = any(cast(:ids as uuid[])) and told is not null"
            " and (told->>'holds' <> '[]' or told->>'arrangement' is not null)"
        ),
        {"ids": array_literal(ids)},
    )
    return list(rows.scalars())


async def proposed(tx: Transaction, step: str) -> list[tuple[CaseRow, str]]:
    """Cases whose step waits for a person, with their account numbers, the largest first."""
    return await _listed(tx, col(CaseRow.proposed) == step, col(CaseRow.closed).is_(None))


async def at_step(tx: Transaction, step: str) -> list[tuple[CaseRow, str]]:
    """Open cases at a step, the largest first."""
    return await _listed(tx, col(CaseRow.step) == step, col(CaseRow.closed).is_(None))


async def off(tx: Transaction) -> list[tuple[CaseRow, str]]:
    """Accounts whose water is off, the longest first."""
    found = await _listed(tx, col(CaseRow.off_since).is_not(None))
    return sorted(found, key=lambda pair: (pair[0].off_since, pair[1]))


async def unserved(tx: Transaction) -> list[tuple[CaseRow, str]]:
    """Open cases whose shutoff notice has not been served: nobody there can be shut off."""
    no_service = text(
        "not exists (select 1 from delivery n where n.case_id = delinquency.id and n.kind = 'shutoff_notice'"
        " and n.sent_on is not null and not n.failed)"
    )
    return await _listed(tx, col(CaseRow.letter) == "shutoff_notice", col(CaseRow.closed).is_(None), no_service)


async def _listed(tx: Transaction, *conditions: Any) -> list[tuple[CaseRow, str]]:
    query = select(CaseRow, Account.number).join(Account, col(Account.id) == col(CaseRow.account_id))
    query = query.where(*conditions).order_by(col(CaseRow.amount).desc(), col(CaseRow.id))
    return [(case, number or "") for case, number in await tx.session.exec(query)]


async def cases_of(tx: Transaction, account_id: UUID) -> list[CaseRow]:
    """An account's cases, the newest first."""
    query = select(CaseRow).where(CaseRow.account_id == account_id)
    query = query.order_by(col(CaseRow.closed).is_not(None), col(CaseRow.opened).desc(), col(CaseRow.id))
    return list((await tx.session.exec(query)).all())


async def history_of(tx: Transaction, account_id: UUID) -> Sequence[History]:
    """Everything that happened to an account, the oldest first."""
    query = select(History).where(History.account_id == account_id).order_by(col(History.id))
    return (await tx.session.exec(query)).all()


async def told_after(tx: Transaction, after: UUID | None, limit: int) -> list[tuple[UUID, dict[str, Any]]]:
    """The status last told of the next accounts, in account order."""
    rows = await tx.execute(
        text(
            "select id, told from account where told is not null"
            " and (cast(:after as uuid) is null or id > :after) order by id limit :limit"
        ),
        {"after": after, "limit": limit},
    )
    return [(row.id, row.told) for row in rows]


async def case_of_order(tx: Transaction, order_id: UUID) -> UUID | None:
    """The case an order belongs to; None for one that is not of collections."""
    found: UUID | None = (
        await tx.execute(text("select case_id from service_order where id = :id"), {"id": order_id})
    ).scalar_one_or_none()
    return found
