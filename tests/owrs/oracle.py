"""The bill of an OWRS file worked out a second time, straight from the specification and with no code of ours.

YAML is read as text, formulas by Python's own parser, numbers are fractions, and tiers are counted unit by unit as
the specification words it. Written to be obviously right, not fast; it knows well-formed files only.
"""

import ast
import math
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import yaml

Told = Mapping[str, str]


def bill_of(text: str, told: Told) -> Decimal:
    """The bill to the cent. KeyError where a table has no row."""
    structure = _read(text)["rate_structure"][told["cust_class"]]
    exact = _Class(_mapping(structure), told).number("bill")
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@cache
def _read(text: str) -> Any:
    return yaml.load(text, Loader=yaml.BaseLoader)


def _mapping(structure: Any) -> dict[str, Any]:
    if isinstance(structure, dict):
        return structure
    entries: dict[str, Any] = {}
    for item in structure:
        name, *more = item
        entries[name] = {key: item[key] for key in more} if more else item[name]
    return entries


class _Class:
    def __init__(self, entries: dict[str, Any], told: Told) -> None:
        self.entries = {name.removesuffix("_commodity"): value for name, value in entries.items()}
        self.told = told

    def number(self, name: str) -> Fraction:
        name = name.removesuffix("_commodity")
        if name not in self.entries:
            return Fraction(self.told[name])
        entry = self.row(self.entries[name])
        if entry in ("Tiered", "Budget"):
            return self.tiered("sewer_" if name.startswith("sewer") else "", name, entry)
        return self.formula(entry)

    def row(self, entry: Any) -> Any:
        """An entry with its table looked up and a list of one taken out."""
        if isinstance(entry, dict):
            names = [entry["depends_on"]] if isinstance(entry["depends_on"], str) else entry["depends_on"]
            wanted = "|".join(self.word(name) for name in names)
            rows = {self.same(key): value for key, value in entry["values"].items()}
            found = rows[self.same(wanted)] if self.same(wanted) in rows else rows["default"]
            return self.row(found)
        return entry[0] if isinstance(entry, list) and len(entry) == 1 else entry

    def word(self, name: str) -> str:
        return str(self.entries[name]) if name in self.entries else self.told[name]

    @staticmethod
    def same(key: str) -> str:
        return re.sub(r"^1[|_ ]1/2", "1 1/2", key)

    def tiered(self, own: str, name: str, kind: str) -> Fraction:
        drought = "_drought" if "drought" in name else ""
        starts = self.row(self.entries[f"{own}tier_starts{drought}"])
        prices = self.row(self.entries[f"{own}tier_prices{drought}"])
        usage, below, total = Fraction(self.told["usage_ccf"]), Fraction(0), Fraction(0)
        for index, price in enumerate(prices):
            last = index + 1 == len(prices)
            end = usage if last else self.start(starts[index + 1], own, kind) - 1
            units = max(min(usage, end) - below, Fraction(0))
            total, below = total + units * Fraction(price), below + units
        return total

    def start(self, text: str, own: str, kind: str) -> Fraction:
        percent = re.fullmatch(r"([\d.]+) ?%", text)
        if percent:
            start = Fraction(percent[1]) / 100 * self.number(f"{own}budget")
        else:
            start = Fraction(text) if re.fullmatch(r"[\d.]+", text) else self.number(text)
        return Fraction(math.ceil(start)) if kind == "Budget" else start

    def formula(self, text: str) -> Fraction:
        python = re.sub(r"([\d.]+)%", r"(\1/100)", text.replace("&", " and "))
        value = self.node(ast.parse(python.strip(), mode="eval").body)
        assert isinstance(value, Fraction)
        return value

    def node(self, node: ast.AST) -> Any:
        match node:
            case ast.Constant(value=str(word)):
                return word
            case ast.Constant(value=number):
                return Fraction(str(number))
            case ast.Name(id=name):
                return self.word(name) if name == "city_limits" else self.number(name)
            case ast.BinOp(left=left, op=sign, right=right):
                one, other = self.node(left), self.node(right)
                return {ast.Add: one.__add__, ast.Sub: one.__sub__, ast.Mult: one.__mul__, ast.Div: one.__truediv__}[
                    type(sign)
                ](other)
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                one, other = self.node(left), self.node(right)
                return one == other if isinstance(sign, ast.Eq) else one > other
            case ast.BoolOp(values=values):
                return all(self.node(value) for value in values)
            case ast.Call(func=ast.Name(id="max"), args=arguments):
                return max(self.node(argument) for argument in arguments)
            case ast.Call(func=ast.Name(id="ifelse"), args=[condition, yes, no]):
                return self.node(yes) if self.node(condition) else self.node(no)
        raise AssertionError(ast.dump(node))
