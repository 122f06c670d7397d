"""What keeps a bill from being priced is told in a sentence."""

import pytest

from services.billing.tariffs import PricingError, Usage, price
from tests.tariffs.builders import HEAD, month, total, water


def test_missing_and_unknown_attributes_are_told_without_naming_an_account() -> None:
    service = water(HEAD + "base: {by: meter_size, 3/4: 10, 1: 20}\n")
    with pytest.raises(PricingError) as missing:
        total(service, 0)
    assert str(missing.value) == (
        "The water tariff needs `meter_size` (meter size as the tariff writes it), and the account doesn't say it."
    )
    with pytest.raises(PricingError) as unknown:
        total(service, 0, meter_size="7")
    assert str(unknown.value) == "The water tariff has no rate for meter_size 7; it has rates for 3/4, 1."


def test_a_class_without_a_rate_is_told() -> None:
    with pytest.raises(PricingError, match="has no rate for class shop; it has rates for home"):
        total(water(HEAD + "classes:\n  home: {base: 5}\n"), 0, class_="shop")


def test_a_day_before_the_first_version_is_told() -> None:
    with pytest.raises(PricingError, match="No version of the water tariff is in force on 2019-07-01"):
        total(water(HEAD + "base: 5\n"), 0, month("2019-06-01"))


def test_usage_that_is_not_there_is_told() -> None:
    with pytest.raises(PricingError, match="charges by usage, and there is no usage to bill"):
        price(water(HEAD + "price: 2\n"), Usage(), {}, month())


def test_a_flag_that_says_neither_yes_nor_no_is_told() -> None:
    service = water(HEAD + "base: 20\ncharges:\n  discount: {amount: -5, when: {low_income: yes}}\n")
    with pytest.raises(PricingError, match="knows `low_income` as yes, no, and the account says true"):
        total(service, 0, low_income="true")


def test_a_bill_too_large_to_write_is_told() -> None:
    service = water(HEAD + "price: 99999999999999999999\n")
    with pytest.raises(PricingError, match="a number too large for a bill"):
        total(service, "99999999999999999999.123456")
