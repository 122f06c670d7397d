"""Queries of holds."""

from datetime import date
from uuid import UUID

from sqlmodel import col, select

from chassis.database import Transaction
from chassis.refusal import not_found
from services.collections.facts.tables import Account
from services.collections.holds.tables import HoldRow


async def find_hold(tx: Transaction, hold_id: UUID) -> HoldRow:
    """One hold; refuses one that isn't there."""
    hold = await tx.session.get(HoldRow, hold_id)
    if hold is None:
        raise not_found("hold", hold_id)
    return hold


async def already_set(tx: Transaction, hold: HoldRow) -> HoldRow | None:
    """The same hold, if it stands already."""
    query = select(HoldRow).where(HoldRow.account_id == hold.account_id, HoldRow.kind == hold.kind)
    query = query.where(HoldRow.until == hold.until, HoldRow.why == hold.why, col(HoldRow.lifted).is_(None))
    return next((one for one in await tx.session.exec(query) if one.items == hold.items), None)


async def standing(tx: Transaction, day: date, until: date | None) -> list[tuple[HoldRow, str]]:
    """Holds that stand on a day, or that end by another, the next to end first."""
    query = select(HoldRow, Account.number).join(Account, col(Account.id) == col(HoldRow.account_id))
    query = query.where(col(HoldRow.lifted).is_(None))
    query = query.where((col(HoldRow.until) >= day) | col(HoldRow.until).is_(None))
    if until:
        query = query.where(col(HoldRow.until) <= until)
    query = query.order_by(col(HoldRow.until).nulls_last(), col(HoldRow.id))
    return [(hold, number or "") for hold, number in await tx.session.exec(query)]
