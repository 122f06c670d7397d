"""A promise to pay in parts: kept, paid, broken; and what a person may agree to."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.calendar import Calendar
from services.collections.arrangements.rules import Agreed, Installment, State, refused, state_on
from services.collections.policy import Arrangements
from services.collections.timeline.standing import Paid

MADE = date(2023, 4, 3)
PARTS = (
    Installment(MADE, Decimal("20.00")),
    Installment(date(2023, 4, 15), Decimal("30.00")),
    Installment(date(2023, 5, 15), Decimal("30.00")),
)
AGREED = Agreed(UUID(int=1), PARTS, frozenset({UUID(int=2)}), from_seq=3)
CALENDAR = Calendar()


def paid(seq: int, amount: str, day: date) -> Paid:
    return Paid(seq, Decimal(amount), day)


DOWN = paid(4, "20.00", MADE)


def test_it_is_kept_while_every_installment_is_paid_by_its_day() -> None:
    assert state_on(AGREED, [DOWN], date(2023, 4, 17), CALENDAR) == (State.KEPT, None)


def test_an_installment_due_on_a_closed_day_may_be_paid_on_the_next_open_one() -> None:
    monday = paid(5, "30.00", date(2023, 4, 17))
    assert state_on(AGREED, [DOWN, monday], date(2023, 4, 18), CALENDAR) == (State.KEPT, None)


def test_it_is_broken_the_day_after_an_installment_was_missed() -> None:
    assert state_on(AGREED, [DOWN], date(2023, 4, 18), CALENDAR) == (State.BROKEN, date(2023, 4, 18))


def test_a_payment_made_in_time_and_heard_of_late_mends_it() -> None:
    late_news = paid(5, "30.00", date(2023, 4, 14))
    assert state_on(AGREED, [DOWN, late_news], date(2023, 4, 20), CALENDAR)[0] == State.KEPT


def test_money_from_before_it_was_made_does_not_count() -> None:
    assert state_on(AGREED, [paid(3, "80.00", MADE)], date(2023, 4, 4), CALENDAR)[0] == State.BROKEN


def test_it_is_paid_when_all_of_it_came() -> None:
    assert state_on(AGREED, [DOWN, paid(5, "60.00", MADE)], date(2023, 6, 1), CALENDAR)[0] == State.PAID


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60)), max_size=6), st.integers(0, 70))
def test_paying_more_or_earlier_never_breaks_it(payments: list[tuple[int, int]], days: int) -> None:
    day = MADE + timedelta(days)
    made = [Paid(4 + at, Decimal(amount), MADE + timedelta(after)) for at, (amount, after) in enumerate(payments)]
    better = [Paid(one.seq, one.amount + 1, max(MADE, one.effective - timedelta(1))) for one in made]
    if state_on(AGREED, made, day, CALENDAR)[0] != State.BROKEN:
        assert state_on(AGREED, better, day, CALENDAR)[0] != State.BROKEN


@pytest.mark.parametrize(
    ("policy", "parts", "word"),
    [
        ({}, PARTS[:2], "sum to 50.00"),
        ({}, (PARTS[1], PARTS[0], PARTS[2]), "one after the other"),
        ({"most_installments": 2}, PARTS, "at most 2"),
        ({"longest_days": 30}, PARTS, "after 30 days"),
        ({"down_payment": Decimal("0.5")}, PARTS, "50% down: 40.00"),
    ],
)
def test_what_the_town_does_not_agree_to_is_said(
    policy: dict[str, object], parts: tuple[Installment, ...], word: str
) -> None:
    assert word in refused(Arrangements.model_validate(policy), Decimal("80.00"), parts, MADE)
    assert refused(Arrangements(), Decimal("80.00"), PARTS, MADE) == ""
