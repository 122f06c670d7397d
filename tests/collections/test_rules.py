"""Who is reminded, and what speaks against it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collections.policy import Reminder
from services.collections.rules import Standing, cured, deadline, why_not

POLICY = Reminder(after_days=5, minimum=Decimal("10.00"), deadline_days=10)
DUE = date(2023, 3, 10)
LATE = DUE + timedelta(days=5)


def standing(**changes: object) -> Standing:
    said: dict[str, object] = {
        "past_due": Decimal("84.10"),
        "oldest_due": DUE,
        "payments_through": 3,
        "last_payment_seq": 3,
        "holds": [],
    }
    return Standing(**(said | changes))  # type: ignore[arg-type]


def test_an_account_is_reminded_once_the_towns_days_have_passed() -> None:
    assert "waits 5 days" in why_not(standing(), POLICY, LATE - timedelta(days=1))
    assert why_not(standing(), POLICY, LATE) == ""


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"past_due": Decimal("0.00"), "oldest_due": None}, "Nothing is past due"),
        ({"past_due": Decimal("9.99")}, "less than 10.00"),
        ({"last_payment_seq": 4}, "not in the balance yet"),
        ({"holds": ["medical"]}, "hold: medical"),
    ],
)
def test_what_speaks_against_a_reminder_is_said(changes: dict[str, object], word: str) -> None:
    assert word in why_not(standing(**changes), POLICY, LATE)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 400))
def test_nobody_whose_payment_is_on_its_way_is_ever_reminded(through: int, last: int, days: int) -> None:
    one = standing(payments_through=through, last_payment_seq=last)
    if why_not(one, POLICY, DUE + timedelta(days=days)) == "":
        assert last <= through


@given(st.decimals(min_value="-500", max_value="500", places=2))
def test_a_case_is_over_exactly_when_nothing_is_past_due(past_due: Decimal) -> None:
    assert cured(standing(past_due=past_due)) == (past_due <= 0)


def test_the_deadline_counts_from_the_day_of_approval() -> None:
    assert deadline(POLICY, LATE) == date(2023, 3, 25)
