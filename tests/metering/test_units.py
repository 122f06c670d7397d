"""What one unit is worth in another."""

from decimal import Decimal

import pytest

from services.metering.units import UNITS, UnknownUnitError, converted


@pytest.mark.parametrize(
    ("quantity", "unit", "to", "is_"),
    [
        ("4500", "gal", "kgal", "4.5"),
        ("4.5", "kgal", "gal", "4500"),
        ("1", "ccf", "cf", "100"),
        ("1", "ccf", "gal", "748.051948"),
        ("1", "m3", "cf", "35.314667"),
    ],
)
def test_a_quantity_in_another_unit(quantity: str, unit: str, to: str, is_: str) -> None:
    assert converted(Decimal(quantity), unit, to) == Decimal(is_)


@pytest.mark.parametrize("unit", UNITS)
def test_a_quantity_in_its_own_unit_is_untouched(unit: str) -> None:
    assert converted(Decimal("0.1234567"), unit, unit) == Decimal("0.1234567")


def test_a_unit_nobody_knows_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnknownUnitError, match="`liters` is no unit of a water meter; known are gal, kgal"):
        converted(Decimal(1), "liters", "gal")
