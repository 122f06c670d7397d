"""Tree to closures. What kind a part must be (number, text, condition) is settled here, once, so evaluating
only looks at the kinds of the values it is given.

Arithmetic carries 28 significant digits whatever the caller's decimal context, so a bill never depends on it.
"""

import operator
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import TypeVar

from services.billing.tariffs.expressions.tree import (
    Call,
    Chain,
    Comparison,
    Conditional,
    ExpressionError,
    MissingNameError,
    Name,
    Negation,
    Node,
    Number,
    Text,
    Truth,
    Value,
)

Values = Mapping[str, Value]
NumberOf = Callable[[Values], Decimal]
TruthOf = Callable[[Values], bool]
ValueOf = Callable[[Values], Value]
T = TypeVar("T")

_CONTEXT = Context(prec=28, Emin=-999, Emax=999)
_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _CONTEXT.add,
    "-": _CONTEXT.subtract,
    "*": _CONTEXT.multiply,
    "/": _CONTEXT.divide,
}
_COMPARE: dict[str, Callable[[object, object], bool]] = {"==": operator.eq, "!=": operator.ne}
_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_KIND_NAMES: dict[type, str] = {Decimal: "a number", str: "text", bool: "true or false"}
_MOST_PLACES = 12
_LEFT_OVER = Decimal("1e-15")


def value_of(node: Node) -> ValueOf:
    """A closure that gives the node's value, of whatever kind it is."""
    match kind(node):
        case t if t is Decimal:
            return number_of(node)
        case t if t is bool:
            return truth_of(node)
        case t if t is str:
            return _text_of(node)
    match node:
        case Conditional():
            return _conditional(node, value_of)
        case Name(name=name, position=position):
            return _load(name, position)
    raise AssertionError(node)


def number_of(node: Node) -> NumberOf:
    """A closure that gives the node's number; ExpressionError if it can never be one."""
    match node:
        case Number(value=number):
            return lambda values: number
        case Name(name=name, position=position):
            return _load_number(name, position)
        case Negation(operator="-", operand=operand):
            term = number_of(operand)
            return lambda values: _CONTEXT.minus(term(values))
        case Chain() if _is_arithmetic(node):
            return _arithmetic(node)
        case Call():
            return _call(node)
        case Conditional():
            return _conditional(node, number_of)
    raise _misfit(node, Decimal)


def truth_of(node: Node) -> TruthOf:
    """A closure that gives true or false; ExpressionError if the node can never be that."""
    match node:
        case Truth(value=truth):
            return lambda values: truth
        case Name(name=name, position=position):
            load = _load(name, position)
            return lambda values: _checked(load(values), bool, name, position)
        case Negation(operator="not", operand=operand):
            term = truth_of(operand)
            return lambda values: not term(values)
        case Chain() if not _is_arithmetic(node):
            return _logic(node)
        case Comparison():
            return _comparison(node)
        case Conditional():
            return _conditional(node, truth_of)
    raise _misfit(node, bool)


def _text_of(node: Node) -> Callable[[Values], str]:
    match node:
        case Text(value=text):
            return lambda values: text
        case Name(name=name, position=position):
            load = _load(name, position)
            return lambda values: _checked(load(values), str, name, position)
        case Conditional():
            return _conditional(node, _text_of)
    raise _misfit(node, str)


def kind(node: Node) -> type | None:
    """What a node gives (Decimal, str, bool), or None where only its names' values will tell."""
    match node:
        case Number() | Call() | Negation(operator="-"):
            return Decimal
        case Text():
            return str
        case Truth() | Comparison() | Negation():
            return bool
        case Chain():
            return Decimal if _is_arithmetic(node) else bool
        case Conditional():
            return kind(node.when_true) or kind(node.when_false)
        case Name():
            return None


def _misfit(node: Node, wanted: type) -> ExpressionError:
    found = _KIND_NAMES[kind(node) or object]
    return ExpressionError(f"{found} stands where {_KIND_NAMES[wanted]} is needed", node.position)


def _is_arithmetic(chain: Chain) -> bool:
    return chain.rest[0][0] in _ARITHMETIC


def _load(name: str, position: int) -> ValueOf:
    def load(values: Values) -> Value:
        try:
            value: object = values[name]
        except KeyError:
            raise MissingNameError(f"'{name}' has no value", position) from None
        if isinstance(value, str | bool) or (isinstance(value, Decimal) and value.is_finite()):
            return value
        if isinstance(value, int):
            return Decimal(value)
        raise ExpressionError(f"'{name}' must be a number, text, true or false, not {value!r}", position)

    return load


def _load_number(name: str, position: int) -> NumberOf:
    load = _load(name, position)

    def load_number(values: Values) -> Decimal:
        value = values.get(name)
        if type(value) is Decimal and value.is_finite():
            return value
        return _checked(load(values), Decimal, name, position)

    return load_number


def _checked(value: Value, wanted: type[T], name: str, position: int) -> T:
    if isinstance(value, wanted):
        return value
    raise ExpressionError(f"'{name}' must be {_KIND_NAMES[wanted]}, not {_described(value)}", position)


def _described(value: object) -> str:
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{_KIND_NAMES.get(type(value), type(value).__name__)} ({shown})"


def _arithmetic(chain: Chain) -> NumberOf:
    first = number_of(chain.first)
    rest = [(_ARITHMETIC[sign], number_of(term)) for sign, term in chain.rest]
    position = chain.position
    if len(rest) == 1:
        apply, second = rest[0]

        def pair(values: Values) -> Decimal:
            left, right = first(values), second(values)
            try:
                return apply(left, right)
            except DecimalException as error:
                raise _arithmetic_error(error, position) from None

        return pair

    def total(values: Values) -> Decimal:
        result = first(values)
        for apply, term in rest:
            operand = term(values)
            try:
                result = apply(result, operand)
            except DecimalException as error:
                raise _arithmetic_error(error, position) from None
        return result

    return total


def _arithmetic_error(error: DecimalException, position: int) -> ExpressionError:
    if isinstance(error, ZeroDivisionError) or "DivisionUndefined" in str(error):
        return ExpressionError("this divides by zero", position)
    return ExpressionError("the result is too large", position)


def _logic(chain: Chain) -> TruthOf:
    terms = [truth_of(chain.first), *(truth_of(term) for _, term in chain.rest)]
    if chain.rest[0][0] == "and":
        return lambda values: all(term(values) for term in terms)
    return lambda values: any(term(values) for term in terms)


def _comparison(node: Comparison) -> TruthOf:
    if node.operator in _ORDER:
        order, low, high = _ORDER[node.operator], number_of(node.left), number_of(node.right)
        return lambda values: order(low(values), high(values))
    compare, position = _COMPARE[node.operator], node.position
    left, right = _equal_kinds(node.left, node.right)

    def compared(values: Values) -> bool:
        one, other = left(values), right(values)
        if type(one) is not type(other):
            raise ExpressionError(
                f"{one!s} ({_KIND_NAMES[type(one)]}) can't be compared with {other!s} ({_KIND_NAMES[type(other)]})",
                position,
            )
        return compare(one, other)

    return compared


def _equal_kinds(left: Node, right: Node) -> tuple[ValueOf, ValueOf]:
    known = kind(left) or kind(right)
    compilers: dict[type | None, Callable[[Node], ValueOf]] = {
        Decimal: number_of,
        bool: truth_of,
        str: _text_of,
        None: value_of,
    }
    return compilers[known](left), compilers[known](right)


def _conditional(node: Conditional, branch: Callable[[Node], Callable[[Values], T]]) -> Callable[[Values], T]:
    condition, when_true, when_false = (
        truth_of(node.condition),
        branch(node.when_true),
        branch(node.when_false),
    )
    return lambda values: when_true(values) if condition(values) else when_false(values)


def _rounded(number: Decimal, places: Decimal = Decimal(0)) -> Decimal:
    if places != places.to_integral_value() or abs(places) > _MOST_PLACES:
        raise ExpressionError(f"round takes whole places from -{_MOST_PLACES} to {_MOST_PLACES}", 0)
    step = Decimal(1).scaleb(-int(places))
    return _CONTEXT.multiply(_CONTEXT.divide(number, step).to_integral_value(ROUND_HALF_UP), step)


def _whole(way: str) -> Callable[[Decimal], Decimal]:
    """Rounds to a whole number. What a division left over (`10 * (1/3) * 3`) is no part of a unit, and is dropped."""

    def whole(number: Decimal) -> Decimal:
        nearest = number.to_integral_value(ROUND_HALF_UP)
        return nearest if abs(number - nearest) < _LEFT_OVER else number.to_integral_value(way)

    return whole


FUNCTIONS: dict[str, tuple[Callable[..., Decimal], int, int]] = {
    "min": (lambda *numbers: min(numbers), 1, 100),
    "max": (lambda *numbers: max(numbers), 1, 100),
    "round": (_rounded, 1, 2),
    "ceiling": (_whole(ROUND_CEILING), 1, 1),
    "ceil": (_whole(ROUND_CEILING), 1, 1),
    "floor": (_whole(ROUND_FLOOR), 1, 1),
    "abs": (abs, 1, 1),
}
"""Name to function, fewest and most arguments. `round` is half up, as ordinances mean it."""


def _call(node: Call) -> NumberOf:
    if node.function not in FUNCTIONS:
        known = ", ".join(sorted([*FUNCTIONS, "if"]))
        raise ExpressionError(f"there is no function '{node.function}'; there are {known}", node.position)
    function, fewest, most = FUNCTIONS[node.function]
    if not fewest <= len(node.arguments) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise ExpressionError(f"'{node.function}' takes {wanted} values, not {len(node.arguments)}", node.position)
    arguments, position = [number_of(argument) for argument in node.arguments], node.position

    def call(values: Values) -> Decimal:
        given = [argument(values) for argument in arguments]
        try:
            return function(*given)
        except DecimalException as error:
            raise _arithmetic_error(error, position) from None
        except ExpressionError as error:
            raise ExpressionError(error.reason, position) from None

    return call
