"""The `payments` section of a town's pack: when money's day closes, what amount is believed, what a return costs."""

from datetime import time
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.town import Section

Dollars = Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=12)]
Days = Annotated[int, Field(ge=1, le=3650)]


class FeeStep(BaseModel):
    """What a returned payment costs, if it was at most `through`; the last step has none and takes all others."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    through: Dollars | None = None
    amount: Dollars


class ReturnFee(BaseModel):
    """The fee of a returned payment: its step, or `percent` of the payment, whichever is greater.

    The general form is that of Florida's s. 68.065(2): $25 through $50, $30 through $300, $40 above, or 5 percent. One
    step without `through` is a flat fee. `service` is the service of the ledger that earns it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    service: Annotated[str, Field(min_length=1)]
    steps: Annotated[tuple[FeeStep, ...], Field(min_length=1)]
    percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(0)

    @model_validator(mode="after")
    def _steps_climb_to_an_open_end(self) -> Self:
        ends = [step.through for step in self.steps]
        if ends[-1] is not None:
            raise ValueError("the last step has no `through`: it takes every payment above the others")
        limits = [end for end in ends[:-1] if end is not None]
        if len(limits) != len(ends) - 1 or any(low >= high for low, high in pairwise(limits)):
            raise ValueError("each step but the last has a `through`, greater than the one before")
        return self


class CashOnly(BaseModel):
    """An account with `after` returns `within_days` pays no more by check for `lasts_days`, or until it is lifted."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    after: Annotated[int, Field(ge=1)]
    within_days: Days
    lasts_days: Days | None = None


class Returns(BaseModel):
    """What follows when a bank takes a payment back. Voids and mispostings are the office's own, and free."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    fee: ReturnFee | None = None
    cash_only: CashOnly | None = None


class Refunds(BaseModel):
    """A refund above `second_person_above` is approved by another person than the one who brought it about."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    second_person_above: Dollars = Decimal(0)


class PaymentsPolicy(BaseModel):
    """Channels not named in `cut_offs` close at midnight. `pending_days` are working days a promise is waited for."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    largest_payment: Annotated[Decimal, Field(gt=0)]
    cut_offs: dict[str, time] = {}
    pending_days: Annotated[int, Field(ge=1, le=30)] = 3
    returns: Returns = Returns()
    refunds: Refunds = Refunds()


TOWN = Section("payments", PaymentsPolicy)

check = TOWN.check
