"""The days a town works (pure): due dates and notices fall on them, and no water is shut off before the others."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEK: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(1)


class Holiday(BaseModel):
    """A day the town's office is closed, as its council named it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    date: date
    name: str


class Calendar(BaseModel):
    """The `calendar` of the town section: which days of the week and which dates the office is closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    weekend: Annotated[tuple[Weekday, ...], Field(max_length=6)] = ("saturday", "sunday")
    holidays: tuple[Holiday, ...] = ()

    def is_open(self, day: date) -> bool:
        """Whether the office works that day."""
        return _WEEK[day.weekday()] not in self.weekend and all(one.date != day for one in self.holidays)

    def rolled(self, day: date) -> date:
        """The day itself, or the next one the office works: what falls on a closed day moves later, never earlier."""
        while not self.is_open(day):
            day += _DAY
        return day

    def after(self, day: date, open_days: int) -> date:
        """The day so many working days after a day; the day itself does not count."""
        for _ in range(open_days):
            day = self.rolled(day + _DAY)
        return day

    def before_closed(self, day: date) -> bool:
        """Whether the office is closed the day after: water shut off now would stay off over a weekend or holiday."""
        return not self.is_open(day + _DAY)
