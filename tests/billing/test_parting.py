"""Whose usage is when a service changes hands between two readings: each day's to whoever had it, and none is lost."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.billing.usage.parting import Claim, Stretch, Two, at_final_reads, claims_of, divided

D = Decimal
ANN, BOB, CY = (UUID(int=number) for number in (1, 2, 3))
START, END = date(2023, 4, 1), date(2023, 5, 1)
APRIL = Stretch(None, START, END, D(1000), D(4000), D(3000))


def april(day: int) -> date:
    return date(2023, 4, day)


def owners(claims: list[Claim], whole: Stretch = APRIL) -> list[tuple[UUID | None, Decimal]]:
    return [(one.account_id, one.quantity) for one in divided(whole, claims)]


def test_usage_of_one_account_is_whole() -> None:
    assert owners([Claim(ANN, date(2020, 1, 1), None)]) == [(ANN, D(3000))]


def test_usage_that_crosses_a_move_is_divided_by_days() -> None:
    parts = divided(APRIL, [Claim(ANN, date(2020, 1, 1), april(11)), Claim(BOB, april(11), None)])
    assert parts == [
        Stretch(ANN, START, april(11), D(1000), D(2000), D(1000)),
        Stretch(BOB, april(11), END, D(2000), D(4000), D(2000)),
    ]


def test_what_was_used_while_nobody_was_there_is_nobodys() -> None:
    claims = [Claim(ANN, date(2020, 1, 1), april(11)), Claim(BOB, april(21), None)]
    assert owners(claims) == [(ANN, D(1000)), (None, D(1000)), (BOB, D(1000))]


def test_the_first_customer_of_a_meter_has_all_that_it_showed_since_it_was_set() -> None:
    assert owners([Claim(BOB, april(21), None)]) == [(BOB, D(3000))]


def test_a_final_read_near_the_move_counts_as_taken_on_it() -> None:
    claims = [Claim(ANN, date(2020, 1, 1), april(2)), Claim(BOB, april(2), None)]
    assert owners(at_final_reads(claims, [START], 3)) == [(BOB, D(3000))]
    assert len(owners(at_final_reads(claims, [START], 0))) == 2


def test_two_accounts_that_claim_the_same_days_are_left_to_a_person() -> None:
    with pytest.raises(Two):
        divided(APRIL, [Claim(ANN, date(2020, 1, 1), None), Claim(BOB, april(21), None)])


def test_services_of_one_account_that_follow_each_other_are_one_claim() -> None:
    agreements = [(ANN, april(11), None), (ANN, date(2020, 1, 1), april(11)), (BOB, april(3), april(3))]
    assert claims_of(agreements) == [Claim(ANN, date(2020, 1, 1), None)]


days = some.integers(-10, 40).map(lambda number: START + timedelta(number))


@given(
    moves=some.lists(some.tuples(days, days, some.sampled_from([ANN, BOB, CY])), max_size=4),
    quantity=some.decimals(0, 99999, places=2) | some.integers(-50, 99999).map(Decimal),
)
def test_the_parts_of_a_read_come_to_the_read_and_follow_each_other(
    moves: list[tuple[date, date, UUID]], quantity: Decimal
) -> None:
    whole = APRIL._replace(quantity=quantity)
    try:
        parts = divided(whole, claims_of((who, min(one, other), max(one, other)) for one, other, who in moves))
    except Two:
        return
    assert sum((part.quantity for part in parts), D(0)) == quantity
    assert (parts[0].previous_on, parts[-1].read_on) == (START, END)
    for before, after in pairwise(parts):
        assert (before.read_on, before.read_value) == (after.previous_on, after.previous_value)
        assert before.account_id != after.account_id
