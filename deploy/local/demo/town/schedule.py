"""When the sample town's month happens: four cycles read and billed, the first of them twice."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

BEGINS = date(2023, 2, 1)
ENDS = date(2023, 3, 3)


@dataclass(frozen=True)
class Round:
    """A cycle's reading and the bills made from it.

    Windsor's rates of 2023 take effect with February reads: what is read on January 31 is still billed at those of
    2022, and what the same customers are read at on February 28 at the new ones.
    """

    cycle: str
    read_on: date
    loaded_on: date
    """The business day on which the handhelds come back."""
    bill_on: date


ROUNDS = (
    Round("1", date(2023, 1, 31), date(2023, 2, 1), date(2023, 2, 2)),
    Round("2", date(2023, 2, 7), date(2023, 2, 8), date(2023, 2, 9)),
    Round("3", date(2023, 2, 14), date(2023, 2, 15), date(2023, 2, 16)),
    Round("4", date(2023, 2, 21), date(2023, 2, 22), date(2023, 2, 23)),
    Round("1", date(2023, 2, 28), date(2023, 3, 1), date(2023, 3, 2)),
)
CYCLES = ("1", "2", "3", "4")


def first_round(cycle: str) -> Round:
    """The first time a cycle is read."""
    return next(one for one in ROUNDS if one.cycle == cycle)


def month_before(day: date, months: int = 1) -> date:
    """The same day some months earlier; the last day of a month stays the last."""
    first = day.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    length = monthrange(first.year, first.month)[1]
    last = day.day == monthrange(day.year, day.month)[1]
    return first.replace(day=length if last else min(day.day, length))
