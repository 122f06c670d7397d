"""Usage between two readings."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metering.usage import (
    Exchange,
    ImpossibleReadingError,
    Register,
    over_zero_is_likely,
    usage_between,
    usage_over_exchange,
)
from tests.metering.builders import register


@st.composite
def registers(draw: st.DrawFn) -> Register:
    dials = draw(st.integers(2, 9))
    return register(dials, draw(st.integers(0, dials - 1)), draw(st.sampled_from(["1", "10", "1000", "0.1"])))


def shown(of: Register) -> st.SearchStrategy[Decimal]:
    return st.integers(0, 10**of.dials - 1).map(lambda digits: Decimal(digits).scaleb(-of.decimals))


def test_usage_is_the_difference_times_the_multiplier() -> None:
    usage = usage_between(register(multiplier="10"), Decimal(1200), Decimal(1530))
    assert usage.quantity == Decimal(3300)
    assert not usage.rolled_over


def test_decimals_count() -> None:
    assert usage_between(register(6, 2, "1000"), Decimal("12.25"), Decimal("16.75")).quantity == Decimal(4500)


def test_a_register_that_went_over_zero_moved_on_by_the_rest_and_the_new_count() -> None:
    usage = usage_between(register(5, multiplier="1"), Decimal(99990), Decimal(20))
    assert usage.quantity == Decimal(30)
    assert usage.rolled_over


def test_decimals_make_the_dial_go_over_zero_sooner() -> None:
    assert usage_between(register(5, 1, "1"), Decimal("9999.5"), Decimal("0.5")).quantity == Decimal("1.0")


def test_the_same_reading_twice_is_no_usage() -> None:
    assert usage_between(register(), Decimal(7), Decimal(7)).quantity == 0


@pytest.mark.parametrize(
    ("previous", "current", "likely"),
    [
        (99_900, 50, True),
        (95_000, 4_000, True),
        (95_000, 5_001, False),
        (50_000, 49_000, False),
        (100, 90, False),
        (90, 100, False),
    ],
)
def test_over_zero_is_likely_only_when_it_means_a_small_share_of_the_dial(
    previous: int, current: int, likely: bool
) -> None:
    of = register(5)
    assert over_zero_is_likely(of, Decimal(previous), Decimal(current), Decimal("0.10")) is likely


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("100000", "A register of 5 dials cannot show 100000."),
        ("-1", "A register of 5 dials cannot show -1."),
        ("12.5", "A register with 0 decimals cannot show 12.5."),
    ],
)
def test_a_reading_the_register_cannot_show_is_refused(value: str, told: str) -> None:
    with pytest.raises(ImpossibleReadingError) as refused:
        register(5).checked(Decimal(value))
    assert str(refused.value) == told


@pytest.mark.parametrize(("dials", "decimals", "multiplier"), [(0, 0, "1"), (4, 4, "1"), (11, 0, "1"), (4, 0, "0")])
def test_a_register_that_makes_no_sense_is_refused(dials: int, decimals: int, multiplier: str) -> None:
    with pytest.raises(ValueError, match="register"):
        register(dials, decimals, multiplier)


def test_an_exchanged_meter_counts_what_the_old_one_and_the_new_one_counted() -> None:
    exchange = Exchange(register(5, multiplier="10"), Decimal(5200), register(6, multiplier="1"), Decimal(3))
    assert usage_over_exchange(Decimal(5000), exchange, Decimal(503)).quantity == Decimal(2000 + 500)


def test_an_exchange_between_units_is_refused_rather_than_added_up() -> None:
    exchange = Exchange(register(unit="gal"), Decimal(1), register(unit="cf"), Decimal(0))
    with pytest.raises(ValueError, match="one unit"):
        usage_over_exchange(Decimal(0), exchange, Decimal(1))


@given(st.data())
def test_usage_is_never_negative_and_less_than_once_round_the_dial(data: st.DataObject) -> None:
    of = data.draw(registers())
    usage = usage_between(of, data.draw(shown(of)), data.draw(shown(of)))
    assert 0 <= usage.quantity < of.capacity * of.multiplier


@given(st.data())
def test_advancing_by_the_usage_shows_the_second_reading(data: st.DataObject) -> None:
    of = data.draw(registers())
    previous, current = data.draw(shown(of)), data.draw(shown(of))
    assert of.advanced(previous, usage_between(of, previous, current).quantity) == current


@given(st.data())
def test_a_reading_in_between_changes_nothing(data: st.DataObject) -> None:
    of = data.draw(registers())
    first, middle, last = sorted([data.draw(shown(of)) for _ in range(3)])
    parts = usage_between(of, first, middle).quantity + usage_between(of, middle, last).quantity
    assert parts == usage_between(of, first, last).quantity


@given(st.data())
def test_an_exchange_at_the_same_reading_changes_nothing(data: st.DataObject) -> None:
    of = data.draw(registers())
    first, middle, last = sorted([data.draw(shown(of)) for _ in range(3)])
    over = usage_over_exchange(first, Exchange(of, middle, of, middle), last)
    assert over.quantity == usage_between(of, first, last).quantity
