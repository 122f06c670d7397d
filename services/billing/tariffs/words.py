"""The words in which a tariff speaks, in English and Spanish: numbers, units, blocks, names of lines."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from services.billing.tariffs.model import Label
from services.billing.tariffs.rounding import How
from services.billing.tariffs.units import plain

Language = Literal["en", "es"]

ONE_UNIT: Final[dict[str, Label]] = {
    "gal": Label(en="gallon", es="galón"),
    "kgal": Label(en="thousand gallons", es="mil galones"),
    "mgal": Label(en="million gallons", es="millón de galones"),
    "ccf": Label(en="hundred cubic feet", es="cien pies cúbicos"),
    "hcf": Label(en="hundred cubic feet", es="cien pies cúbicos"),
    "ft3": Label(en="cubic foot", es="pie cúbico"),
    "m3": Label(en="cubic meter", es="metro cúbico"),
    "acre_foot": Label(en="acre-foot", es="acre-pie"),
}

ROUNDED: Final[dict[How, str]] = {
    "half_up": "to the nearest",
    "nearest": "to the nearest",
    "half_even": "to the nearest even",
    "up": "up",
    "down": "down",
}

LINES: Final[dict[str, Label]] = {
    "base": Label(en="base charge", es="cargo base"),
    "usage": Label(en="usage", es="consumo"),
    "minimum": Label(en="minimum", es="mínimo"),
    "maximum": Label(en="maximum", es="máximo"),
    "tax": Label(en="tax", es="impuesto"),
    "utility_tax": Label(en="utility tax", es="impuesto de servicios"),
}

SERVICES: Final[dict[str, Label]] = {
    "water": Label(en="Water", es="Agua"),
    "sewer": Label(en="Sewer", es="Alcantarillado"),
    "stormwater": Label(en="Stormwater", es="Aguas pluviales"),
    "garbage": Label(en="Garbage", es="Basura"),
    "reclaimed": Label(en="Reclaimed water", es="Agua recuperada"),
    "wholesale": Label(en="Wholesale water", es="Agua al por mayor"),
    "irrigation": Label(en="Irrigation", es="Riego"),
    "fire": Label(en="Fire protection", es="Protección contra incendios"),
    "fees": Label(en="Fees", es="Cargos"),
}


def said(label: Label, language: Language) -> str:
    """A label in a language; English stands in where a town has not translated its own."""
    return (label.es or label.en) if language == "es" else label.en


def place(service: str) -> tuple[int, str]:
    """Where a service stands on a bill: water first, services of the town's own after those it knows."""
    known = list(SERVICES)
    return (known.index(service) if service in SERVICES else len(known)), service


def humanized(code: str) -> str:
    return code.replace("_", " ")


def service_label(service: str, label: Label | None = None) -> Label:
    return label or SERVICES.get(service) or Label(en=humanized(service).capitalize())


def line_label(service: Label, code: str, own: Label | None) -> Label:
    """What a line is called on the bill: its own label, or the service and what it is."""
    if own is not None:
        return own
    line = LINES.get(code) or Label(en=humanized(code))
    return Label(en=f"{service.en} {line.en}", es=f"{said(service, 'es')}: {said(line, 'es')}")


def amount(number: Decimal) -> str:
    """A price: at least two places, all that are significant."""
    short = plain(number)
    return f"{short:,.2f}" if _places(short) < 2 else f"{short:,f}"


def quantity(number: Decimal) -> str:
    return f"{plain(number):,f}"


def rounded(number: Decimal, places: int = 6) -> str:
    """A worked-out quantity, short enough to read."""
    if number.adjusted() + places >= 27:  # more digits than decimals carry: there is nothing to round
        return quantity(number)
    return quantity(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def block(low: Decimal, high: Decimal, unit: str, language: Language = "en") -> str:
    """Where a block lies: `first 16 kgal`, `16 to 22.5 kgal`, `over 22.5 kgal`, `all usage`."""
    if low <= 0 and not high.is_finite():
        return "all usage" if language == "en" else "todo el consumo"
    if low <= 0:
        first = "first" if language == "en" else "los primeros"
        return f"{first} {rounded(high)} {unit}"
    if not high.is_finite():
        over = "over" if language == "en" else "más de"
        return f"{over} {rounded(low)} {unit}"
    to = "to" if language == "en" else "a"
    return f"{rounded(low)} {to} {rounded(high)} {unit}"


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
