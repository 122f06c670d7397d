"""A read as the rules see it: what is expected of a service point, and what came. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.metering.policy import Finding, Limits
from services.metering.review import Expectation, needs_person, reviewed
from services.metering.tables import ReadState
from services.metering.units import converted
from services.metering.usage import Register

UNDECIDED = (ReadState.AWAITED, ReadState.CLEAN, ReadState.QUESTIONED, ReadState.REREAD)
"""States in which a read still waits for a reading or a decision."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One service point's read."""

    id: UUID
    service_point: str
    meter: str
    state: ReadState
    register: Register
    previous: Decimal | None
    expectation: Expectation
    carried: Decimal = Decimal(0)
    estimated_before: int = 0
    value: Decimal | None = None
    read_on: date | None = None
    kind: str | None = None
    code: str = ""
    leak: bool = False
    findings: tuple[Finding, ...] = (Finding.MISSING,)
    quantity: Decimal | None = None
    why: str | None = None
    vacant: bool = False
    """Whether an account was served here once, and none is on the day of the reading."""
    off: bool = False
    """Whether the water was shut off before the day of the read."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody saw at a meter: a reading, or a code that says why there is none."""

    value: Decimal | None
    read_on: date
    kind: str = "actual"
    code: str = ""
    leak: bool = False


def looked_at(read: Expected, shown: Shown, limits: Limits) -> Expected:
    """The read with what was seen, reviewed: clean, or questioned.

    Raises ImpossibleReadingError when the register cannot show it.
    """
    value = None if shown.value is None else read.register.checked(shown.value)
    against = _held_against(read, limits)
    review = reviewed(read.register, read.previous, value, against, limits, carried=read.carried, leak=shown.leak)
    return replace(
        read,
        state=ReadState.QUESTIONED if needs_person(review.findings, limits) else ReadState.CLEAN,
        value=value,
        read_on=shown.read_on,
        kind=shown.kind,
        code=shown.code,
        leak=shown.leak,
        findings=review.findings,
        quantity=None if review.usage is None else review.usage.quantity,
        why=None,
    )


def _held_against(read: Expected, limits: Limits) -> Expectation:
    if not (read.vacant or read.off):
        return read.expectation
    unnoticed = converted(limits.vacant_minimum, limits.unit, read.register.unit)
    return replace(read.expectation, vacant=unnoticed, off=read.off)


def looked_at_again(read: Expected, limits: Limits) -> Expected:
    """The read reviewed anew, after what it counts from has changed; one without a reading stays as it is."""
    if read.value is None or read.read_on is None:
        return read
    return looked_at(read, Shown(read.value, read.read_on, read.kind or "actual", read.code, read.leak), limits)
