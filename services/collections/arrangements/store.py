"""Queries of arrangements."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from chassis.database import Transaction
from chassis.refusal import not_found
from services.collections.arrangements.tables import ArrangementRow
from services.collections.facts.tables import Account


async def find(tx: Transaction, arrangement_id: UUID) -> ArrangementRow:
    """One arrangement; refuses one that isn't there."""
    found = await tx.session.get(ArrangementRow, arrangement_id)
    if found is None:
        raise not_found("arrangement", arrangement_id)
    return found


async def at(tx: Transaction, state: str) -> Sequence[tuple[ArrangementRow, str]]:
    """Arrangements in a state with account numbers, the oldest first."""
    query = select(ArrangementRow, Account.number).join(Account, col(Account.id) == col(ArrangementRow.account_id))
    query = query.where(ArrangementRow.state == state).order_by(col(ArrangementRow.id))
    return [(row, number or "") for row, number in await tx.session.exec(query)]
