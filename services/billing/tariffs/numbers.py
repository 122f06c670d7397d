"""Numbers of a compiled tariff: known when the account's classes are known (a Decimal), or only with the usage,
days and measures of one bill (a `Live` number)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from services.billing.tariffs.expressions import Expression, ExpressionError, Value
from services.billing.tariffs.expressions.tree import Name
from services.billing.tariffs.lines import PricingError

if TYPE_CHECKING:
    from services.billing.tariffs.working import Working


class Live(Protocol):
    """A number that waits for a bill."""

    def now(self, names: "Working") -> Decimal: ...


Number = Decimal | Live


def now(number: Number, names: "Working") -> Decimal:
    """The number for one bill."""
    return number if isinstance(number, Decimal) else number.now(names)


def times(one: Number, other: Number) -> Number:
    """The product, worked out at once where it can be."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return one * other
    return Product(one, other)


class _Asked(Mapping[str, Value]):
    """Names looked up only when an expression comes to them."""

    def __init__(self, names: "Working") -> None:
        self._names = names

    def __getitem__(self, name: str) -> Value:
        return self._names.look(name)

    def __iter__(self) -> Iterator[str]:
        raise TypeError("Names are asked for one by one.")

    def __len__(self) -> int:
        raise TypeError("Names are asked for one by one.")


def evaluate(expression: Expression, names: "Working") -> Value:
    """An expression's value for one bill. Raises PricingError."""
    try:
        return expression.evaluate(_Asked(names))
    except ExpressionError as error:
        raise PricingError(f"The formula `{expression.text.strip()}` gives no value: {error}.") from None


@dataclass(frozen=True, slots=True)
class Said:
    """What an expression says."""

    expression: Expression

    def now(self, names: "Working") -> Decimal:
        value = evaluate(self.expression, names)
        if isinstance(value, bool) or not isinstance(value, Decimal):
            raise PricingError(f"The formula `{self.expression.text.strip()}` gives {value}, which is no number.")
        return value


@dataclass(frozen=True, slots=True)
class Named:
    """A number known by name alone: an attribute, a definition, usage."""

    name: str

    def now(self, names: "Working") -> Decimal:
        value = names.look(self.name)
        if type(value) is Decimal:
            return value
        raise PricingError(f"`{self.name}` must be a number, and is {value}.")


def said(expression: Expression) -> Live:
    """What an expression says, by the shortest way."""
    return Named(expression.tree.name) if isinstance(expression.tree, Name) else Said(expression)


@dataclass(frozen=True, slots=True)
class Product:
    one: Number
    other: Number

    def now(self, names: "Working") -> Decimal:
        return now(self.one, names) * now(self.other, names)


@dataclass(frozen=True, slots=True)
class ByRange:
    """A table by ranges of a number: the first row whose limit is not passed."""

    name: str
    rows: tuple[tuple[Decimal, Number], ...]

    def now(self, names: "Working") -> Decimal:
        measure = names.look(self.name)
        if isinstance(measure, bool) or not isinstance(measure, Decimal):
            raise PricingError(f"`{self.name}` must be a number, and is {measure}.")
        for limit, number in self.rows:
            if measure <= limit:
                return now(number, names)
        raise PricingError(f"No row of the table by `{self.name}` is for {measure}.")
