"""Every query about money that was promised."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from chassis.bulk import among
from chassis.database import Transaction
from chassis.refusal import not_found
from services.payments.pending.rules import PENDING
from services.payments.pending.tables import Pending


async def kept(tx: Transaction, pending_ids: Collection[UUID]) -> dict[UUID, Pending]:
    """Promises by id, locked."""
    if not pending_ids:
        return {}
    query = select(Pending).where(among(col(Pending.pending_id), pending_ids)).order_by(col(Pending.pending_id))
    found = await tx.session.exec(query.with_for_update().execution_options(populate_existing=True))
    return {one.pending_id: one for one in found}


async def find(tx: Transaction, pending_id: UUID) -> Pending:
    """One promise, locked; refuses one that isn't there."""
    found = await tx.session.get(Pending, pending_id, with_for_update=True)
    if found is None:
        raise not_found("pending payment", pending_id)
    return found


async def came(tx: Transaction, payment_ids: Collection[UUID]) -> set[UUID]:
    """Which of these payments are there already."""
    rows = await tx.execute(
        text("select payment_id from tender where payment_id = any(:ids)"), {"ids": list(payment_ids)}
    )
    return set(rows.scalars())


async def without_account(tx: Transaction, numbers: Collection[str]) -> list[Pending]:
    """Promises that wait for one of these accounts to be known, locked."""
    query = select(Pending).where(
        col(Pending.account_number).in_(numbers), col(Pending.account_id).is_(None), Pending.state == PENDING
    )
    return list((await tx.session.exec(query.order_by(col(Pending.pending_id)).with_for_update())).all())


async def overdue(tx: Transaction, day: date) -> list[UUID]:
    """Promises whose last day is over."""
    query = select(Pending.pending_id).where(Pending.state == PENDING, Pending.expires < day)
    return list((await tx.session.exec(query.order_by(col(Pending.pending_id)))).all())


async def listed(tx: Transaction, state: str, limit: int) -> Sequence[Pending]:
    """Promises in a state, the ones that expire first before the others."""
    query = select(Pending).where(Pending.state == state).order_by(col(Pending.expires), col(Pending.pending_id))
    return (await tx.session.exec(query.limit(limit))).all()


async def live_of(tx: Transaction, account_id: UUID) -> Sequence[Pending]:
    """What is on its way to an account."""
    query = select(Pending).where(Pending.account_id == account_id, Pending.state == PENDING)
    return (await tx.session.exec(query.order_by(col(Pending.expires)))).all()


async def accounts_of(tx: Transaction, pending_ids: Collection[UUID]) -> set[UUID]:
    """The accounts that were promised this money."""
    query = select(Pending.account_id).where(among(col(Pending.pending_id), pending_ids))
    return {one for one in (await tx.session.exec(query)).all() if one is not None}
