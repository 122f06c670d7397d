"""An account's open book while it is posted to, and the journal that gathers what is to be written. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from services.billing.policy import BillingPolicy, Fund

ZERO = Decimal(0)


class LedgerError(ValueError):
    """What was asked for would make the books wrong; the sentence says what does not agree."""


class Gl(NamedTuple):
    """An account of the general ledger, in its fund."""

    fund: str
    code: str


class About(NamedTuple):
    """What a movement is about: a customer, and perhaps an item and a service."""

    account_id: UUID
    item_id: UUID | None = None
    service: str | None = None


@dataclass(slots=True)
class Item:
    """A charge and what is left of it."""

    item_id: UUID
    account_id: UUID
    bill_id: UUID | None
    service: str
    kind: str
    fund: str
    receivable: str
    billed_date: date
    due_date: date
    amount: Decimal
    remaining: Decimal
    reversed: bool = False

    @property
    def about(self) -> About:
        """What its movements say they are about."""
        return About(self.account_id, self.item_id, self.service)

    @property
    def owed_to(self) -> Gl:
        """Where it is receivable."""
        return Gl(self.fund, self.receivable)


@dataclass(slots=True)
class Credit:
    """Money that no charge has used, and where it came from."""

    source_id: UUID
    fund: str
    source_kind: str
    account_id: UUID
    code: str
    since: date
    remaining: Decimal

    @property
    def held_in(self) -> Gl:
        """The liability that it is."""
        return Gl(self.fund, self.code)


@dataclass(slots=True)
class Book:
    """Where an account stands: open items, unused credit, and the statement its next bill begins with."""

    account_id: UUID
    known: bool = True
    balance_version: int = 0
    announced_on: date | None = None
    payments_through: int = 0
    last_amount_due: Decimal = ZERO
    payments_since: Decimal = ZERO
    adjustments_since: Decimal = ZERO
    last_bill_id: UUID | None = None
    items: dict[UUID, Item] = field(default_factory=dict)
    credits: dict[tuple[UUID, str], Credit] = field(default_factory=dict)

    @property
    def charged(self) -> Decimal:
        """What is left of all its items."""
        return sum((item.remaining for item in self.items.values()), ZERO)

    @property
    def credit(self) -> Decimal:
        """What no item has used."""
        return sum((one.remaining for one in self.credits.values()), ZERO)

    @property
    def owed(self) -> Decimal:
        """Open items less credit; below zero when the town owes the customer."""
        return self.charged - self.credit

    @property
    def expected(self) -> Decimal:
        """What the statement says is owed; the same as `owed`, or the books are wrong."""
        return self.last_amount_due - self.payments_since + self.adjustments_since


class Source(NamedTuple):
    """Where a posting comes from. `group_id` holds its movements together; `period` is the fiscal one."""

    kind: str
    id: UUID
    group_id: UUID
    effective_date: date
    business_date: date
    period: str

    def of(self, kind: str, id: UUID) -> "Source":
        """The same posting, on account of something else: the payment whose credit a bill uses."""
        return self._replace(kind=kind, id=id)


class Movement(NamedTuple):
    """A row of `transfer`, its id apart."""

    group_id: UUID
    account_id: UUID | None
    item_id: UUID | None
    debit: str
    credit: str
    fund: str
    service: str | None
    amount: Decimal
    effective_date: date
    fiscal_period: str
    source_kind: str
    source_id: UUID
    business_date: date


class Allocated(NamedTuple):
    """A row of `allocation`, its id apart."""

    account_id: UUID
    source_kind: str
    source_id: UUID
    item_id: UUID
    amount: Decimal
    business_date: date


class FundAccounts(NamedTuple):
    """A fund's own accounts."""

    cash: Gl
    receivable: Gl
    customer_credit: Gl
    deposits: Gl
    conversion: Gl
    refunds_payable: Gl | None
    interest_expense: Gl | None


def _accounts_of(key: str, fund: Fund) -> FundAccounts:
    def own(code: str | None) -> Gl | None:
        return None if code is None else Gl(key, code)

    return FundAccounts(
        Gl(key, fund.cash),
        Gl(key, fund.receivable),
        Gl(key, fund.customer_credit),
        Gl(key, fund.deposits),
        Gl(key, fund.conversion),
        own(fund.refunds_payable),
        own(fund.interest_expense),
    )


class Chart:
    """The general ledger accounts of a town's policy."""

    def __init__(self, policy: BillingPolicy) -> None:
        self._names = {key: fund.name for key, fund in policy.ledger.funds.items()}
        self._funds = {key: _accounts_of(key, fund) for key, fund in policy.ledger.funds.items()}
        self._revenues = {name: Gl(own.fund, own.revenue) for name, own in policy.ledger.services.items()}
        self.order = policy.payment_order
        self.payments_fund = policy.ledger.payments_fund
        self.fiscal_year_starts = policy.fiscal_year_starts
        self.miscellaneous = Gl(self.payments_fund, policy.ledger.miscellaneous_revenue)

    def revenue(self, service: str) -> Gl:
        """Where a service's charges are earned. Raises LedgerError when the pack doesn't know the service."""
        if service not in self._revenues:
            raise LedgerError(
                f'The town pack has no accounts for the service "{service}": add it under billing.ledger.services.'
            )
        return self._revenues[service]

    def fund_of(self, service: str) -> str:
        """A service's fund. Raises LedgerError when the pack doesn't know the service."""
        return self.revenue(service).fund

    def of(self, fund: str) -> FundAccounts:
        """A fund's accounts. Raises LedgerError when the pack doesn't know the fund."""
        if fund not in self._funds:
            raise LedgerError(f"Fund {fund} was posted to and is no longer in the town pack: add it again.")
        return self._funds[fund]

    def accounts(self) -> Mapping[Gl, tuple[str, str]]:
        """Every account with its role and name."""
        known: dict[Gl, tuple[str, str]] = {}
        for key, accounts in self._funds.items():
            for role, account in accounts._asdict().items():
                if account is None:
                    continue
                known[account] = (role, f"{self._names[key]}: {role.replace('_', ' ')}")
        for service, account in self._revenues.items():
            known[account] = ("revenue", f"{service} revenue")
        known.setdefault(self.miscellaneous, ("miscellaneous", "miscellaneous revenue"))
        return known


@dataclass(slots=True)
class Journal:
    """What a batch of postings comes to: rows to append, and rows of items and credits that changed."""

    chart: Chart
    movements: list[Movement] = field(default_factory=list)
    allocations: list[Allocated] = field(default_factory=list)
    new_items: list[Item] = field(default_factory=list)
    changed_items: dict[UUID, Item] = field(default_factory=dict)
    changed_credits: dict[tuple[UUID, str], Credit] = field(default_factory=dict)

    def move(self, source: Source, debit: Gl, credit: Gl, amount: Decimal, about: About) -> None:
        """Move an amount above zero. From fund to fund it goes through the cash of both, so that each balances."""
        if debit.fund == credit.fund:
            self._append(source, debit, credit, amount, about)
            return
        self._append(source, self.chart.of(credit.fund).cash, credit, amount, about)
        self._append(source, debit, self.chart.of(debit.fund).cash, amount, about)

    def _append(self, source: Source, debit: Gl, credit: Gl, amount: Decimal, about: About) -> None:
        self.movements.append(
            Movement(
                source.group_id,
                about.account_id,
                about.item_id,
                debit.code,
                credit.code,
                debit.fund,
                about.service,
                amount,
                source.effective_date,
                source.period,
                source.kind,
                source.id,
                source.business_date,
            )
        )

    def open(self, book: Book, item: Item) -> None:
        """Add a new item to a book."""
        book.items[item.item_id] = item
        self.new_items.append(item)

    def leave(self, item: Item, remaining: Decimal) -> None:
        """Set what is left of an item."""
        item.remaining = remaining
        self.changed_items[item.item_id] = item

    def keep_credit(self, credit: Credit, remaining: Decimal) -> None:
        """Set what is left of a credit."""
        credit.remaining = remaining
        self.changed_credits[credit.source_id, credit.fund] = credit


def fiscal_period(day: date, year_starts: int) -> str:
    """The fiscal year and month of a day, as "2023-02"; a year is named for the calendar year it ends in."""
    year = day.year + 1 if year_starts > 1 and day.month >= year_starts else day.year
    return f"{year:04d}-{(day.month - year_starts) % 12 + 1:02d}"
