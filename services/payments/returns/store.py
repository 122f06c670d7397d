"""Every query about returned payments."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from chassis.database import Transaction
from services.payments.returns.rules import OF_THE_BANK
from services.payments.returns.tables import PaymentReturn
from services.payments.tables import Account


async def find(tx: Transaction, payment_id: UUID) -> PaymentReturn | None:
    """The return of a payment, if it came back."""
    return await tx.session.get(PaymentReturn, payment_id)


async def days_of_the_banks(tx: Transaction, account_id: UUID) -> list[date]:
    """The days on which a bank took back payments of this account."""
    query = select(col(PaymentReturn.business_date)).where(
        PaymentReturn.account_id == account_id, col(PaymentReturn.kind).in_(OF_THE_BANK)
    )
    return list((await tx.session.exec(query)).all())


async def since(tx: Transaction, day: date) -> list[PaymentReturn]:
    """What came back on or after a business day, newest first."""
    query = select(PaymentReturn).where(PaymentReturn.business_date >= day)
    ordered = query.order_by(col(PaymentReturn.business_date).desc(), col(PaymentReturn.account_number))
    return list((await tx.session.exec(ordered)).all())


async def cash_only_accounts(tx: Transaction, numbers: Collection[str]) -> list[Account]:
    """Which of these accounts were told to pay without checks, whether or not that is over."""
    query = select(Account).where(col(Account.number).in_(numbers), col(Account.cash_only).is_(True))
    return list((await tx.session.exec(query)).all())
