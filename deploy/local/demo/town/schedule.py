"""When the sample town's quarter happens: four cycles, each read and billed three times."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from chassis.calendar import Calendar, Holiday

BEGINS = date(2023, 2, 1)
ENDS = date(2023, 4, 28)
HOLIDAYS_AND_WEEKENDS = Calendar(holidays=(Holiday(date=date(2023, 2, 20), name="Presidents' Day"),))
"""As in the town's pack, for these months."""


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

    @classmethod
    def read(cls, cycle: str, read_on: date) -> "Round":
        """Loaded the working day after the reading, billed the one after that."""
        return cls(cycle, read_on, HOLIDAYS_AND_WEEKENDS.after(read_on, 1), HOLIDAYS_AND_WEEKENDS.after(read_on, 2))

    @property
    def mailed_on(self) -> date:
        """The working day after the billing."""
        return HOLIDAYS_AND_WEEKENDS.after(self.bill_on, 1)


CYCLES = ("1", "2", "3", "4")


def _rounds() -> Iterator[Round]:
    """Cycle 1 is read at the end of a month, the others a week after each other in the next."""
    for month in (2, 3, 4):
        yield Round.read("1", date(2023, month, 1) - timedelta(days=1))
        for cycle, day in (("2", 7), ("3", 14), ("4", 21)):
            yield Round.read(cycle, date(2023, month, day))


ROUNDS = tuple(_rounds())


def first_round(cycle: str) -> Round:
    """The first time a cycle is read."""
    return next(one for one in ROUNDS if one.cycle == cycle)


CLEAR = timedelta(days=7)
"""Nobody is shut off so shortly before the meter is read: both reads would be of one week, and a route may have been
walked before the crew came."""


def about_to_be_read(cycle: str, day: date) -> bool:
    """Whether a cycle is read within days, or was and is not billed yet."""
    return any(one.read_on <= day + CLEAR for one in ROUNDS if one.cycle == cycle and one.bill_on >= day)


def month_before(day: date, months: int = 1) -> date:
    """The same day some months earlier; the last day of a month stays the last."""
    first = day.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    length = monthrange(first.year, first.month)[1]
    last = day.day == monthrange(day.year, day.month)[1]
    return first.replace(day=length if last else min(day.day, length))
