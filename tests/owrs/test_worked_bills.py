"""Bills worked out by hand from the example files.

A tier's start is the first unit at its price: with starts 0, 11, 56 the first ten units cost the first price.
"""

from decimal import Decimal

import pytest

from services.billing.tariffs.lines import MissingAttributeError, MissingUsageError, NoRateError, PricingError
from tests.owrs.builders import bill, charges, customers, example

HALF = '1|1/2"'


@pytest.mark.parametrize(
    ("cust_class", "usage", "meter", "expected"),
    [
        ("RESIDENTIAL_SINGLE", "10", "", "21.00"),
        ("RESIDENTIAL_MULTI", "10", "", "35.65"),  # 14.65 + 2.1 x 10
        ("COMMERCIAL", "27.3", '2"', "91.35"),  # 25.83 + 2.356 x 27.3 + 0.0439 x 27.3 = 91.34727
        ("FIRE_SERVICE", "0", "", "12.50"),
    ],
)
def test_a_flat_rate(cust_class: str, usage: str, meter: str, expected: str) -> None:
    given = {"cust_class": cust_class, "usage_ccf": usage} | ({"meter_size": meter} if meter else {})
    assert bill(example("flat-rate"), **given) == Decimal(expected)


@pytest.mark.parametrize(
    ("meter", "usage", "expected"),
    [
        ('3/4"', "0", "43.36"),
        ('3/4"', "10", "82.36"),  # the tenth unit is the last at 3.90
        ('3/4"', "11", "87.51"),
        ('3/4"', "12", "92.66"),
        ('3/4"', "55", "314.11"),  # 43.36 + 39 + 45 x 5.15
        ("Larger", "0", "202.36"),
        (HALF, "200", "2128.11"),  # 75.16 + 10 x 3.9 + 45 x 5.15 + 65 x 8.12 + 80 x 15.68
    ],
)
def test_tiers(meter: str, usage: str, expected: str) -> None:
    rates = example("tiers")
    assert bill(rates, cust_class="RESIDENTIAL_SINGLE", meter_size=meter, usage_ccf=usage) == Decimal(expected)


@pytest.mark.parametrize(
    ("meter", "usage", "expected"),
    [
        ('5/8"', "25", "79.60"),  # 40 + 4 x 0 + 15 x 1.6 + 6 x 2.6
        ('1 1/2"', "39", "40.00"),
        ('1 1/2"', "50", "68.60"),  # 40 + 39 x 0 + 11 x 2.6
    ],
)
def test_tiers_of_each_meter_size_some_with_fewer_tiers(meter: str, usage: str, expected: str) -> None:
    rates = example("tiers")
    assert bill(rates, cust_class="RESIDENTIAL_MULTI", meter_size=meter, usage_ccf=usage) == Decimal(expected)


def test_tiers_by_season_and_lot_with_prices_by_zone() -> None:
    given = {"season": "Summer", "lot_size_group": "2", "pressure_zone": "1", "usage_ccf": "40"}
    # 26 x 2.415 + 12 x 3.7375 + 2 x 5.52
    assert bill(example("tiers"), cust_class="IRRIGATION", **given) == Decimal("118.68")


def test_a_start_that_is_no_whole_unit_stays_where_it_is() -> None:
    # 7.97 x 5.94 + 8.97 x 7.334 + 3.06 x 9.424 = 141.96522
    rates = example("tiers")
    assert bill(rates, cust_class="COMMERCIAL", city_limits="outside_city", usage_ccf="20") == Decimal("141.97")


def test_a_start_below_the_one_before_it_leaves_that_tier_empty() -> None:
    # 29 x 0 + 20 x 1.23 + 33 x 2.58 + 18 x 3.93
    assert bill(example("tiers"), cust_class="INDUSTRIAL", usage_ccf="100") == Decimal("180.48")


HOUSEHOLD = {"hhsize": "3", "et_amount": "4.8", "irr_area": "1300"}


def test_a_budget_of_indoor_and_outdoor_water() -> None:
    # indoor 60 x 3 x 30.4 / 748 = 7.3, budget 7.3 + 0.7 x 4.8 x 1300 x 0.62 / 748 = 10.9, so tiers begin with units
    # 8, 11, 14 (125 % is 13.7) and 17 (150 % is 16.4): 7 x 1.49 + 3 x 1.7 + 3 x 2.62 + 3 x 4.38 + 11.3 x 9.17
    given = {"cust_class": "RESIDENTIAL_SINGLE", "meter_size": '1 1/2"', "usage_ccf": "27.3"} | HOUSEHOLD
    assert bill(example("budget"), **given) == Decimal("178.13")
    assert charges(example("budget"), **given)["service_charge"] == Decimal("37.98")


@pytest.mark.parametrize(
    ("water", "expected"),
    [
        ("RECYCLED", "239.98"),  # outdoor 0.8 x 4500 x 4.8 x 0.62 / 748 = 14.3: 14 x 3.66 + 27 x 6.33 + 17.83
        ("POTABLE", "357.54"),  # outdoor 12.5: 12 x 4.07 + 29 x 10.03 + 17.83
    ],
)
def test_an_outdoor_budget_by_kind_of_water(water: str, expected: str) -> None:
    given = {"water_type": water, "irr_area": "4500", "et_amount": "4.8", "usage_ccf": "41"}
    assert bill(example("budget"), cust_class="IRRIGATION", **given) == Decimal(expected)


def test_a_budget_from_history_with_numbers_among_its_starts() -> None:
    # starts 7, 13 (12.2 rounded up), 20 and 27 (133 % of 20 is 26.6): 6 x 1 + 6 x 2 + 7 x 3 + 7 x 4 + 4 x 5
    assert bill(example("budget"), cust_class="COMMERCIAL", cii_allocation="20", usage_ccf="30") == 87


def test_a_budget_of_whole_units_loses_none_to_a_division() -> None:
    entries = "budget: area*(1/748)\ntier_starts: [0, 100%]\ntier_prices: [1, 2]\ncommodity_charge: Budget\n"
    rates = customers(entries + "bill: commodity_charge")
    for units in range(1, 60):
        # the second tier begins with the unit that the budget counts to
        assert bill(rates, area=str(748 * units), usage_ccf="100") == (units - 1) + 2 * (101 - units)


def test_classes_written_as_ordered_lists() -> None:
    rates = example("ordered-lists")
    # 14 x 2.87 + 26 x 4.29 + 10 x 6.44
    assert bill(rates, cust_class="RESIDENTIAL_SINGLE", usage_ccf="50") == Decimal("216.12")
    given = {"meter_size": '5/8"', "water_type": "POTABLE", "usage_ccf": "300"}
    # 210 x 4.07 + 90 x 10.03
    assert bill(rates, cust_class="IRRIGATION", **given) == Decimal("1757.40")


@pytest.mark.parametrize(
    ("cust_class", "usage", "expected"),
    [
        # 11 + 14 x 2.87 + 6 x 4.29 + 5 x 6.44 + 2.3 x 10.07, sewer 10 x 2 and the rest free
        ("RESIDENTIAL_SINGLE", "27.3", "152.28"),
        # 33 + 388 x 4.07 = 1612.16 and five percent of it, sewer 10 x 2 (101 % of 10 begins with unit 11)
        ("COMMERCIAL", "388", "1712.77"),
        ("RESIDENTIAL_MULTI", "10", "44.67"),  # (20 + 21.55) x 1.075 = 44.66625
        ("INDUSTRIAL", "27.3", "85.53"),  # (20 + 58.8315) x 1.085 = 85.532
        ("INSTITUTIONAL", "10", "53.75"),  # 10 + 10 + 30 + 5 x 0 + 5 x 1.25 - 2.5
        ("OTHER", "4", "23.50"),
    ],
)
def test_sewer_taxes_and_discounts(cust_class: str, usage: str, expected: str) -> None:
    assert bill(example("sewer-and-tax"), cust_class=cust_class, usage_ccf=usage) == Decimal(expected)


def test_a_tax_is_a_line_of_its_own() -> None:
    lines = charges(example("sewer-and-tax"), cust_class="COMMERCIAL", usage_ccf="388")
    assert lines["utility_tax"] == Decimal("80.61")
    assert lines["sewer_charge"] == 20


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"cust_class": "RESIDENTIAL_SINGLE_MOUNTAIN", "wrap_customer": "Yes", "usage_ccf": "4"}, "17"),
        ({"cust_class": "RESIDENTIAL_SINGLE_MOUNTAIN", "wrap_customer": "no", "usage_ccf": "4"}, "18"),
        ({"cust_class": "RESIDENTIAL_SINGLE", "city_limits": "outside_city", "usage_ccf": "15"}, "50"),
        ({"cust_class": "RESIDENTIAL_SINGLE", "city_limits": "outside_city", "usage_ccf": "0"}, "10"),
        ({"cust_class": "RESIDENTIAL_SINGLE", "city_limits": "inside_city", "usage_ccf": "5"}, "20"),
        ({"cust_class": "COMMERCIAL", "usage_ccf": "2"}, "25"),
        ({"cust_class": "COMMERCIAL", "usage_ccf": "10"}, "30"),
        ({"cust_class": "IRRIGATION", "pressure_zone": "2", "usage_ccf": "10"}, "25"),
    ],
)
def test_conditions_minimums_and_tables_of_formulas(given: dict[str, str], expected: str) -> None:
    assert bill(example("conditions"), **given) == Decimal(expected)


@pytest.mark.parametrize(
    ("season", "zone", "usage", "expected"),
    [
        ("Summer", "2", "20", "54.48"),  # 36 + (20 - 12) x 1.785 + 20 x 0.21
        ("Winter", "9", "10", "39.50"),  # 36 + 0 + 10 x 0.35, the row for all other zones
    ],
)
def test_charges_for_each_dwelling_unit(season: str, zone: str, usage: str, expected: str) -> None:
    given = {"season": season, "elevation_zone": zone, "usage_ccf": usage, "number_dwelling_units": "3"}
    assert bill(example("conditions"), cust_class="RESIDENTIAL_MULTI", **given) == Decimal(expected)


def test_an_imperfect_file_means_what_it_meant() -> None:
    rates = example("imperfect")
    # 11.39 + 14 x 2.87 + 26 x 4.29 + 10 x 6.44; a spreadsheet had made `5/8"` the eighth of May
    given = {"cust_class": "RESIDENTIAL_SINGLE", "meter_size": '5/8"', "usage_ccf": "50"}
    assert bill(rates, **given) == Decimal("227.51")
    assert bill(rates, cust_class="NON-RESIDENTIAL", usage_ccf="10") == Decimal("35.50")


def test_the_bill_is_rounded_once_not_line_by_line() -> None:
    rates = customers("one: 0.014*usage_ccf\ntwo: 0.014*usage_ccf\nbill: one + two")
    assert bill(rates, usage_ccf="1") == Decimal("0.03")
    assert sum(charges(rates, usage_ccf="1").values()) == Decimal("0.03")


def test_usage_is_in_the_files_own_unit() -> None:
    rates = example("conditions")
    assert rates.file.unit == "kgal"
    assert bill(rates, cust_class="IRRIGATION", pressure_zone="2", usage_ccf="10") == 25


def test_what_the_file_sets_is_not_asked_for() -> None:
    given = {"cust_class": "RESIDENTIAL_SINGLE", "meter_size": '5/8"', "usage_ccf": "27.3"} | HOUSEHOLD
    rates = example("budget")
    assert bill(rates, **given) == bill(rates, days_in_period="31", **given)


def test_a_missing_attribute_is_named() -> None:
    with pytest.raises(MissingAttributeError, match=r"needs `hhsize` \(number of people in the household\)"):
        bill(example("budget"), cust_class="RESIDENTIAL_SINGLE", meter_size='5/8"', usage_ccf="1")
    with pytest.raises(MissingAttributeError, match="one of RESIDENTIAL_SINGLE, RESIDENTIAL_MULTI"):
        bill(example("tiers"), usage_ccf="1")
    with pytest.raises(MissingUsageError):
        bill(example("flat-rate"), cust_class="RESIDENTIAL_SINGLE")


def test_a_value_without_a_row_is_never_free() -> None:
    with pytest.raises(NoRateError, match='no rate for meter_size 9"; it has rates for 3/4", 5/8"'):
        bill(example("tiers"), cust_class="RESIDENTIAL_SINGLE", meter_size='9"', usage_ccf="1")
    with pytest.raises(NoRateError, match="wrap_customer perhaps"):
        bill(example("conditions"), cust_class="RESIDENTIAL_SINGLE_MOUNTAIN", wrap_customer="perhaps", usage_ccf="1")
    with pytest.raises(NoRateError, match="class CHURCH"):
        bill(example("tiers"), cust_class="CHURCH", usage_ccf="1")


def test_a_refused_class_says_why_when_it_is_priced() -> None:
    with pytest.raises(PricingError, match=r"half-broken.owrs:\d+: Class `NO_BILL`: There is no `bill`"):
        bill(example("half-broken"), cust_class="NO_BILL", usage_ccf="1")


@pytest.mark.parametrize("usage", ["much", "NaN", "Infinity", ""])
def test_usage_must_be_a_number(usage: str) -> None:
    with pytest.raises(PricingError, match="`usage_ccf` must be a number"):
        bill(example("flat-rate"), cust_class="RESIDENTIAL_SINGLE", usage_ccf=usage)


def test_the_only_class_of_a_file_need_not_be_said() -> None:
    assert bill(customers("bill: 5 + usage_ccf"), usage_ccf="2") == 7
