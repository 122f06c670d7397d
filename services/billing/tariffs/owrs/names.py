"""Names: which entries of a class a formula means, and what they are called in a tariff."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from services.billing.tariffs.attributes import DERIVED
from services.billing.tariffs.expressions.tree import (
    Chain,
    Comparison,
    Conditional,
    Name,
    Negation,
    Node,
    Text,
    Truth,
    children,
)
from services.billing.tariffs.owrs.model import Broken, Entry

Kind = Literal["number", "word", "flag"]

USAGE = "usage_ccf"
"""OWRS's name for usage, whatever the file's unit: a file in kgal says `usage_ccf` too and means kgal."""

_USAGE = re.compile(r"usage(_(ccf|hcf|kgal|gal|cf))?", re.IGNORECASE)
_RESERVED = {*DERIVED, USAGE, "base", "minimum", "maximum", "all", "class"}

MEANS = {
    "hhsize": "number of people in the household",
    "et_amount": "evapotranspiration of the period in inches",
    "irr_area": "irrigated area in square feet",
    "irrigable_area": "irrigable area in square feet",
    "days_in_period": "days of the billing period",
    "season": "Summer, Winter, or as the rates say",
    "usage_month": "month of the usage, 1 to 12",
    "water_type": "potable or recycled",
    "city_limits": "inside_city or outside_city",
    "pressure_zone": "pressure zone",
    "elevation_zone": "elevation zone",
    "number_dwelling_units": "number of dwelling units",
}


def is_usage(name: str) -> bool:
    return _USAGE.fullmatch(name) is not None


def entry_named(entries: Mapping[str, Entry | Broken], name: str) -> str | None:
    """The entry that a formula means by a name: also in other case, or written with `_commodity`."""
    if name in entries:
        return name
    for wanted in (name.casefold(), f"{name.casefold()}_commodity"):
        for known in entries:
            if known.casefold() == wanted:
                return known
    return None


def code_of(name: str) -> str:
    """An entry's name as a tariff may write it."""
    code = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "entry"
    code = code if code[0].isalpha() else f"n{code}"
    return f"own_{code}" if code in _RESERVED else code


def kinds(node: Node) -> Iterator[tuple[str, Kind]]:
    """What each name of a formula must be: a number, a word compared with text, or a yes-or-no."""
    match node:
        case Name(name=name):
            yield name, "number"
        case Comparison(operator="==" | "!=", left=left, right=right):
            yield from _compared(left, right)
        case Negation(operator="not", operand=operand):
            yield from _condition(operand)
        case Chain(rest=(("and" | "or", _), *_)):
            for term in children(node):
                yield from _condition(term)
        case Conditional():
            yield from _condition(node.condition)
            yield from kinds(node.when_true)
            yield from kinds(node.when_false)
        case _:
            for child in children(node):
                yield from kinds(child)


def _condition(node: Node) -> Iterator[tuple[str, Kind]]:
    if isinstance(node, Name):
        yield node.name, "flag"
    else:
        yield from kinds(node)


def _compared(left: Node, right: Node) -> Iterator[tuple[str, Kind]]:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Name):
            yield one.name, "word" if isinstance(other, Text) else "flag" if isinstance(other, Truth) else "number"
        else:
            yield from kinds(one)
