"""The `billing.late_charge` section of a town's pack: what a debt that is not paid in time costs."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class LateCharge(BaseModel):
    """What is charged on a bill of which something is still unpaid when its last penalty-free day has passed."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)
    percent: Annotated[Decimal, Field(ge=0, le=25, decimal_places=3)] = Decimal(0)
    """Of what is unpaid: "5" is five percent."""
    flat: Annotated[Decimal, Field(ge=0, decimal_places=2)] = Decimal(0)
    """Dollars a bill, beside the percentage."""
    after_days: Annotated[int, Field(ge=0, le=120)]
    """So many days after the due date, moved on to a working day, is the last day on which paying costs nothing."""
    minimum: Annotated[Decimal, Field(ge=0, decimal_places=2)] = Decimal(0)
    """Dollars; a bill of which less is unpaid bears no late charge."""
    services: tuple[str, ...] = ()
    """Whose charges bear a late charge; all, when none is named."""
    earns: str
    """The service of the ledger whose fund earns it."""
    repeat: Literal["once", "monthly"] = "once"
    due_from: date | None = None
    """Bills that were due before this day bear none: what the old system charged is charged already."""

    @model_validator(mode="after")
    def _charges_something(self) -> Self:
        if not self.percent and not self.flat:
            raise ValueError("A late charge needs a `percent`, a `flat` amount, or both.")
        return self
