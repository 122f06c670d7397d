"""What a case's move brings about outside of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from contracts.delinquency import Step
from contracts.payments import ChargeKind
from services.collections.timeline.case import Order
from services.collections.timeline.standing import Item

ListState = Literal["proposed", "removed", "approved", "shut_off"]


@dataclass(frozen=True)
class Told:
    """The customer is told of a step."""

    step: Step
    items: tuple[Item, ...]
    amount: Decimal
    deadline: date
    earliest: date | None


@dataclass(frozen=True)
class Charged:
    """A fee; `about` names the order or the step that brought it, once each."""

    kind: ChargeKind
    amount: Decimal
    about: str


@dataclass(frozen=True)
class Requested:
    """Metering is asked to do something at a service point."""

    order: Order
    reason: str


@dataclass(frozen=True)
class Withdrawn:
    """An order is taken back."""

    order: Order
    reason: str


@dataclass(frozen=True)
class Listed:
    """What became of the account on a day's shutoff list."""

    day: date
    state: ListState
    amount: Decimal
    why: str = ""


@dataclass(frozen=True)
class Noted:
    """What belongs in the account's history and is told to nobody."""

    what: str
    why: str = ""


Effect = Told | Charged | Requested | Withdrawn | Listed | Noted
