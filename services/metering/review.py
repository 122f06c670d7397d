"""Looking at a read before it is billed: what is odd about it, and what it would be if it were estimated. Pure.

Every read is held against what its service point usually uses: the same month a year ago, else the average of what
is known. Estimates are left out of that where actual reads are known, so that a guess does not feed the next guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from services.metering.policy import Finding, Limits
from services.metering.units import converted
from services.metering.usage import Register, Usage, over_zero_is_likely, usage_between

_MONTH = Decimal("30.4")
_FINEST = Decimal("0.000001")
_YEAR = 365
_SAME_MONTH = 20
"""Days by which a period end may differ from a year ago and still be the same month's."""


@dataclass(frozen=True, slots=True)
class Past:
    """Usage of one earlier period, in the register's unit."""

    period_end: date
    quantity: Decimal
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a read is held against, in the register's unit. Empty where nothing is known yet."""

    usual: Decimal | None
    high: Decimal
    low: Decimal | None
    vacant: Decimal | None = None
    """Where nobody is served, or the water is off: usage above this is odd, and none at all is not."""
    off: bool = False


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The usage a read would bill, and what was noticed. No usage where there is no reading or no sense in it."""

    usage: Usage | None
    findings: tuple[Finding, ...]


def usual_quantity(history: Sequence[Past], on: date) -> Decimal | None:
    """What is used in a usual month around a day: the same month last year, else the average; None if unknown."""
    known = [past for past in history if not past.estimated] or list(history)
    if not known:
        return None
    near = min(known, key=lambda past: abs((on - past.period_end).days - _YEAR))
    if abs((on - near.period_end).days - _YEAR) <= _SAME_MONTH:
        return near.quantity
    return (sum((past.quantity for past in known), Decimal(0)) / len(known)).quantize(_FINEST, ROUND_HALF_UP)


def estimates_in_a_row(history: Sequence[Past]) -> int:
    """How many of the newest periods were estimated without an actual read between them."""
    newest_first = sorted(history, key=lambda past: past.period_end, reverse=True)
    return next((count for count, past in enumerate(newest_first) if not past.estimated), len(newest_first))


def months_between(since: date, until: date) -> int:
    """How many usual months a read spans: two where a cycle was skipped, never less than one."""
    days = Decimal((until - since).days)
    return max(1, int((days / _MONTH).quantize(Decimal(1), ROUND_HALF_UP)))


def expected(usual: Decimal | None, unit: str, months: int, limits: Limits) -> Expectation:
    """The limits of a read that spans some months, in the register's unit."""
    floor = converted(limits.high_minimum, limits.unit, unit) * months
    if usual is None:
        return Expectation(None, floor, None)
    quantity = usual * months
    high = max(quantity * limits.high_factor, floor)
    watched = 0 < usual >= converted(limits.low_minimum, limits.unit, unit)
    return Expectation(quantity, high, quantity * limits.low_factor if watched else None)


def reviewed(
    register: Register,
    previous: Decimal | None,
    current: Decimal | None,
    expectation: Expectation,
    limits: Limits,
    *,
    carried: Decimal = Decimal(0),
    leak: bool = False,
) -> Reviewed:
    """Hold a reading against what is expected.

    `carried` is what an exchanged meter had already counted in the same period: it was posted with the exchange, and
    is only added here to compare like with like. `leak` is what a register with leak detection told the handheld.
    """
    if current is None:
        return Reviewed(None, (Finding.MISSING,))
    told = (Finding.LEAK,) if leak else ()
    if previous is None:
        return Reviewed(Usage(Decimal(0)), (Finding.FIRST, *told))
    usage = usage_between(register, previous, current)
    if usage.rolled_over and not over_zero_is_likely(register, previous, current, limits.rollover_share):
        return Reviewed(None, (Finding.NEGATIVE, *told))
    rolled = (Finding.ROLLOVER,) if usage.rolled_over else ()
    return Reviewed(usage, (*rolled, *_against_usual(usage.quantity + carried, expectation), *told))


def _against_usual(quantity: Decimal, expectation: Expectation) -> tuple[Finding, ...]:
    if expectation.vacant is not None:
        odd = Finding.OFF if expectation.off else Finding.VACANT
        return (odd,) if quantity > expectation.vacant else ()
    if quantity > expectation.high:
        return (Finding.HIGH,)
    if expectation.low is None:
        return ()
    if quantity == 0:
        return (Finding.ZERO,)
    return (Finding.LOW,) if quantity < expectation.low else ()


def needs_person(findings: Sequence[Finding], limits: Limits) -> bool:
    """Whether someone must decide; some findings always wait for a person.

    A read that is missing, makes no sense, begins a count, or shows water where it was shut off.
    """
    always = (Finding.MISSING, Finding.NEGATIVE, Finding.FIRST, Finding.OFF)
    return any(finding in always or finding in limits.questioned for finding in findings)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A reading worked out, not taken."""

    value: Decimal
    usage: Usage


def estimate(
    register: Register, previous: Decimal, expectation: Expectation, carried: Decimal = Decimal(0)
) -> Estimate:
    """What the register would show after usual usage; none passed where nothing usual is known."""
    quantity = max((expectation.usual or Decimal(0)) - carried, Decimal(0))
    value = register.advanced(previous, min(quantity, _most(register)))
    return Estimate(value, usage_between(register, previous, value))


def _most(register: Register) -> Decimal:
    """The most one estimate may say: once round the dial would look like nothing used."""
    return (register.capacity - register.step) * register.multiplier
