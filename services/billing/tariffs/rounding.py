"""Rounding, always said: to what step and which way."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache
from typing import Literal

How = Literal["half_up", "half_even", "up", "down", "nearest"]
"""`up` and `down` mean toward more and toward less; `nearest` is `half_up`."""

WAYS: dict[How, str] = {
    "half_up": ROUND_HALF_UP,
    "nearest": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "up": ROUND_CEILING,
    "down": ROUND_FLOOR,
}

Round = Callable[[Decimal], Decimal]


def round_to(number: Decimal, step: Decimal, how: How) -> Decimal:
    """The multiple of `step` next to `number`: round_to(2.5, 1, "half_up") is 3."""
    if is_power_of_ten(step):
        return number.quantize(step, WAYS[how])
    return (number / step).quantize(Decimal(1), WAYS[how]) * step


@cache
def is_power_of_ten(step: Decimal) -> bool:
    """Whether a step is 1, 0.1, 0.01, ..., which rounding knows without a division."""
    return step.as_tuple().digits == (1,)
