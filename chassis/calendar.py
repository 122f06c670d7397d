"""The days a town works (pure): due dates and notices fall on them, and no water is shut off before the others."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEK: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(1)


class Holiday(BaseModel):
    """A day the town's office is closed, as its council named it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    date: date
    name: str


class PublicHolidays(BaseModel):
    """The holidays of a country, of one of its states with `subdivision`, in every year: nobody has to list them.

    They include the weekday on which one that falls on a weekend is observed. `worked` are those, by name, on which
    the office is open. Which there are says the `holidays` package.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    country: str
    subdivision: str | None = None
    worked: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _are_known(self) -> "PublicHolidays":
        names = {
            name for year in _YEARS for day in _named(self.country, self.subdivision, year).values() for name in day
        }
        for one in self.worked:
            if one not in names:
                raise ValueError(f'there is no public holiday "{one}"; those known are {", ".join(sorted(names))}')
        return self

    def close(self, day: date) -> bool:
        """Whether one of them keeps the office closed that day."""
        return not _named(self.country, self.subdivision, day.year).get(day, frozenset()) <= set(self.worked)


_YEARS = range(2024, 2028)
"""Enough for every name to occur, those of every other or every fourth year too."""


@lru_cache(maxsize=256)
def _named(country: str, subdivision: str | None, year: int) -> Mapping[date, frozenset[str]]:
    """A year's public holidays by their names, one that is observed by the name of the day itself."""
    import holidays  # slow to import, and a process that asks for no day has no use for it

    try:
        found = holidays.country_holidays(country, subdivision, years=year)
    except NotImplementedError as unknown:
        raise ValueError(f"no public holidays are known for that: {unknown}") from None
    return {day: frozenset(name.removesuffix(" (observed)") for name in found.get_list(day)) for day in found}


class Calendar(BaseModel):
    """The `calendar` of the town section: which days of the week and which dates the office is closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    weekend: Annotated[tuple[Weekday, ...], Field(max_length=6)] = ("saturday", "sunday")
    public_holidays: PublicHolidays | None = None
    holidays: tuple[Holiday, ...] = ()

    def is_open(self, day: date) -> bool:
        """Whether the office works that day."""
        if _WEEK[day.weekday()] in self.weekend or any(one.date == day for one in self.holidays):
            return False
        return self.public_holidays is None or not self.public_holidays.close(day)

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
