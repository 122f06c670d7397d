"""Numbers as people read them, and usage as it is drawn and compared."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.billing import MonthlyUsage
from services.notifications.documents import figures
from services.notifications.documents.templates import standard_templates
from services.notifications.documents.usage_picture import pictures
from tests.notifications.builders import a_bill, a_history, a_read

ENGLISH = standard_templates().wording("en")


@given(st.decimals(-(10**9), 10**9, places=2))
def test_money_reads_back_as_the_same_amount(amount: Decimal) -> None:
    written = figures.money(amount)
    assert Decimal(written.replace("$", "").replace(",", "").replace(figures.MINUS, "-")) == amount


@pytest.mark.parametrize(
    ("value", "written"),
    [("7.000000", "7"), ("7.250", "7.25"), ("1480", "1,480"), ("-3.5", "−3.5"), ("0.000", "0"), ("100", "100")],
)
def test_quantities_drop_idle_zeros(value: str, written: str) -> None:
    assert figures.quantity(Decimal(value)) == written


@pytest.mark.parametrize(
    ("value", "written"), [("6.07", "$6.07"), ("6", "$6.00"), ("0.00607", "$0.00607"), ("12.4000", "$12.40")]
)
def test_rates_keep_cents_and_every_place_they_have(value: str, written: str) -> None:
    assert figures.rate(Decimal(value)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("7.253", "7.25"),
        ("142.6", "143"),
        ("18000", "18,000"),
        ("99999.4", "99,999"),
        ("493828", "494k"),
        ("2222226", "2.2M"),
        ("-12.5", "−12.5"),
    ],
)
def test_numbers_over_bars_are_brief(value: str, written: str) -> None:
    assert figures.brief(Decimal(value)) == written


def test_the_picture_holds_the_last_thirteen_bills_and_marks_this_one() -> None:
    older = [
        MonthlyUsage(service="water", period_end=date(2021, month, 5), quantity=Decimal(9), unit="kgal")
        for month in range(1, 13)
    ]
    bars = pictures(a_bill(usage_history=(*older, *a_history())), ENGLISH)[0]["bars"]
    assert len(bars) == 13
    assert [bar["current"] for bar in bars] == [False] * 12 + [True]
    assert (bars[0]["month"], bars[0]["year"], bars[-1]["value"]) == ("Aug", "2022", "18")


def test_the_tallest_bar_fills_the_chart() -> None:
    shares = [Decimal(bar["share"]) for bar in pictures(a_bill(), ENGLISH)[0]["bars"]]
    assert max(shares) == 1
    assert min(shares) > 0


def test_history_in_another_unit_is_drawn_to_the_same_scale() -> None:
    past = MonthlyUsage(service="water", period_end=date(2023, 7, 5), quantity=Decimal(9000), unit="gal")
    assert pictures(a_bill(usage_history=(past,)), ENGLISH)[0]["bars"][0]["value"] == "9"


def test_this_bill_in_the_history_is_not_drawn_twice() -> None:
    now = MonthlyUsage(service="water", period_end=date(2023, 8, 4), quantity=Decimal(18), unit="kgal")
    bars = pictures(a_bill(usage_history=(*a_history(), now)), ENGLISH)[0]["bars"]
    assert [bar["value"] for bar in bars[-2:]] == ["16", "18"]


def test_two_meters_are_one_bar() -> None:
    reads = (a_read(quantity="18"), a_read(quantity="5"))
    assert pictures(a_bill(reads=reads), ENGLISH)[0]["bars"][-1]["value"] == "23"


def test_usage_is_compared_with_the_bill_before_and_a_year_ago() -> None:
    said = pictures(a_bill(), ENGLISH)[0]["sentences"]
    assert said == [
        "18 kgal in 30 days, about 600 gallons a day.",
        "The bill before: 16 kgal (2 kgal more now).",
        "A year ago: 17 kgal (1 kgal more now).",
    ]


def test_no_usage_at_all_draws_flat_bars_and_no_history_draws_one() -> None:
    bars = pictures(a_bill(reads=(a_read(quantity="0"),), usage_history=()), ENGLISH)[0]["bars"]
    assert [bar["share"] for bar in bars] == ["0"]
    assert pictures(a_bill(reads=(), usage_history=()), ENGLISH) == []
