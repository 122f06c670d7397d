"""The shapes that published tariffs take, one bill each."""

from decimal import Decimal

import pytest

from services.billing.tariffs import Usage, price, price_bill
from tests.tariffs.builders import HEAD, amounts, month, tariffs, total, used, water

SEASONS = """
seasons:
  summer: {from: 05-01, to: 09-30}
  winter: {from: 10-01, to: 04-30}
price: {by: season, summer: 3.00, winter: 2.00}
"""


def test_a_base_and_a_price_are_five_lines() -> None:
    text = HEAD + "base: 10.00\nprice: 2.00\n"
    assert len(text.strip().splitlines()) == 5
    assert total(water(text), 7) == Decimal("24.00")


def test_declining_blocks() -> None:
    service = water(HEAD + "blocks:\n  - {to: 10, price: 3.00}\n  - {price: 1.50}\n")
    assert total(service, 14) == Decimal("36.00")


def test_blocks_by_width_as_an_ordinance_says_first_next_and_rest() -> None:
    service = water(
        HEAD.replace("kgal", "gal") + "blocks:\n"
        "  - {next: 5000, price: 0.019}\n  - {next: 9000, price: 0.017}\n  - {price: 0.014}\n"
    )
    assert price(service, Usage(Decimal(12500), "gal"), {}, month()).total == Decimal("222.50")


def test_blocks_that_grow_with_dwelling_units() -> None:
    service = water(HEAD + "scale: dwelling_units\nblocks:\n  - {to: 5, price: 2.00}\n  - {price: 4.00}\n")
    assert total(service, 12) == Decimal("38.00")
    assert total(service, 12, dwelling_units="2") == Decimal("28.00")


def test_blocks_that_grow_with_meter_size() -> None:
    text = HEAD + "blocks:\n  - {to: {by: meter_size, 3/4: 10, 2: 50}, price: 2.00}\n  - {price: 4.00}\n"
    assert total(water(text), 20, meter_size="3/4") == Decimal("60.00")
    assert total(water(text), 20, meter_size="2") == Decimal("40.00")


def test_seasonal_blocks_by_the_day_of_the_read() -> None:
    service = water(
        HEAD
        + "chosen_by: read_date\nseasons:\n  summer: {from: 05-01, to: 09-30}\n  winter: {from: 10-01, to: 04-30}\n"
        "price: {by: season, summer: 3.00, winter: 2.00}\n"
    )
    assert total(service, 10, month("2024-06-01")) == Decimal("30.00")
    assert total(service, 10, month("2024-12-15")) == Decimal("20.00")


def test_a_season_that_changes_within_the_period_is_shared_by_days() -> None:
    service = water(HEAD + "chosen_by: days\n" + SEASONS)
    bill = price(service, used(30), {}, month("2024-09-21", 30))
    assert amounts(bill) == ["usage 30.00", "usage 40.00"]


@pytest.mark.parametrize(("gallons", "expected"), [("0", "0"), ("1", "2.00"), ("1000", "2.00"), ("1001", "4.00")])
def test_each_thousand_gallons_or_part_of_it(gallons: str, expected: str) -> None:
    service = water(HEAD + "usage: {round: up}\nprice: 2.00\n")
    assert price(service, Usage(Decimal(gallons), "gal"), {}, month()).total == Decimal(expected)


def test_a_price_per_gallon() -> None:
    service = water(HEAD.replace("kgal", "gal") + "price: 0.00607\n")
    assert price(service, Usage(Decimal("5.432"), "kgal"), {}, month()).total == Decimal("32.97")


def test_percents_in_a_stated_order() -> None:
    service = water(
        HEAD + "base: 100.00\ncharges:\n  total_tax: {percent: 10, of: [base, levy]}\n  levy: {percent: 5, of: base}\n"
    )
    assert amounts(price(service, used(0), {}, month())) == ["base 100.00", "levy 5.00", "total_tax 10.50"]


def test_a_percent_of_another_service_s_bill() -> None:
    town = tariffs(
        water=HEAD + "base: 10.00\nprice: 2.00\n",
        sewer="effective: 2020-01-01\nsource: Ordinance 2\ncharges:\n  sewer: {percent: 80, of: water}\n",
        levy="effective: 2020-01-01\nsource: Ordinance 3\ncharges:\n  levy: {percent: 1, of: [water.usage, sewer]}\n",
    )
    bills = price_bill(town, {"levy": Usage(), "sewer": Usage(), "water": used(5)}, {}, month())
    assert {name: str(bill.total) for name, bill in bills.items()} == {
        "water": "20.00",
        "sewer": "16.00",
        "levy": "0.26",
    }


def test_a_service_s_minimum_and_maximum() -> None:
    service = water(HEAD + "price: 2.00\nminimum: 15.00\nmaximum: 50.00\n")
    assert amounts(price(service, used(3), {}, month())) == ["usage 6.00", "minimum 9.00"]
    assert amounts(price(service, used(10), {}, month())) == ["usage 20.00"]
    assert amounts(price(service, used(40), {}, month())) == ["usage 80.00", "maximum -30.00"]


def test_a_tax_is_on_the_minimum_too() -> None:
    service = water(HEAD + "price: 2.00\nminimum: 15.00\ncharges:\n  tax: {percent: 10}\n")
    assert total(service, 3) == Decimal("16.50")


def test_a_charge_s_own_floor_and_cap() -> None:
    service = water(HEAD + "charges:\n  sewer: {price: 2.00, at_least: 5.00, at_most: 30.00}\n")
    assert [total(service, kgal) for kgal in (1, 10, 20)] == [Decimal(5), Decimal(20), Decimal(30)]


@pytest.mark.parametrize(
    ("how", "area", "expected"),
    [
        ("round: nearest", "6250", "12.00"),  # 2.5 ERU
        ("round: nearest, to: 0.1", "6300", "10.00"),  # 2.52 ERU
        ("round: up", "5001", "12.00"),
        ("round: down", "7499", "8.00"),
        ("at_least: 1", "400", "4.00"),
        ("at_most: 10", "1000000", "40.00"),
        ("called: ERU", "3125", "5.00"),
    ],
)
def test_erus_of_impervious_area(how: str, area: str, expected: str) -> None:
    per = "{of: impervious_area, each: 2500, " + how + "}"
    service = water(HEAD + f"charges:\n  stormwater: {{amount: 4.00, per: {per}}}\n")
    assert total(service, 0, impervious_area=area) == Decimal(expected)


def test_area_tiers() -> None:
    service = water(HEAD + "base:\n  by: impervious_area\n  up to 2000: 3.10\n  up to 5000: 6.20\n  over 5000: 9.00\n")
    areas = {"0": "3.10", "2000": "3.10", "2000.5": "6.20", "5000": "6.20", "5001": "9.00"}
    assert {area: str(total(service, 0, impervious_area=area)) for area in areas} == areas


def test_acres_by_land_use_with_a_credit() -> None:
    service = water(
        HEAD + "charges:\n  acreage: {amount: {by: land_use, farm: 1.25, shop: 8.00}, per: acres}\n"
        "  pond_credit: {percent: -25, of: acreage, when: {pond: yes}}\n"
        "attributes:\n  pond: {kind: flag, default: no}\n"
    )
    assert total(service, 0, land_use="shop", acres="2.5") == Decimal("20.00")
    assert total(service, 0, land_use="shop", acres="2.5", pond="yes") == Decimal("15.00")


def test_a_drought_surcharge_by_stage() -> None:
    service = water(
        HEAD + "base: 10\nprice: 2\ncharges:\n"
        "  drought: {percent: {by: stage, 1: 10, 2: 25}, of: usage, when: {stage: [1, 2]}}\n"
    )
    assert [total(service, 10, stage=stage) for stage in "012"] == [Decimal(30), Decimal(32), Decimal(35)]


def test_pumping_zones() -> None:
    service = water(HEAD + "price: 2\ncharges:\n  pumping: {price: {by: zone, low: 0, high: 0.35}}\n")
    assert total(service, 10, zone="high") == Decimal("23.50")


def test_fire_lines_by_size_and_by_inch_and_year() -> None:
    by_size = water(HEAD + "base: {by: line_size, 4: 8.00, 6: 12.00}\n")
    by_inch = water(HEAD + "base: {amount: 18.00, per: line_inches, every: year}\n")
    assert total(by_size, 0, line_size="6") == Decimal("12.00")
    assert total(by_inch, 0, line_inches="6") == Decimal("9.00")


def test_a_bill_of_two_months_has_two_of_a_monthly_amount() -> None:
    service = water(HEAD + "bills_a_year: 6\nbase: {amount: 5.00, every: month}\n")
    assert total(service, 0, month(days=61)) == Decimal("10.00")


def test_a_charge_by_the_day() -> None:
    assert total(water(HEAD + "base: {amount: 0.30, every: day}\n"), 0, month(days=29)) == Decimal("8.70")


def test_hydrants_and_fees_per_meter() -> None:
    service = water(
        HEAD + "charges:\n  hydrants: {amount: 3, per: hydrants}\n  test_fee: {amount: 1, per: meter_count}\n"
    )
    assert total(service, 0, hydrants="4", meter_count="3") == Decimal(15)


def test_an_irrigation_meter_has_no_sewer() -> None:
    town = tariffs(
        water=HEAD + "price: 2\n",
        sewer=HEAD + "charges:\n  usage: {price: 5, on: water_usage, when: {irrigation: no}}\n",
    )
    usages = {"water": used(4), "sewer": Usage()}
    assert price_bill(town, usages, {}, month())["sewer"].total == Decimal(20)
    assert price_bill(town, usages, {"sewer": {"irrigation": "yes"}}, month())["sewer"].lines == ()


def test_a_discount_by_exemption() -> None:
    service = water(
        HEAD + "base: 20\ncharges:\n  low_income: {percent: -50, of: base, when: {low_income: yes}}\n"
        "  tax: {percent: 5, of: [base, low_income], when: {exempt: no}}\n"
    )
    assert total(service, 0) == Decimal("21.00")
    assert total(service, 0, low_income="yes") == Decimal("10.50")
    assert total(service, 0, low_income="yes", exempt="yes") == Decimal("10.00")


def test_reclaimed_water_flat_by_acre_or_by_meter() -> None:
    text = HEAD + "classes:\n  unmetered: {base: {amount: 31.50, per: acres}}\n  metered: {base: 5, price: 0.48}\n"
    assert total(water(text), 0, class_="unmetered", acres="0.4") == Decimal("12.60")
    assert total(water(text), 10, class_="metered") == Decimal("9.80")


def test_take_or_pay() -> None:
    service = water(HEAD + "price: 2.00\non: {of: usage, at_least: contract_quantity}\n")
    assert total(service, 50, contract_quantity="80") == Decimal(160)
    assert total(service, 90, contract_quantity="80") == Decimal(180)


def test_a_demand_charge() -> None:
    service = water(HEAD + "charges:\n  demand: {amount: 500, per: {of: peak_demand, called: MGD}}\n")
    assert total(service, 0, peak_demand="1.6") == Decimal(800)


def test_a_rate_for_one_contract_stands_beside_everybody_s() -> None:
    service = water(
        """
        unit: kgal
        versions:
          - {effective: 2020-01-01, source: Ordinance 1, price: 2.00}
          - {effective: 2020-01-01, source: Contract 7, price: 1.50, for: {contract: mill}}
          - {effective: 2022-01-01, source: Ordinance 2, price: 2.20}
        """
    )
    assert total(service, 10, month("2021-01-01")) == Decimal(20)
    assert total(service, 10, month("2021-01-01"), contract="mill") == Decimal(15)
    assert price(service, used(1), {"contract": "mill"}, month("2021-01-01")).lines[0].tariff_version == (
        "2020-01-01 contract=mill"
    )
    assert total(service, 10, month("2023-01-01")) == Decimal(22)
    assert total(service, 10, month("2023-01-01"), contract="mill") == Decimal(15)  # a contract stands till it ends


def test_an_unread_meter_pays_its_minimum() -> None:
    text = "base: 12\ncharges:\n  usage: {price: 2, when: {read: yes}}\n  unread: {amount: 8, when: {read: no}}\n"
    assert amounts(price(water(HEAD + text), Usage(), {}, month())) == ["base 12.00", "unread 8.00"]


def test_a_factor_is_on_the_minimum_too() -> None:
    service = water(HEAD + "price: 1\nminimum: 10\nfactor: {by: city_limits, inside: 1, outside: 1.30}\n")
    assert total(service, 2, city_limits="outside") == Decimal("13.00")


def test_the_rule_says_how_units_were_counted() -> None:
    per = "{of: impervious_area, each: 2500, round: up, called: ERU}"
    charges = f"charges:\n  stormwater: {{amount: 4.00, per: {per}}}\n  carts: {{amount: 3, per: cart_count}}\n"
    rules = [line.rule for line in price(water(HEAD + charges), used(0), {"impervious_area": "5100"}, month()).lines]
    assert rules == ["3 ERU at 4.00 each: impervious area / 2,500 rounded up", "1 cart at 3.00 each"]
