"""The `bill` formula taken apart into lines: what is added, what is taken off, and what multiplies a sum.

`service_charge + commodity_charge` is two lines; `(service_charge + commodity_charge) * 1.05` is two lines and
five percent of both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from services.billing.tariffs.expressions.tree import Chain, Name, Negation, Node, Number
from services.billing.tariffs.owrs.names import is_usage

Opened = Callable[[str], Node | None]
"""The formula of a name that only adds up others, or None."""


@dataclass(frozen=True, slots=True)
class Term:
    """Something added to the bill, or taken off."""

    sign: int
    node: Node


@dataclass(frozen=True, slots=True)
class Share:
    """A part of named terms added on top: a tax, or below zero a discount. `part` 0.05 is five percent."""

    part: Node
    of: tuple[str, ...]


def parts_of(formula: Node, opened: Opened) -> list[Term | Share]:
    """The parts whose sum is the bill."""
    return _parts(formula, 1, opened)


def is_sum(node: Node) -> bool:
    return isinstance(node, Chain) and node.rest[0][0] in "+-"


def is_product(node: Node) -> bool:
    return isinstance(node, Chain) and node.rest[0][0] in "*/"


def added(node: Node) -> tuple[str, ...] | None:
    """The names that a formula adds up, if that is all it does."""
    if isinstance(node, Name):
        return (node.name,)
    if not isinstance(node, Chain) or any(operator != "+" for operator, _ in node.rest):
        return None
    parts = [added(term) for term in (node.first, *(term for _, term in node.rest))]
    return tuple(name for part in parts for name in part or ()) if all(parts) else None


def share_of(node: Node) -> Share | None:
    """`0.05 * (a + b)` as five percent of a and b, if the formula is of that form."""
    factors = _factors(node)
    if factors is None or len(factors) != 2:
        return None
    for part, rest in (factors, factors[::-1]):
        names = added(rest)
        if isinstance(part, Number) and names:
            return Share(part, names)
    return None


def _parts(node: Node, sign: int, opened: Opened) -> list[Term | Share]:
    if isinstance(node, Negation) and node.operator == "-":
        return _parts(node.operand, -sign, opened)
    if isinstance(node, Chain) and is_sum(node):
        parts = _parts(node.first, sign, opened)
        for operator, term in node.rest:
            parts += _parts(term, sign if operator == "+" else -sign, opened)
        return parts
    if isinstance(node, Name) and (formula := opened(node.name)) is not None:
        return _parts(formula, sign, opened)
    return _raised(node, opened) if sign == 1 and is_product(node) else [Term(sign, node)]


def _raised(node: Node, opened: Opened) -> list[Term | Share]:
    """A sum times something: the sum, and what the rest makes more or less of it."""
    factors = _factors(node) or ()
    sums = [factor for factor in factors if is_sum(factor) and added(factor)]
    names = (added(sums[0]) if len(sums) == 1 else None) or ()
    if not names or len(set(names)) < len(names):
        return [Term(1, node)]
    rest = [factor for factor in factors if factor is not sums[0]]
    return [*_parts(sums[0], 1, opened), Share(_less_one(rest), names)]


def _less_one(factors: list[Node]) -> Node:
    if len(factors) == 1 and isinstance(factors[0], Number):
        return Number(factors[0].value - 1)
    first, *others = factors
    product = Chain(first, tuple(("*", other) for other in others)) if others else first
    return Chain(product, (("-", Number(Decimal(1))),))


def _factors(node: Node) -> tuple[Node, ...] | None:
    if not isinstance(node, Chain) or any(operator != "*" for operator, _ in node.rest):
        return None
    return (node.first, *(term for _, term in node.rest))


def usage_price(node: Node) -> Node | None:
    """The price in `price * usage_ccf`: a number or a name; None if the formula is of another form."""
    factors = _factors(node)
    if factors is None or len(factors) != 2:
        return None
    for price, usage in (factors, factors[::-1]):
        if isinstance(usage, Name) and is_usage(usage.name) and isinstance(price, Number | Name):
            return price
    return None
