"""The `metering` section of a town's pack: how its readings are looked at."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chassis.town import Section


class Finding(StrEnum):
    """What the review notices about a read."""

    MISSING = "missing"
    HIGH = "high"
    LOW = "low"
    ZERO = "zero"
    NEGATIVE = "negative"
    ROLLOVER = "rollover"
    LEAK = "leak"
    FIRST = "first"
    """Nothing is known to count from: the read becomes where usage begins."""
    VACANT = "vacant"
    """Usage where nobody is served: somebody moved in unannounced, or a pipe broke unseen."""
    OFF = "off"
    """Usage where the water was shut off: somebody turned it on again, or it was not the right valve."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Factor = Annotated[Decimal, Field(gt=0)]
Amount = Annotated[Decimal, Field(ge=0)]


class Limits(_Section):
    """When a read is questioned. Quantities are in `unit`, for a usual month."""

    unit: Literal["gal", "kgal", "cf", "ccf", "m3"] = "gal"
    high_factor: Annotated[Decimal, Field(gt=1)]
    """Usage above this many times the usual is high..."""
    high_minimum: Amount
    """...but never below this: a small household that doubles is no leak."""
    low_factor: Annotated[Decimal, Field(ge=0, lt=1)]
    low_minimum: Amount
    """Where the usual is less than this, low and zero usage are not questioned."""
    vacant_minimum: Amount
    """Usage above this where nobody is served is questioned; a meter that creeps is not."""
    rollover_share: Annotated[Decimal, Field(gt=0, le=1)]
    """A register went over zero when that means at most this share of all it can count."""
    questioned: tuple[Finding, ...]
    """What a person must decide; other findings only go along with the read."""


class Handhelds(_Section):
    """How routes travel to the meter readers and back."""

    format: Literal["neptune-v4", "csv"] = "neptune-v4"
    company: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$")]
    """Four letters that the handheld's software knows the town by."""


class MeteringPolicy(_Section):
    """The whole section."""

    handhelds: Handhelds
    review: Limits
    estimates_in_a_row: Annotated[int, Field(ge=0)]
    """How many estimates may follow each other before the meter must be read."""
    told: tuple[Literal["high", "leak"], ...] = ("high", "leak")
    """Findings about which the customer hears."""
    crew_page: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] | None = None
    """Where crews' phones reach metering, such as https://orders.town.example: it stands in the code on work sheets.

    Without it, the address that the sheet was asked for at.
    """


TOWN = Section("metering", MeteringPolicy)
"""Metering's town: `await TOWN.in_force(tx)`, `await TOWN.pinned(tx, pack_hash)`."""
