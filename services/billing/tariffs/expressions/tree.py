"""What an expression is made of, and how it is written back.

Positions are offsets into the text the expression was read from; they serve messages and take no part in
comparing two trees.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

Value = Decimal | str | bool


class ExpressionError(ValueError):
    """Why an expression can't be read or evaluated, and where in its text (`position`, from 0)."""

    def __init__(self, reason: str, position: int, text: str = "") -> None:
        self.reason, self.position, self.text = reason, position, text
        shown = text if len(text) <= 80 else f"{text[:77]}..."
        where = f" (at character {position + 1} of: {shown})" if text else ""
        super().__init__(f"{reason}{where}")

    def within(self, text: str) -> "ExpressionError":
        return type(self)(self.reason, self.position, text)


class MissingNameError(ExpressionError):
    """A name in the expression was given no value."""

    @property
    def name(self) -> str:
        return self.reason.split("'")[1]


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """`- operand` of a number, or `not operand` of a condition."""

    operator: str
    operand: "Node"
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Chain:
    """Terms of one precedence in the order written: `a + b - c`, `a * b / c`, `a and b`, `a or b`.

    Flat, so that a sum of a hundred lines is not a hundred levels deep.
    """

    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str
    left: "Node"
    right: "Node"
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple["Node", ...]
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    condition: "Node"
    when_true: "Node"
    when_false: "Node"
    position: int = field(default=0, compare=False)


Node = Number | Text | Truth | Name | Negation | Chain | Comparison | Call | Conditional

_PRECEDENCE = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6}
_COMPARISON, _MINUS, _ATOM = 4, 7, 8


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Negation(operand=operand):
            return (operand,)
        case Chain(first=first, rest=rest):
            return (first, *(term for _, term in rest))
        case Comparison(left=left, right=right):
            return left, right
        case Call(arguments=arguments):
            return arguments
        case Conditional():
            return node.condition, node.when_true, node.when_false
        case _:
            return ()


def levels(node: Node) -> Iterator[list[Node]]:
    """The tree breadth first, one list per level: safe on a tree of any depth."""
    level = [node]
    while level:
        yield level
        level = [child for parent in level for child in children(parent)]


def renamed(node: Node, name_for: Callable[[str], str]) -> Node:
    """The tree with every name put through `name_for`."""
    match node:
        case Name(name=name):
            return replace(node, name=name_for(name))
        case Negation(operand=operand):
            return replace(node, operand=renamed(operand, name_for))
        case Chain(first=first, rest=rest):
            terms = tuple((operator, renamed(term, name_for)) for operator, term in rest)
            return replace(node, first=renamed(first, name_for), rest=terms)
        case Comparison(left=left, right=right):
            return replace(node, left=renamed(left, name_for), right=renamed(right, name_for))
        case Call(arguments=arguments):
            return replace(node, arguments=tuple(renamed(each, name_for) for each in arguments))
        case Conditional():
            condition, when_true, when_false = (renamed(each, name_for) for each in children(node))
            return Conditional(condition, when_true, when_false, node.position)
        case _:
            return node


def print_tree(node: Node) -> str:
    """The expression as text, with only the parentheses it needs; reading it gives an equal tree."""
    match node:
        case Number(value=number):
            return f"{number:f}"
        case Text(value=text):
            return f"'{text}'" if '"' in text else f'"{text}"'
        case Truth(value=truth):
            return "true" if truth else "false"
        case Name(name=name):
            return name
        case Negation(operator=operator, operand=operand):
            gap = " " if operator == "not" else ""
            return f"{operator}{gap}{_inside(operand, _precedence(node))}"
        case Chain(first=first, rest=rest):
            above = _precedence(node) + 1
            tail = "".join(f" {operator} {_inside(term, above)}" for operator, term in rest)
            return _inside(first, above) + tail
        case Comparison(operator=operator, left=left, right=right):
            return f"{_inside(left, _COMPARISON + 1)} {operator} {_inside(right, _COMPARISON + 1)}"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(print_tree, arguments))})"
        case Conditional():
            return f"if({', '.join(map(print_tree, children(node)))})"


def _inside(node: Node, precedence: int) -> str:
    text = print_tree(node)
    return text if _precedence(node) >= precedence else f"({text})"


def _precedence(node: Node) -> int:
    match node:
        case Chain(rest=((operator, _), *_)):
            return _PRECEDENCE[operator]
        case Comparison():
            return _COMPARISON
        case Negation(operator=operator):
            return _MINUS if operator == "-" else _PRECEDENCE["not"]
        case _:
            return _ATOM
