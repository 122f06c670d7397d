"""The list of a day, and stops that people set."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from chassis.database import Transaction
from chassis.refusal import not_found
from services.collections.facts.tables import Account
from services.collections.shutoffs.tables import ListRow, StopRow

_GATE = 7_301_552
"""Of the advisory lock between those who approve shutoffs and whoever stops them."""


async def pass_gate(tx: Transaction) -> None:
    """Approvals go on side by side, but none beside a stop: it must see each order that was given before it."""
    await tx.execute(text("select pg_advisory_xact_lock_shared(:gate)"), {"gate": _GATE})


async def close_gate(tx: Transaction) -> None:
    """Wait for approvals under way; later ones see the stop."""
    await tx.execute(text("select pg_advisory_xact_lock(:gate)"), {"gate": _GATE})


async def list_of(tx: Transaction, day: date) -> list[tuple[ListRow, str]]:
    """A day's list with account numbers, the largest first."""
    query = select(ListRow, Account.number).join(Account, col(Account.id) == col(ListRow.account_id))
    query = query.where(ListRow.day == day).order_by(col(ListRow.amount).desc(), col(ListRow.account_id))
    return [(row, number or "") for row, number in await tx.session.exec(query)]


async def stops(tx: Transaction, since: date) -> Sequence[StopRow]:
    """Stops that end on a day or later, the earliest first."""
    query = select(StopRow).where(col(StopRow.last) >= since).order_by(col(StopRow.first), col(StopRow.id))
    return (await tx.session.exec(query)).all()


async def find_stop(tx: Transaction, stop_id: UUID) -> StopRow:
    """One stop; refuses one that isn't there."""
    stop = await tx.session.get(StopRow, stop_id)
    if stop is None:
        raise not_found("stop", stop_id)
    return stop


async def about_to_be_shut_off(tx: Transaction) -> list[UUID]:
    """Accounts on a list, or with a disconnection that metering has not answered."""
    rows = await tx.execute(
        text(
            "select account_id from delinquency where listed_on is not null and closed is null"
            " union select account_id from service_order where kind = 'disconnect' and state = 'requested' order by 1"
        )
    )
    return list(rows.scalars())
