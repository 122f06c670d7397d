"""All that a bill is made from. The same inputs under the same pack make the same bill, today and in ten years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from services.billing.tariffs import Period, Usage
from services.billing.usage.store import Month

NOT_BILLED = ("seasonal_hold",)
"""How an agreement stands while nothing is charged for it."""


class Span(NamedTuple):
    """A billing period of a cycle by the calendar; `end` is its read-through day, where the next begins."""

    start: date
    end: date


class Terms(NamedTuple):
    """A service agreement as far as its bill goes; `end` is the first day not served."""

    agreement_id: UUID
    service: str
    service_point_id: UUID | None
    start: date
    end: date | None
    attributes: Mapping[str, str]


class Read(NamedTuple):
    """Usage between two readings. `accounts` counts those whose agreements claim it: a bill needs it to be one.

    `account_id` is set where the days alone don't tell whose it is, or where it is one account's part of a read.
    """

    read_id: UUID
    service_point_id: UUID
    meter_number: str
    previous_on: date
    previous_value: Decimal
    read_on: date
    read_value: Decimal
    quantity: Decimal
    unit: str
    kind: str
    accounts: int = 1
    account_id: UUID | None = None


_VOLUMES = {"cf": "ft3"}


def volume(unit: str) -> str:
    """A meter's unit as tariffs call it."""
    return _VOLUMES.get(unit, unit)


class Item(NamedTuple):
    """One service of one agreement for one period: what the tariff engine is asked to price.

    `span` numbers the billing period it belongs to: services of one period see each other's usage.
    """

    span: int
    service: str
    agreement_id: UUID
    period: Period
    usage: Usage
    attributes: Mapping[str, str | Decimal]
    reads: tuple[UUID, ...] = ()


class Correction(NamedTuple):
    """A period billed before whose reads have changed: priced as it was and as it is, under the pack of then."""

    bill_number: str
    pack_hash: str
    then: tuple[Item, ...]
    now: tuple[Item, ...]
    reads: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Customer:
    """An account to be billed, with everything its bill needs, loaded.

    `spans` are the periods to bill, oldest first: the last is the run's, earlier ones were held. `billed_through` is
    where the last bill's period ended.
    """

    account_id: UUID
    number: str
    autopay: bool
    terms: Sequence[Terms]
    spans: Sequence[Span]
    reads: Sequence[Read] = ()
    reductions: tuple[str, ...] = ()
    billed_through: date | None = None
    months: Mapping[UUID, Sequence[Month]] = field(default_factory=dict)
    corrections: Sequence[Correction] = ()


class Hold(Exception):
    """Why an account can't be billed now: a code to count by, and a sentence for whoever puts it right."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
