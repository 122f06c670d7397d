"""What money is believed, and which day it counts for."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.payments import Channel, Purpose, TenderKind
from services.payments.policy import PaymentsPolicy
from services.payments.taking import Money, effective_date, fault

DENVER = ZoneInfo("America/Denver")
POLICY = PaymentsPolicy.model_validate({"largest_payment": "25000.00", "cut_offs": {"counter": "16:30"}})
TODAY = date(2023, 3, 15)


def money(**changes: object) -> Money:
    said = {
        "source": "vendor:sample-bank",
        "source_key": "V-1",
        "account_number": "10001",
        "amount": Decimal("50.00"),
        "channel": Channel.ONLINE,
        "tender": TenderKind.CARD,
        "purpose": Purpose.BALANCE,
        "payer": "",
        "taken_at": datetime(2023, 3, 15, 18, 0, tzinfo=UTC),
    }
    return Money(**(said | changes))  # type: ignore[arg-type]


def test_ordinary_money_is_believed() -> None:
    assert fault(money(), POLICY, TODAY, DENVER) == ""


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"amount": Decimal("-5.00")}, "not above zero"),
        ({"amount": Decimal("0.00")}, "not above zero"),
        ({"amount": Decimal("25000.01")}, "above the largest"),
        ({"taken_at": datetime(2023, 3, 20, 18, 0, tzinfo=UTC)}, "has not come yet"),
        ({"channel": Channel("carrier_pigeon")}, "carrier_pigeon"),
        ({"tender": TenderKind("shells")}, "shells"),
    ],
)
def test_money_that_cannot_be_is_refused_with_a_sentence(changes: dict[str, object], word: str) -> None:
    assert word in fault(money(**changes), POLICY, TODAY, DENVER)


def test_a_payment_counts_for_the_towns_day_not_for_greenwichs() -> None:
    late_evening = datetime(2023, 3, 16, 4, 30, tzinfo=UTC)
    assert effective_date(money(taken_at=late_evening), POLICY, DENVER) == date(2023, 3, 15)


@pytest.mark.parametrize(("hour", "minute", "day"), [(16, 30, 15), (16, 31, 16)])
def test_after_the_channels_cut_off_it_counts_for_the_next_day(hour: int, minute: int, day: int) -> None:
    local = datetime(2023, 3, 15, hour, minute, tzinfo=DENVER)
    counted = effective_date(money(channel=Channel.COUNTER, taken_at=local), POLICY, DENVER)
    assert counted == date(2023, 3, day)


@given(st.text(max_size=20), st.text(max_size=20))
def test_the_same_source_and_key_is_the_same_payment_and_no_other(one: str, other: str) -> None:
    same = money(source_key=one).payment_id == money(source_key=other).payment_id
    assert same == (one == other)


@given(
    st.decimals(min_value="0.01", max_value="99999", places=2),
    st.decimals(min_value="0.01", max_value="99999", places=2),
)
def test_another_amount_is_other_content(one: Decimal, other: Decimal) -> None:
    assert (money(amount=one).content_hash == money(amount=other).content_hash) == (one == other)
