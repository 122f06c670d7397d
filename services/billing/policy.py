"""The `billing` section of a town's pack: when bills are due, what a payment pays first, where money is posted."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.located_yaml import read
from chassis.town import FILE, Section
from chassis.townpack import Bundle, Mistake
from services.billing.late.policy import LateCharge


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,29}$")]
"""A fund or an account of the general ledger, as the town's finance office writes it."""

Service = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class PaymentOrder(_Section):
    """Which open items a payment pays first. Services that are not listed come after those that are."""

    first: Literal["oldest", "service"]
    """`oldest`: by due date, then by service. `service`: by service, then by due date."""
    services: tuple[Service, ...] = ()


class Fund(_Section):
    """A fund's own accounts. Every movement of money balances within its fund."""

    name: Title
    cash: Code
    """Cash clearing: what payments bring in, and what one fund owes another until the bank accounts are settled."""
    receivable: Code
    customer_credit: Code
    """A liability: money of customers that no charge has used yet."""
    deposits: Code
    """A liability: what customers left as security."""
    conversion: Code
    """What balances the opening items and deposits of the old system."""
    refunds_payable: Code | None = None
    """A liability: credit that is on its way back to customers. Asked for where `finals` is."""
    interest_expense: Code | None = None
    """What interest on deposits costs. Asked for where `finals.deposit_interest` is."""


FUND_ACCOUNTS = tuple(name for name in Fund.model_fields if name != "name")
"""The accounts that every fund has, and those it may have."""


class ServiceAccounts(_Section):
    """Where a service's charges go."""

    fund: Code
    revenue: Code


class Ledger(_Section):
    """The part of the general ledger that billing posts to."""

    funds: dict[Code, Fund]
    services: dict[Service, ServiceAccounts]
    payments_fund: Code
    """The fund that holds money which belongs to no service yet: surplus, and deposits taken at the counter."""
    miscellaneous_revenue: Code
    """In the payments fund: money taken for something that is not on a utility bill."""

    @model_validator(mode="after")
    def _funds_are_there(self) -> Self:
        named = {f"services.{name}": service.fund for name, service in self.services.items()}
        named["payments_fund"] = self.payments_fund
        for where, fund in named.items():
            if fund not in self.funds:
                raise ValueError(f'{where} names fund "{fund}", which is not under `funds`. Add it there.')
        return self

    @model_validator(mode="after")
    def _one_meaning_per_account(self) -> Self:
        meanings: dict[tuple[str, str], str] = {}
        for fund, code, meaning in self._meanings():
            known = meanings.setdefault((fund, code), meaning)
            if known != meaning:
                raise ValueError(
                    f'In fund {fund}, account "{code}" is both {known} and {meaning}. Give each its own account.'
                )
        return self

    def _meanings(self) -> list[tuple[str, str, str]]:
        own = [
            (key, getattr(fund, field), field)
            for key, fund in self.funds.items()
            for field in FUND_ACCOUNTS
            if getattr(fund, field) is not None
        ]
        revenue = [(service.fund, service.revenue, "revenue") for service in self.services.values()]
        return [*own, *revenue, (self.payments_fund, self.miscellaneous_revenue, "miscellaneous revenue")]


class Finals(_Section):
    """Final bills: made in the day's run once an account has ended and its meters are read through its end."""

    approve: bool = False
    """Whether a person approves each final bill; else the day's run issues it."""
    credit_to: Literal["refund", "other_accounts"] = "refund"
    """Where credit goes that is left over: back, or first to what the customer owes on other accounts."""
    refund_minimum: Annotated[Decimal, Field(ge=0, decimal_places=2)] = Decimal(0)
    """Dollars; less than this stays as credit and is listed, for the state's unclaimed property."""
    deposit_interest: Annotated[Decimal, Field(ge=0, le=1)] | None = None
    """Simple interest a year on deposits: "0.02" is two percent."""
    read_within_days: Annotated[int, Field(ge=0, le=14)] = 3
    """A final read so many days from the end of the service counts as taken on it."""


class BillingPolicy(_Section):
    """The whole section."""

    cycles: tuple[Title, ...]
    """Groups of accounts that are billed together."""
    due_days: Annotated[int, Field(ge=1, le=90)]
    """A bill is due so many days after its bill date, and past due the day after that."""
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)]
    """The month with which the town's fiscal year begins; the year is named for the one it ends in."""
    payment_order: PaymentOrder
    ledger: Ledger
    finals: Finals | None = None
    """Without it, an account that has ended is billed by its cycle's run like any other."""

    late_charge: LateCharge | None = None
    """Without it, nothing is charged for paying late."""
    mailed_before_due: Annotated[int, Field(ge=1, le=60)] | None = None
    """A bill mailed fewer days before its due date is due so many days after it was mailed."""

    @model_validator(mode="after")
    def _late_charges_are_posted(self) -> Self:
        named = {self.late_charge.earns, *self.late_charge.services} if self.late_charge else set()
        for service in sorted(named - self.ledger.services.keys()):
            raise ValueError(
                f'late_charge names the service "{service}", which is not under `ledger.services`. Add it there.'
            )
        return self

    @model_validator(mode="after")
    def _finals_have_accounts(self) -> Self:
        needed = ["refunds_payable"] if self.finals else []
        needed += ["interest_expense"] if self.finals and self.finals.deposit_interest else []
        for field in needed:
            for key, fund in self.ledger.funds.items():
                if getattr(fund, field) is None:
                    raise ValueError(f"With `finals`, fund {key} needs an account for `{field}`. Add it to the fund.")
        return self


TOWN = Section("billing", BillingPolicy)
"""Billing's town: `await TOWN.in_force(tx)`, `await TOWN.pinned(tx, pack_hash)`."""


def check(bundle: Bundle) -> list[Mistake]:
    """What keeps billing from working under a pack, its tariffs apart."""
    town, mistakes = TOWN.read(bundle)
    return [*mistakes, *_unposted(bundle, town.policy)] if town else mistakes


def _unposted(bundle: Bundle, policy: BillingPolicy) -> list[Mistake]:
    """Services that have a tariff and no accounts to post its charges to."""
    priced = {path.removeprefix("tariffs/").removesuffix(".yaml") for path in bundle.under("tariffs", ".yaml")}
    where = read(bundle.files[FILE], FILE)
    return [
        where.mistake(
            ("billing", "ledger", "services"),
            f"The service {service} has a tariff and no accounts to post to.",
            f"Add `{service}: {{fund: ..., revenue: ...}}` here.",
        )
        for service in sorted(priced - policy.ledger.services.keys())
    ]
