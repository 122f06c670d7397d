"""The ledger's tables. `transfer`, `allocation` and `gl_account` are only ever appended to."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import DateTime, Numeric
from sqlmodel import Field

from services.billing.tables import Table

MONEY = Numeric(14, 2)


class GlAccount(Table, table=True):
    """An account of the general ledger that was posted to, and what it means to billing. Its role never changes."""

    __tablename__ = "gl_account"

    fund: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    role: str
    name: str


class Transfer(Table, table=True):
    """A movement of money within one fund: it debits one account and credits another, so it always balances.

    `group_id` holds together the movements of one posting. A correction is a new row with the sides swapped.
    """

    __tablename__ = "transfer"

    id: UUID = Field(primary_key=True)
    group_id: UUID
    account_id: UUID | None = None
    item_id: UUID | None = None
    debit: str
    credit: str
    fund: str
    service: str | None = None
    amount: Decimal = Field(sa_type=MONEY)
    effective_date: date
    fiscal_period: str
    source_kind: str
    source_id: UUID
    business_date: date
    posted_at: datetime = Field(sa_type=DateTime(timezone=True))


class OpenItem(Table, table=True):
    """A charge and what is left of it. `fund` and `receivable` are where it was charged, and where it is paid."""

    __tablename__ = "open_item"

    item_id: UUID = Field(primary_key=True)
    account_id: UUID
    bill_id: UUID | None = None
    service: str
    kind: str
    fund: str
    receivable: str
    billed_date: date
    due_date: date
    amount: Decimal = Field(sa_type=MONEY)
    remaining: Decimal = Field(sa_type=MONEY)
    reversed: bool = False


class Credit(Table, table=True):
    """Money of a customer that no charge has used: a liability of a fund, by where it came from."""

    __tablename__ = "credit"

    source_id: UUID = Field(primary_key=True)
    fund: str = Field(primary_key=True)
    source_kind: str
    account_id: UUID
    code: str
    since: date
    remaining: Decimal = Field(sa_type=MONEY)


class Allocation(Table, table=True):
    """Which money paid which item: recorded once. What is taken back is a row of its own, below zero."""

    __tablename__ = "allocation"

    id: UUID = Field(primary_key=True)
    account_id: UUID
    source_kind: str
    source_id: UUID
    item_id: UUID
    amount: Decimal = Field(sa_type=MONEY)
    business_date: date


class Payment(Table, table=True):
    """A payment that was posted; its key and content are the guard against posting it twice."""

    __tablename__ = "payment"

    payment_id: UUID = Field(primary_key=True)
    content_hash: bytes
    account_id: UUID
    payment_seq: int
    amount: Decimal = Field(sa_type=MONEY)
    purpose: str
    bill_id: UUID | None = None
    channel: str
    effective_date: date
    posting_date: date
    business_date: date


class BillPosting(Table, table=True):
    """That a bill was posted, once, and the statement it began with: what is put back if it is taken back."""

    __tablename__ = "bill_posting"

    bill_id: UUID = Field(primary_key=True)
    account_id: UUID
    bill_before: UUID | None = None
    previous_balance: Decimal = Field(sa_type=MONEY)
    payments: Decimal = Field(sa_type=MONEY)
    adjustments: Decimal = Field(sa_type=MONEY)
    amount_due: Decimal = Field(sa_type=MONEY)
    reversed_on: date | None = None


class Deposit(Table, table=True):
    """Security money held for a customer. `released` is what paid the customer's bills or went back."""

    __tablename__ = "deposit"

    deposit_id: UUID = Field(primary_key=True)
    content_hash: bytes
    account_id: UUID
    service: str | None = None
    fund: str
    code: str
    amount: Decimal = Field(sa_type=MONEY)
    paid_on: date
    source_kind: str
    released: Decimal = Field(default=Decimal(0), sa_type=MONEY)


class OpeningItem(Table, table=True):
    """A row of the old system's open items, as it was imported: the guard against importing it twice."""

    __tablename__ = "opening_item"

    item_id: UUID = Field(primary_key=True)
    content_hash: bytes
    account_id: UUID
    service: str
    kind: str
    amount: Decimal = Field(sa_type=MONEY)
    billed_date: date
    due_date: date
