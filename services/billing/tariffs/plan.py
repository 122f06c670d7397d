"""What prices one kind of account under one version."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from services.billing.tariffs.lines import Line
from services.billing.tariffs.model import Rounding
from services.billing.tariffs.numbers import Number

if TYPE_CHECKING:
    from services.billing.tariffs.working import Working


class Step(Protocol):
    """A compiled charge."""

    def run(self, working: "Working") -> None:
        """Adds the charge's lines and amount to a bill. Raises PricingError."""


class Plan(NamedTuple):
    """The steps in order, the definitions that they may name, and all codes that the version has charges for."""

    steps: tuple[Step, ...]
    definitions: Mapping[str, Number]
    codes: frozenset[str]
    rounded_together: Rounding | None
    fixed: tuple[Line, ...] | None
    """The lines of every whole bill, where no bill can change any of them."""
