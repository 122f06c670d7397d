"""What is asked of payments that came back."""

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from chassis.database import Transaction


class Paid(NamedTuple):
    """A payment as it was posted. `returned_by` is the return that took it back."""

    payment_id: UUID
    account_id: UUID
    amount: Decimal
    purpose: str
    returned_by: UUID | None


_PAID = """
select p.payment_id, p.account_id, p.amount, p.purpose, r.return_id
from payment p left join payment_return r using (payment_id) where p.payment_id = any(%s)
"""
_HELD = "select deposit_id, amount - released from deposit where deposit_id = any(%s)"
_RELEASE = "update deposit set released = amount where deposit_id = any(%s)"


async def payments(tx: Transaction, payment_ids: Collection[UUID]) -> dict[UUID, Paid]:
    """Posted payments by their ids."""
    cursor = await (await tx.driver()).execute(_PAID, [list(payment_ids)])
    return {one.payment_id: one for one in map(Paid._make, await cursor.fetchall())}


async def deposits_held(tx: Transaction, deposit_ids: Collection[UUID]) -> dict[UUID, Decimal]:
    """What is still held of deposits."""
    cursor = await (await tx.driver()).execute(_HELD, [list(deposit_ids)])
    return dict(await cursor.fetchall())


async def release_deposits(tx: Transaction, deposit_ids: Collection[UUID]) -> None:
    """Nothing is held of these deposits any more."""
    await (await tx.driver()).execute(_RELEASE, [list(deposit_ids)])
