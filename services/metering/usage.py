"""Usage between two readings of a register. Pure.

A register counts up and starts again at zero after its last digit: a five-dial register that shows 99,990 and
later 00,020 has moved on by 30. What it shows, times its multiplier, is a quantity in its unit.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


class ImpossibleReadingError(ValueError):
    """A reading that the register cannot show; the text says why, for the person who reads it."""


@dataclass(frozen=True, slots=True)
class Register:
    """The counter of a meter.

    `dials` is the number of digits it shows, `decimals` how many of them stand behind the point, `multiplier` what
    one whole count is worth in `unit`.
    """

    dials: int
    decimals: int
    unit: str
    multiplier: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if not 0 <= self.decimals < self.dials <= 10:
            raise ValueError(f"a register of {self.dials} dials cannot have {self.decimals} decimals")
        if self.multiplier <= 0:
            raise ValueError(f"a register's multiplier is more than zero, not {self.multiplier}")

    @property
    def capacity(self) -> Decimal:
        """What the register counts to before it starts again at zero."""
        return Decimal(10) ** (self.dials - self.decimals)

    @property
    def step(self) -> Decimal:
        """The least it can move on by."""
        return Decimal(1).scaleb(-self.decimals)

    def checked(self, value: Decimal) -> Decimal:
        """The reading, if the register can show it; raises ImpossibleReadingError otherwise."""
        if not 0 <= value < self.capacity:
            raise ImpossibleReadingError(f"A register of {self.dials} dials cannot show {value}.")
        if value != value.quantize(self.step):
            raise ImpossibleReadingError(f"A register with {self.decimals} decimals cannot show {value}.")
        return value

    def advanced(self, previous: Decimal, quantity: Decimal) -> Decimal:
        """What the register shows after `quantity` has passed, to its nearest step, over zero if need be."""
        counts = (quantity / self.multiplier).quantize(self.step, rounding=ROUND_HALF_UP)
        return (previous + counts) % self.capacity


@dataclass(frozen=True, slots=True)
class Usage:
    """What passed between two readings, and whether the register went over zero on the way."""

    quantity: Decimal
    rolled_over: bool = False


def usage_between(register: Register, previous: Decimal, current: Decimal) -> Usage:
    """Usage between two readings, taking a smaller second one as a register that went over zero: never negative."""
    if current >= previous:
        return Usage((current - previous) * register.multiplier)
    return Usage((current + register.capacity - previous) * register.multiplier, rolled_over=True)


def over_zero_is_likely(register: Register, previous: Decimal, current: Decimal, share: Decimal) -> bool:
    """Whether a smaller second reading is a register that went over zero, and not a misread or a backward meter.

    It is when what it would have moved on by is at most `share` of all it can count.
    """
    if current >= previous:
        return False
    return current + register.capacity - previous <= share * register.capacity


@dataclass(frozen=True, slots=True)
class Exchange:
    """A meter taken out and another put in: the last the old one showed, the first the new one did."""

    old_register: Register
    old_final: Decimal
    new_register: Register
    new_start: Decimal


def usage_over_exchange(previous: Decimal, exchange: Exchange, current: Decimal) -> Usage:
    """Usage of a period in which the meter was exchanged: what the old one counted, and what the new one did.

    Both registers must count in one unit.
    """
    if exchange.old_register.unit != exchange.new_register.unit:
        raise ValueError("the registers of an exchange must count in one unit; convert one of them first")
    old = usage_between(exchange.old_register, previous, exchange.old_final)
    new = usage_between(exchange.new_register, exchange.new_start, current)
    return Usage(old.quantity + new.quantity, old.rolled_over or new.rolled_over)
