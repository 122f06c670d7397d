"""What goes into pricing and what comes out."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

Attributes = Mapping[str, str | Decimal]
"""What is known of an account for one service: `class`, `meter_size`, `winter_average`, ... A flag is `yes` or
`no`. Derived ones (`season`, `month`, `days`, `usage`, `read`) are filled by the engine."""


class Period(NamedTuple):
    """The days that a bill is for: `start` is the first, `end` the day after the last (the closing read's day)."""

    start: date
    end: date
    bill_date: date
    read_date: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days


class Usage(NamedTuple):
    """What went through the meter, in the meter's unit; both None for a service without a meter, or no read."""

    quantity: Decimal | None = None
    unit: str | None = None


class Line(NamedTuple):
    """One printed line. With a quantity and a rate, their product rounded as the tariff says is the amount."""

    service: str
    code: str
    description: str
    quantity: Decimal | None
    unit: str | None
    rate: Decimal | None
    amount: Decimal
    rule: str
    tariff_version: str
    source: str


class Priced(NamedTuple):
    """A service's lines, and the usage they are for in the tariff's unit."""

    service: str
    lines: tuple[Line, ...]
    usage: Usage = Usage()

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    def amount(self, code: str) -> Decimal:
        return sum((line.amount for line in self.lines if line.code == code), Decimal(0))


NO_USAGES: Mapping[str, Usage] = MappingProxyType({})
NO_BILLS: Mapping[str, Priced] = MappingProxyType({})


class PricingError(Exception):
    """Why a service can't be priced, in a sentence that names no account: it is listed with the account's
    exceptions of a billing run."""


class MissingAttributeError(PricingError):
    """The tariff asks for something that the account doesn't say."""

    def __init__(self, service: str, attribute: str, means: str | None = None) -> None:
        self.attribute = attribute
        about = f" ({means})" if means else ""
        super().__init__(f"The {service} tariff needs `{attribute}`{about}, and the account doesn't say it.")


class NoRateError(PricingError):
    """The account says something that no rate is for, or no version is in force."""


class MissingUsageError(PricingError):
    """A charge by usage without usage."""
