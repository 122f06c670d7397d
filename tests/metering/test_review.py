"""What the review notices, and what it would estimate."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metering.policy import Finding
from services.metering.review import (
    Expectation,
    Past,
    Reviewed,
    estimate,
    estimates_in_a_row,
    expected,
    months_between,
    needs_person,
    reviewed,
    usual_quantity,
)
from tests.metering.builders import READ_ON, history, limits, register

NOTHING_KNOWN = expected(None, "gal", 1, limits())


def look(previous: int, current: int | None, usual: int | None = 4000, **more: object) -> Reviewed:
    """Review a read of a six-dial, one-gallon register whose point usually uses `usual` gallons."""
    against = expected(None if usual is None else Decimal(usual), "gal", 1, limits())
    value = None if current is None else Decimal(current)
    return reviewed(register(6, multiplier="1"), Decimal(previous), value, against, limits(), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("previous", "current", "findings"),
    [
        (10_000, 14_000, ()),
        (10_000, None, (Finding.MISSING,)),
        (10_000, 20_000, ()),
        (10_000, 20_001, (Finding.HIGH,)),
        (10_000, 11_000, ()),
        (10_000, 10_999, (Finding.LOW,)),
        (10_000, 10_000, (Finding.ZERO,)),
        (10_000, 9_990, (Finding.NEGATIVE,)),
        (998_000, 2_000, (Finding.ROLLOVER,)),
        (990_000, 9_000, (Finding.ROLLOVER, Finding.HIGH)),
    ],
)
def test_a_read_is_held_against_usual_usage(previous: int, current: int | None, findings: tuple[Finding, ...]) -> None:
    assert look(previous, current).findings == findings


def test_a_negative_read_has_no_usage_to_bill() -> None:
    assert look(10_000, 9_990).usage is None


def test_a_small_household_that_doubles_is_not_high() -> None:
    assert look(10_000, 17_999, usual=1000).findings == ()


def test_zero_and_low_are_not_questioned_where_little_is_used_anyway() -> None:
    assert look(10_000, 10_000, usual=1999).findings == ()
    assert look(10_000, 10_001, usual=1999).findings == ()


def test_where_nothing_is_known_only_usage_above_the_minimum_is_high() -> None:
    assert look(10_000, 18_000, usual=None).findings == ()
    assert look(10_000, 18_001, usual=None).findings == (Finding.HIGH,)


def test_a_leak_the_register_told_of_goes_along() -> None:
    assert look(10_000, 14_000, leak=True).findings == (Finding.LEAK,)


def test_what_an_exchanged_meter_counted_is_compared_but_not_billed_again() -> None:
    looked = look(0, 500, carried=Decimal(3500))
    assert looked.findings == ()
    assert looked.usage is not None
    assert looked.usage.quantity == 500


def test_a_read_of_two_months_is_held_against_two_months() -> None:
    against = expected(Decimal(4000), "gal", 2, limits())
    looked = reviewed(register(6, multiplier="1"), Decimal(0), Decimal(9000), against, limits())
    assert looked.findings == ()


@pytest.mark.parametrize(
    ("current", "findings"), [(10_000, ()), (10_500, ()), (10_501, (Finding.VACANT,)), (90_000, (Finding.VACANT,))]
)
def test_where_nobody_is_served_usage_is_odd_and_none_is_not(current: int, findings: tuple[Finding, ...]) -> None:
    against = Expectation(Decimal(4000), Decimal(10_000), Decimal(1000), vacant=Decimal(500))
    looked = reviewed(register(6, multiplier="1"), Decimal(10_000), Decimal(current), against, limits())
    assert looked.findings == findings


def test_limits_in_gallons_hold_for_a_register_in_thousands() -> None:
    assert expected(None, "kgal", 1, limits()).high == Decimal(8)


@pytest.mark.parametrize(
    ("findings", "questioned", "person"),
    [
        ((), (), False),
        ((Finding.LEAK,), (Finding.HIGH,), False),
        ((Finding.HIGH,), (Finding.HIGH,), True),
        ((Finding.ROLLOVER,), (Finding.HIGH,), False),
        ((Finding.MISSING,), (), True),
        ((Finding.NEGATIVE,), (), True),
    ],
)
def test_the_town_says_what_a_person_decides_but_never_waves_a_missing_or_negative_read_through(
    findings: tuple[Finding, ...], questioned: tuple[Finding, ...], person: bool
) -> None:
    assert needs_person(findings, limits(questioned=questioned)) is person


def test_usual_is_the_same_month_of_last_year() -> None:
    year = history(*[1000] * 11, 7000, 1000)
    assert usual_quantity(year, READ_ON) == 7000


def test_usual_is_the_average_while_no_year_is_known() -> None:
    assert usual_quantity(history(1000, 2000, 4500), READ_ON) == 2500


def test_estimates_do_not_feed_estimates() -> None:
    assert usual_quantity(history(9000, 2000, 2000, estimated=(0,)), READ_ON) == 2000


def test_estimates_are_better_than_nothing() -> None:
    assert usual_quantity(history(3000, estimated=(0,)), READ_ON) == 3000


def test_where_nothing_is_known_nothing_is_usual() -> None:
    assert usual_quantity([], READ_ON) is None


def test_estimates_in_a_row_end_at_an_actual_read() -> None:
    assert estimates_in_a_row(history(1, 1, 1, 1, estimated=(0, 1, 3))) == 2
    assert estimates_in_a_row(history(1, 1)) == 0
    assert estimates_in_a_row([]) == 0


@pytest.mark.parametrize(("days", "months"), [(0, 1), (28, 1), (33, 1), (45, 1), (46, 2), (61, 2), (91, 3)])
def test_months_are_whole_and_at_least_one(days: int, months: int) -> None:
    assert months_between(READ_ON - timedelta(days=days), READ_ON) == months


def test_an_estimate_shows_usual_usage_on_the_register() -> None:
    guess = estimate(register(5, multiplier="10"), Decimal(99_900), Expectation(Decimal(4000), Decimal(8000), None))
    assert guess.value == 300
    assert guess.usage.quantity == 4000
    assert guess.usage.rolled_over


def test_an_estimate_is_no_usage_where_nothing_is_known() -> None:
    guess = estimate(register(), Decimal(50), NOTHING_KNOWN)
    assert (guess.value, guess.usage.quantity) == (Decimal(50), Decimal(0))


def test_an_estimate_leaves_out_what_the_exchanged_meter_already_counted() -> None:
    against = Expectation(Decimal(4000), Decimal(8000), None)
    assert estimate(register(multiplier="1"), Decimal(0), against, carried=Decimal(3000)).usage.quantity == 1000
    assert estimate(register(multiplier="1"), Decimal(0), against, carried=Decimal(5000)).usage.quantity == 0


quantities = st.lists(st.integers(0, 500_000), min_size=1, max_size=24)


@given(quantities, st.sets(st.integers(0, 23)))
def test_what_is_usual_lies_within_history(amounts: list[int], guessed: set[int]) -> None:
    usual = usual_quantity(history(*amounts, estimated=tuple(guessed)), READ_ON)
    assert usual is not None
    assert min(amounts) <= usual <= max(amounts)


@given(quantities, st.integers(0, 99_999), st.sampled_from(["1", "10", "100"]))
def test_an_estimate_lies_within_history_to_the_step_of_the_register(
    amounts: list[int], previous: int, multiplier: str
) -> None:
    of = register(8, multiplier=multiplier)
    against = expected(usual_quantity(history(*amounts), READ_ON), "gal", 1, limits())
    guess = estimate(of, Decimal(previous), against)
    slack = of.step * of.multiplier / 2
    assert min(amounts) - slack <= guess.usage.quantity <= max(amounts) + slack
    assert of.checked(guess.value) == guess.value


@given(quantities, st.integers(0, 99_999))
def test_an_estimate_is_never_questioned_itself(amounts: list[int], previous: int) -> None:
    of = register(8, multiplier="1")
    against = expected(usual_quantity(history(*amounts), READ_ON), "gal", 1, limits())
    looked = reviewed(of, Decimal(previous), estimate(of, Decimal(previous), against).value, against, limits())
    assert set(looked.findings) <= {Finding.ROLLOVER, Finding.ZERO}


@given(st.integers(0, 999_999), st.integers(0, 999_999), st.one_of(st.none(), st.integers(0, 500_000)))
def test_usage_is_never_negative_and_only_sense_has_usage(previous: int, current: int, usual: int | None) -> None:
    looked = look(previous, current, usual)
    assert (looked.usage is None) == (Finding.NEGATIVE in looked.findings)
    assert looked.usage is None or looked.usage.quantity >= 0


@given(st.dates(date(2020, 1, 1), date(2023, 1, 1)), quantities)
def test_the_order_of_history_does_not_matter(first: date, amounts: list[int]) -> None:
    past = [Past(first + timedelta(days=31 * place), Decimal(amount)) for place, amount in enumerate(amounts)]
    assert usual_quantity(past, READ_ON) == usual_quantity(past[::-1], READ_ON)
