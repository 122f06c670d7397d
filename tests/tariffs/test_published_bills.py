"""Bills that towns published, or that follow from their published rates, to the cent."""

from decimal import Decimal

import pytest

from services.billing.tariffs import Usage, price, price_fee
from tests.tariffs.builders import amounts, household, month, town, used

SINGLE_FAMILY = {"class": "single_family", "meter_size": "3/4"}


@pytest.mark.parametrize(
    ("read_in", "expected"),
    [
        # 25 kgal: 16 in the first block, 6.5 in the second, 2.5 in the third
        ("2013", ["base 14.81", "usage 54.72", "usage 33.15", "usage 19.00"]),
        ("2015", ["base 14.81", "usage 57.92", "usage 35.10", "usage 20.13"]),
        ("2017", ["base 14.81", "usage 61.76", "usage 37.44", "usage 21.45"]),
        ("2020", ["base 14.81", "usage 76.48", "usage 46.41", "usage 26.58"]),
        ("2022", ["base 18.62", "usage 89.12", "usage 54.08", "usage 31.00"]),
        ("2023", ["base 20.62", "usage 97.12", "usage 58.96", "usage 33.80"]),
    ],
)
def test_windsor_charges_three_blocks_in_every_year(read_in: str, expected: list[str]) -> None:
    period = month(f"{read_in}-06-01")
    assert amounts(price(town("windsor-co")["water"], used(25), SINGLE_FAMILY, period)) == expected


def test_windsor_s_change_takes_effect_on_february_reads_and_is_first_seen_on_the_march_bill() -> None:
    water = town("windsor-co")["water"]
    january_read = price(water, used(5), SINGLE_FAMILY, month("2023-01-01", days=30, billed="2023-02-05"))
    february_read = price(water, used(5), SINGLE_FAMILY, month("2023-01-28", days=30, billed="2023-03-05"))
    assert amounts(january_read) == ["base 18.62", "usage 27.85"]
    assert amounts(february_read) == ["base 20.62", "usage 30.35"]


def test_windsor_s_stormwater_is_a_flat_amount() -> None:
    stormwater = price(town("windsor-co")["stormwater"], Usage(), {}, month("2023-02-01"))
    assert amounts(stormwater) == ["base 4.89"]


@pytest.mark.parametrize(("year", "expected"), [("2003", "23.75"), ("2004", "26.55")])
def test_alabaster_s_minimum_includes_two_and_a_half_thousand_gallons(year: str, expected: str) -> None:
    bill = price(town("alabaster-al")["water"], used(9), {"meter_size": "3/4"}, month(f"{year}-06-01"))
    assert bill.total == Decimal(expected)


@pytest.mark.parametrize(
    ("day", "customer", "kgal", "expected"),
    [
        ("2003-06-01", "residential", 5, "24.50"),
        ("2003-06-01", "commercial", 5, "44.00"),
        ("2003-06-01", "commercial", 8, "66.29"),
        ("2009-06-01", "residential", 5, "26.75"),
        ("2009-11-15", "residential", 5, "29.75"),
        ("2026-06-01", "residential", 5, "38.87"),
        ("2026-06-01", "multi_family", 5, "55.88"),
        ("2026-06-01", "commercial", 7, "80.46"),
    ],
)
def test_alabaster_s_sewer_by_class_and_year(day: str, customer: str, kgal: int, expected: str) -> None:
    bill = household("alabaster-al", kgal, month(day), "water sewer", {"class": customer, "meter_size": "3/4"})
    assert bill["sewer"].total == Decimal(expected)


def test_alabaster_s_reduced_rate_takes_ten_off_water_and_makes_garbage_free() -> None:
    account = {"class": "residential", "meter_size": "3/4", "reduced_rate": "yes"}
    bill = household("alabaster-al", 2, month("2026-06-01"), "water sewer garbage", account)
    assert {name: str(priced.total) for name, priced in bill.items()} == {
        "garbage": "0.00",
        "sewer": "16.38",
        "water": "0.00",  # the minimum of 9.00 is all that 10 can be taken off
    }


@pytest.mark.parametrize(
    ("fee", "account", "expected"),
    [
        ("connect", {}, "50.00"),
        ("processing", {}, "80.00"),
        ("after_hours", {}, "20.00"),
        ("returned_item", {}, "30.00"),
        ("late", {"past_due": "63.37"}, "6.34"),
        ("card", {"payment": "120.00"}, "2.40"),
        ("deposit", {"class": "hydrant"}, "1000.00"),
    ],
)
def test_alabaster_s_fees(fee: str, account: dict[str, str], expected: str) -> None:
    assert price_fee(town("alabaster-al")["fees"], fee, account, month()).total == Decimal(expected)


@pytest.mark.parametrize(
    ("account", "kgal", "expected"),
    [
        ({"class": "single_family", "city_limits": "inside"}, 12, "4.25"),
        ({"class": "single_family", "city_limits": "outside"}, 12, "4.55"),
        ({"class": "single_family", "metered": "no"}, 0, "4.35"),
        ({"class": "multi_family", "city_limits": "inside", "dwelling_units": "6"}, 40, "22.86"),
        ({"class": "multi_family", "city_limits": "outside", "dwelling_units": "6"}, 40, "24.60"),
        ({"class": "multi_family", "metered": "no", "dwelling_units": "6"}, 0, "23.46"),
        ({"class": "non_residential", "city_limits": "inside"}, "9.5", "3.90"),
        ({"class": "non_residential", "city_limits": "inside"}, "20", "8.73"),
        ({"class": "non_residential", "city_limits": "outside"}, "20", "9.50"),
    ],
)
def test_pocatello_s_sewer_of_1983(account: dict[str, str], kgal: str, expected: str) -> None:
    bill = household("pocatello-id", kgal, month("2024-01-01"), "water sewer", account)
    assert bill["sewer"].total == Decimal(expected)


def test_pocatello_bills_a_winter_minimum_when_the_meter_was_not_read() -> None:
    water = town("pocatello-id")["water"]
    assert amounts(price(water, Usage(), {}, month())) == ["base 12.00", "winter_minimum 8.40"]
    assert amounts(price(water, used(10), {}, month())) == ["base 12.00", "usage 21.00"]


def test_wildwood_s_whole_bill_of_three_thousand_gallons() -> None:
    bill = household("wildwood-fl", 3, month(), "water sewer garbage")
    lines = [line for name in ("water", "sewer", "garbage") for line in amounts(bill[name])]
    assert lines == [
        "base 11.08",
        "usage 5.76",
        "utility_tax 0.84",
        "base 22.49",
        "usage 16.20",
        "base 19.98",
    ]
    assert sum(priced.total for priced in bill.values()) == Decimal("76.35")


@pytest.mark.parametrize(
    ("size", "base"),
    [
        ("5/8x3/4", "16.16"),
        ("1", "40.39"),
        ("1.5", "80.80"),
        ("2", "129.29"),
        ("3", "258.55"),
        ("4", "404.00"),
        ("6", "808.00"),
        ("8", "1292.79"),
    ],
)
def test_palm_bay_s_base_by_meter_size(size: str, base: str) -> None:
    bill = price(town("palm-bay-fl")["water"], used(0), {"meter_size": size}, month())
    assert bill.total == Decimal(base)


@pytest.mark.parametrize(
    ("customer", "kgal", "expected"),
    [("residential", 8, "84.00"), ("residential", 25, "98.68"), ("commercial", 25, "208.78")],
)
def test_palm_bay_caps_residential_sewer_at_ten_thousand_gallons(customer: str, kgal: int, expected: str) -> None:
    account = {"class": customer, "meter_size": "5/8x3/4"}
    assert household("palm-bay-fl", kgal, month(), "water sewer", account)["sewer"].total == Decimal(expected)


@pytest.mark.parametrize(
    ("where", "water", "sewer"),
    # 10 kgal: 18.62 + 4 x 1.153 = 23.23; 16.47 + 46.60; each line 30% more outside
    [("inside", "23.23", "63.07"), ("outside", "30.21", "81.99")],
)
def test_rexburg_charges_thirty_percent_more_outside(where: str, water: str, sewer: str) -> None:
    bill = household("rexburg-id", 10, month(), "water sewer", {"city_limits": where})
    assert (str(bill["water"].total), str(bill["sewer"].total)) == (water, sewer)


@pytest.mark.parametrize(
    ("size", "pickup", "count", "expected"),
    [
        ("90 gal", "weekly", "1", "21.13"),
        ("90 gal", "every two weeks", "2", "25.00"),
        ("90 gal", "every four weeks", "1", "6.35"),
        ("1.5 yd", "weekly", "3", "153.60"),
    ],
)
def test_rexburg_s_carts_by_size_pickup_and_count(size: str, pickup: str, count: str, expected: str) -> None:
    account = {"cart_size": size, "pickup": pickup, "cart_count": count}
    assert price(town("rexburg-id")["garbage"], Usage(), account, month()).total == Decimal(expected)


def test_a_wholesale_customer_pays_for_reserve_and_for_flow_above_it() -> None:
    water = town("florida-wholesale")["water"]
    within = price(water, Usage(Decimal("70"), "mgal"), {"contract": "longboat_key"}, month())
    above = price(water, Usage(Decimal("80"), "mgal"), {"contract": "longboat_key"}, month())
    assert amounts(within) == ["customer_charge 21250.00", "usage 150500.00"]
    assert amounts(above) == ["customer_charge 21250.00", "usage 172000.00", "over_reserve 5375.00"]
