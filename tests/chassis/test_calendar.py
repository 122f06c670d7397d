"""The days a town works: what falls on a closed day moves later, never earlier."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis.calendar import Calendar, Holiday, PublicHolidays

MEMORIAL_DAY = date(2023, 5, 29)
TOWN = Calendar(holidays=(Holiday(date=MEMORIAL_DAY, name="Memorial Day"),))
FRIDAY, SATURDAY, TUESDAY = date(2023, 5, 26), date(2023, 5, 27), date(2023, 5, 30)

any_day = st.dates(date(2020, 1, 1), date(2030, 1, 1))
any_calendar = st.builds(
    lambda weekend, holidays: Calendar(
        weekend=tuple(weekend), holidays=tuple(Holiday(date=day, name="a holiday") for day in holidays)
    ),
    st.sets(st.sampled_from(["friday", "saturday", "sunday", "monday"]), max_size=4),
    st.sets(any_day, max_size=20),
)


def test_a_working_day_stays_where_it_is() -> None:
    assert TOWN.rolled(FRIDAY) == FRIDAY


def test_a_weekend_before_a_holiday_rolls_past_both() -> None:
    assert TOWN.rolled(SATURDAY) == TUESDAY


def test_days_before_a_weekend_or_a_holiday_are_known() -> None:
    assert TOWN.before_closed(FRIDAY)
    assert TOWN.before_closed(MEMORIAL_DAY - timedelta(1))
    assert not TOWN.before_closed(TUESDAY)


def test_working_days_are_counted_without_the_day_itself() -> None:
    assert TOWN.after(FRIDAY, 0) == FRIDAY
    assert TOWN.after(FRIDAY, 1) == TUESDAY
    assert TOWN.after(FRIDAY, 4) == date(2023, 6, 2)


@given(any_calendar, any_day)
def test_a_rolled_day_is_open_never_earlier_and_nothing_open_is_skipped(calendar: Calendar, day: date) -> None:
    rolled = calendar.rolled(day)
    assert rolled >= day
    assert calendar.is_open(rolled)
    assert not any(calendar.is_open(day + timedelta(passed)) for passed in range((rolled - day).days))


@given(any_calendar, any_day, st.integers(0, 20))
def test_so_many_working_days_later_is_that_many_calendar_days_or_more(
    calendar: Calendar, day: date, number: int
) -> None:
    assert calendar.after(day, number) >= day + timedelta(number)


def test_a_town_that_never_works_is_refused() -> None:
    week = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    with pytest.raises(ValidationError, match="at most 6 items"):
        Calendar(weekend=week)


@pytest.mark.parametrize(
    "day",
    [date(2030, 7, 4), date(2026, 7, 3), date(2027, 7, 5), date(2031, 11, 27)],
    ids=["in any year", "observed on Friday", "observed on Monday", "a Thursday in November"],
)
def test_public_holidays_need_not_be_listed(day: date) -> None:
    assert not Calendar(public_holidays=PublicHolidays(country="US")).is_open(day)


def test_a_state_may_have_its_own() -> None:
    cabrini = date(2026, 10, 5)
    assert Calendar(public_holidays=PublicHolidays(country="US")).is_open(cabrini)
    assert not Calendar(public_holidays=PublicHolidays(country="US", subdivision="CO")).is_open(cabrini)


def test_the_office_may_work_on_one_also_where_it_is_observed() -> None:
    veterans, observed = date(2025, 11, 11), date(2023, 11, 10)
    working = Calendar(public_holidays=PublicHolidays(country="US", worked=("Veterans Day",)))
    assert working.is_open(veterans)
    assert working.is_open(observed)
    assert not working.is_open(date(2025, 11, 27))


def test_the_councils_own_days_come_on_top() -> None:
    both = Calendar(public_holidays=PublicHolidays(country="US"), holidays=TOWN.holidays)
    assert not both.is_open(MEMORIAL_DAY)
    assert not both.is_open(date(2024, 5, 27))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"country": "XX"}, "no public holidays are known for that: Country XX not available"),
        ({"country": "US", "subdivision": "ZZ"}, "does not have subdivision ZZ"),
        (
            {"country": "US", "worked": ["Boxing Day"]},
            'there is no public holiday "Boxing Day"; those known are Christmas',
        ),
    ],
)
def test_holidays_that_nobody_knows_are_refused(asked: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        PublicHolidays.model_validate(asked)
