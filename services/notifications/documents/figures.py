"""How numbers are written for people. In the United States, Spanish texts write numbers as English ones do."""

from decimal import ROUND_HALF_UP, Decimal

MINUS = "−"
_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")
_MILLION = Decimal(1_000_000)


def money(amount: Decimal) -> str:
    """Dollars and cents: $1,234.50, −$20.00."""
    size = abs(amount).quantize(_CENT, ROUND_HALF_UP)
    return f"{MINUS if amount < 0 and size else ''}${size:,.2f}"


def quantity(value: Decimal) -> str:
    """A quantity without trailing zeros: 7, 7.25, 1,480."""
    text = f"{abs(value):,f}"
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{MINUS if value < 0 else ''}{plain}"


def brief(value: Decimal) -> str:
    """A quantity in at most six characters, for a bar of a chart: 7.25, 18,000, 494k, 2.2M."""
    if abs(value) >= _MILLION:
        return f"{quantity((value / _MILLION).quantize(_TENTH, ROUND_HALF_UP))}M"
    if abs(value) >= _MILLION / 10:
        return f"{quantity((value / 1000).quantize(Decimal(1), ROUND_HALF_UP))}k"
    places = Decimal(1) if abs(value) >= 100 else Decimal("0.01")
    return quantity(value.quantize(places, ROUND_HALF_UP))


def rate(value: Decimal) -> str:
    """Dollars a unit, with cents at least and no more places than it has: $6.07, $0.00607."""
    whole, _, places = f"{abs(value):,f}".partition(".")
    return f"{MINUS if value < 0 else ''}${whole}.{places.rstrip('0'):0<2}"


def percent(fraction: Decimal) -> str:
    """A fraction as a percentage: 0.05 is 5%."""
    return f"{quantity(fraction * 100)}%"
