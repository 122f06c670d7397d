"""Volumes and their exact conversion.

The gallon is 231 cubic inches and the cubic meter 1/0.003785411784 gallons, both by definition. The ccf is what
the tariff says, 748.052 gallons if it is silent, as ordinances print it; cubic foot and acre-foot follow from it.
"""

from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

from services.billing.tariffs.lines import PricingError

UnitName = Literal["gal", "kgal", "mgal", "ccf", "hcf", "ft3", "m3", "acre_foot"]

GALLONS_PER_CCF = Decimal("748.052")
SQUARE_FEET_PER_ACRE = 43_560
_EXACT = Context(prec=60)
_PLACES = Decimal("1e-12")


class UnknownUnitError(PricingError, ValueError):
    """A unit that is no volume."""


def gallons(unit: str, gallons_per_ccf: Decimal = GALLONS_PER_CCF) -> Fraction:
    """How many gallons one unit is, exactly. Raises UnknownUnitError."""
    ccf = Fraction(gallons_per_ccf)
    sizes = {
        "gal": Fraction(1),
        "kgal": Fraction(1_000),
        "mgal": Fraction(1_000_000),
        "ccf": ccf,
        "hcf": ccf,
        "ft3": ccf / 100,
        "acre_foot": ccf * SQUARE_FEET_PER_ACRE / 100,
        "m3": 1 / Fraction("0.003785411784"),
    }
    if unit not in sizes:
        raise UnknownUnitError(f"`{unit}` is not a unit of volume; known are {', '.join(sizes)}.")
    return sizes[unit]


@cache
def ratio(unit: str, into: str, gallons_per_ccf: Decimal = GALLONS_PER_CCF) -> Fraction:
    return gallons(unit, gallons_per_ccf) / gallons(into, gallons_per_ccf)


def convert(quantity: Decimal, unit: str, into: str, gallons_per_ccf: Decimal = GALLONS_PER_CCF) -> Decimal:
    """The quantity in another unit: exact where decimals can be, else to twelve places."""
    if unit == into:
        return quantity
    factor = ratio(unit, into, gallons_per_ccf)
    converted = _EXACT.divide(_EXACT.multiply(quantity, factor.numerator), Decimal(factor.denominator))
    return plain(converted.quantize(_PLACES, context=_EXACT))


def plain(number: Decimal) -> Decimal:
    """The number without trailing zeros and without an exponent: 5, 5.2, 1000."""
    short = number.normalize(_EXACT)
    exponent = short.as_tuple().exponent
    return short.quantize(Decimal(1), context=_EXACT) if isinstance(exponent, int) and exponent > 0 else short
