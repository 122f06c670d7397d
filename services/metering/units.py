"""The units that meters count in, and what one is worth in another. Pure."""

from decimal import ROUND_HALF_UP, Decimal

_GALLONS = {
    "gal": Decimal(1),
    "kgal": Decimal(1000),
    "cf": Decimal("7.48051948"),
    "ccf": Decimal("748.051948"),
    "m3": Decimal("264.172052"),
}
"""US gallons to one of each: a cubic foot is 1728 cubic inches, a gallon 231."""

UNITS = tuple(_GALLONS)
_FINEST = Decimal("0.000001")


class UnknownUnitError(ValueError):
    """A unit that no meter here counts in."""


def converted(quantity: Decimal, unit: str, to: str) -> Decimal:
    """A quantity in another unit, to six places."""
    if unit == to:
        return quantity
    return (quantity * _gallons(unit) / _gallons(to)).quantize(_FINEST, rounding=ROUND_HALF_UP)


def trimmed(quantity: Decimal) -> Decimal:
    """The same quantity without zeros behind the point that say nothing."""
    whole = quantity.to_integral_value()
    return whole if quantity == whole else quantity.normalize()


def plain(quantity: Decimal | None) -> str | None:
    """A quantity as people write it: no exponent, no zeros that say nothing."""
    return None if quantity is None else f"{trimmed(quantity):f}"


def _gallons(unit: str) -> Decimal:
    if unit not in _GALLONS:
        raise UnknownUnitError(f"`{unit}` is no unit of a water meter; known are {', '.join(UNITS)}.")
    return _GALLONS[unit]
