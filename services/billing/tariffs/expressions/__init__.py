"""The small expression language of tariffs: what a rate formula needs and nothing that could run away.

Numbers are decimals. There are names, text in quotes, `true` and `false`, + - * / with parentheses, the
comparisons == != < <= > >=, `and` `or` `not`, `if(condition, a, b)` or `if condition then a else b`, and the
functions min, max, round (half up), ceiling, floor and abs. No loops, no powers, no access to Python; length,
depth and size of numbers are bounded, so evaluating takes time in proportion to the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from services.billing.tariffs.expressions.closures import FUNCTIONS, ValueOf, value_of
from services.billing.tariffs.expressions.grammar import parse
from services.billing.tariffs.expressions.tree import (
    ExpressionError,
    MissingNameError,
    Name,
    Node,
    Value,
    levels,
    print_tree,
)

__all__ = ["FUNCTIONS", "Expression", "ExpressionError", "MissingNameError", "Value", "compile_expression"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; equal to another when both mean the same tree."""

    text: str = field(compare=False)
    tree: Node
    names: frozenset[str] = field(compare=False)
    _value_of: ValueOf = field(compare=False, repr=False)

    def evaluate(self, values: Mapping[str, Value]) -> Value:
        """The value under these names; only the branch taken needs its names."""
        try:
            return self._value_of(values)
        except ExpressionError as error:
            raise error.within(self.text) from None

    def __str__(self) -> str:
        """The expression in its plainest spelling."""
        return print_tree(self.tree)


@lru_cache(maxsize=4_096)
def compile_expression(text: str) -> Expression:
    """Reads an expression once; ExpressionError says what is wrong with it and where."""
    try:
        tree = parse(text)
        names = frozenset(node.name for level in levels(tree) for node in level if isinstance(node, Name))
        return Expression(text, tree, names, value_of(tree))
    except ExpressionError as error:
        raise error.within(text) from None
