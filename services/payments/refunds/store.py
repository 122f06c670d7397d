"""Every query about refunds."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from chassis.bulk import Arrivals, Row, among, insert_new
from chassis.database import Transaction
from chassis.refusal import not_found
from services.payments.refunds.rules import APPROVED
from services.payments.refunds.tables import Refund, VoucherFile
from services.payments.tables import Account


async def insert(tx: Transaction, rows: Sequence[Row]) -> Arrivals:
    """Keep refunds that are new."""
    return await insert_new(tx, Refund, rows, "refund_id")


async def find(tx: Transaction, refund_id: UUID) -> Refund:
    """One refund, locked; refuses one that isn't there."""
    found = await tx.session.get(Refund, refund_id, with_for_update=True)
    if found is None:
        raise not_found("refund", refund_id)
    return found


async def listed(tx: Transaction, states: Collection[str], limit: int) -> Sequence[Refund]:
    """Refunds in these states, oldest first."""
    query = select(Refund).where(col(Refund.state).in_(states))
    return (await tx.session.exec(query.order_by(col(Refund.due_on), col(Refund.refund_id)).limit(limit))).all()


async def numbers(tx: Transaction, account_ids: Collection[UUID]) -> dict[UUID, str]:
    """Account numbers by id, of the accounts that are known."""
    query = select(Account.id, Account.number).where(among(col(Account.id), account_ids))
    return {one: number for one, number in (await tx.session.exec(query)).all() if number}


async def hold_vouchers(tx: Transaction) -> None:
    """Let voucher files be made one after the other: no refund stands in two."""
    await tx.execute(text("select pg_advisory_xact_lock(hashtext('voucher files'))"))


async def voucher_file(tx: Transaction, name: str) -> VoucherFile | None:
    """A voucher file, if it was made."""
    return await tx.session.get(VoucherFile, name)


async def without_voucher(tx: Transaction) -> Sequence[Refund]:
    """Approved refunds that stand in no voucher file yet, oldest first, locked."""
    query = select(Refund).where(Refund.state == APPROVED, col(Refund.voucher_file).is_(None))
    ordered = query.order_by(col(Refund.due_on), col(Refund.refund_id)).with_for_update()
    return (await tx.session.exec(ordered)).all()
