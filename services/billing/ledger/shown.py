"""What people and programs see of the ledger."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from contracts.base import Money


class ItemShown(BaseModel):
    """A charge and what is left of it."""

    item_id: UUID
    bill_id: UUID | None
    service: str
    kind: str
    billed_date: date
    due_date: date
    amount: Money
    remaining: Money
    reversed: bool


class TransferShown(BaseModel):
    """A movement of money within a fund. `source` says what it follows from."""

    business_date: date
    effective_date: date
    fund: str
    debit: str
    credit: str
    amount: Money
    service: str | None
    source_kind: str
    source_id: UUID
    item_id: UUID | None


class AllocationShown(BaseModel):
    """Which money paid which item; below zero where it was taken back."""

    business_date: date
    source_kind: str
    source_id: UUID
    item_id: UUID
    amount: Money


class CreditShown(BaseModel):
    """Money that no charge has used."""

    source_kind: str
    source_id: UUID
    since: date
    remaining: Money


class DepositShown(BaseModel):
    """Security money held."""

    service: str | None
    amount: Money
    paid_on: date


class AccountLedger(BaseModel):
    """Everything the ledger has of an account, oldest first."""

    account_id: UUID
    number: str
    owed: Money
    previous_balance: Money
    payments: Money
    adjustments: Money
    items: list[ItemShown]
    credits: list[CreditShown]
    allocations: list[AllocationShown]
    transfers: list[TransferShown]
    deposits: list[DepositShown]


class GlBalance(BaseModel):
    """An account of the general ledger with all that was posted to it."""

    fund: str
    code: str
    role: str
    name: str
    debit: Money
    credit: Money
    balance: Money


class FundTotal(BaseModel):
    """A fund's totals; its difference is zero."""

    fund: str
    debit: Money
    credit: Money
    difference: Money


class TrialBalance(BaseModel):
    """Every account by fund."""

    accounts: list[GlBalance]
    funds: list[FundTotal]


class JournalLine(BaseModel):
    """What a day posted to an account of the general ledger."""

    date: date
    fiscal_period: str
    fund: str
    code: str
    name: str
    debit: Money
    credit: Money


class AgedService(BaseModel):
    """What customers owe for a service, by how long it is past due."""

    service: str
    not_yet_due: Money
    days_1_to_30: Money
    days_31_to_60: Money
    days_61_to_90: Money
    over_90_days: Money
    total: Money


class Receivables(BaseModel):
    """The receivables aging: open items by service and age, and unused credit beside them."""

    as_of: date
    services: list[AgedService]
    total: Money
    credit: Money
    customer_balances: Money


class Check(BaseModel):
    """A law of the ledger, how many things break it, and a sentence about them."""

    name: str
    ok: bool
    wrong: int
    says: str


class Verdict(BaseModel):
    """Whether the books agree, law by law, and how much there is of everything."""

    ok: bool
    sentences: list[str]
    checks: list[Check]
    transfers: int
    accounts: int
    open_items: int
    payments: int
    bills: int
    receivables: Money
    credit: Money
    customer_balances: Money
    deposits: Money
