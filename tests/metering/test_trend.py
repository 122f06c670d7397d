"""How usage moves over the months."""

from decimal import Decimal

from services.metering.points.trend import trend
from tests.metering.builders import history


def test_the_newest_twelve_periods_are_told_with_their_extremes() -> None:
    found = trend(history(9000, *[1000] * 10, 500, 99_999))
    assert found is not None
    assert (found.periods, found.most, found.least) == (12, Decimal(9000), Decimal(500))
    assert found.median == Decimal(1000)
    assert found.average == Decimal(1625)
    assert found.most_on > found.least_on


def test_a_year_is_compared_with_the_one_before() -> None:
    found = trend(history(*[1500] * 12, *[1000] * 12))
    assert found is not None
    assert found.change == Decimal("0.5")


def test_without_a_year_before_there_is_no_change_to_tell() -> None:
    found = trend(history(*[1500] * 12, *[1000] * 11))
    assert found is not None
    assert found.change is None


def test_a_year_without_usage_is_nothing_to_compare_with() -> None:
    found = trend(history(*[1500] * 12, *[0] * 12))
    assert found is not None
    assert found.change is None


def test_estimates_are_counted() -> None:
    found = trend(history(*[1000] * 13, estimated=(0, 5, 12)))
    assert found is not None
    assert found.estimated == 2


def test_where_nothing_is_known_there_is_no_trend() -> None:
    assert trend([]) is None
