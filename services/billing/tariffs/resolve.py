"""From what a version says to numbers for one kind of account: tables and conditions that an account's words
decide (class, meter size, season) are decided here, once; what needs a bill's own measures stays live."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.billing.tariffs.attributes import attribute
from services.billing.tariffs.expressions import ExpressionError
from services.billing.tariffs.lines import MissingAttributeError, NoRateError
from services.billing.tariffs.model import Attribute, Tariff, When
from services.billing.tariffs.numbers import ByRange, Number, Said, said, times
from services.billing.tariffs.values import OTHERWISE, UNLIMITED, Range, Table, Value, Words

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Resolver:
    """Decides by an account's words. `words` holds the deciding attributes that the account (or the day) has."""

    service: str
    tariff: Tariff
    words: Mapping[str, str]

    def word(self, name: str) -> str:
        """The value of a deciding attribute. Raises MissingAttributeError."""
        value, declared = self.words.get(name), attribute(self.tariff, name)
        if value is not None:
            return self._allowed(name, value, declared)
        if declared is not None and declared.default is not None:
            return str(declared.default)
        raise MissingAttributeError(self.service, name, declared.means if declared else None)

    def _allowed(self, name: str, value: str, declared: Attribute | None) -> str:
        """A declared value, or a flag that says `true` would be taken for one that says no."""
        if declared is not None and declared.values and value not in declared.values:
            known = ", ".join(declared.values)
            raise NoRateError(f"The {self.service} tariff knows `{name}` as {known}, and the account says {value}.")
        return value

    def number(self, value: Value) -> Number:
        if isinstance(value, Decimal):
            return value
        if isinstance(value, Table):
            return self._by_range(value) if value.of_ranges else self.number(self._row(value))
        return self._said(value)

    def optional(self, value: Value | None) -> Number | None:
        return None if value is None else self.number(value)

    def product(self, *factors: Value | None) -> Number:
        """The product of those that are said; 1 if none is."""
        product: Number = ONE
        for factor in factors:
            if factor is not None:
                product = times(self.number(factor), product)
        return product

    def holds(self, when: When | None) -> bool | Words:
        """Whether a condition holds for the account; the formula itself if only a bill can tell."""
        if when is None:
            return True
        if isinstance(when.root, Words):
            return when.root
        return all(self.word(name) in wanted for name, wanted in when.root.items())

    def _row(self, table: Table) -> Value:
        key = tuple(self.word(name) for name in table.names)
        rows = dict(table.keyed())
        row = rows.get(key, rows.get((OTHERWISE,)))
        if row is None:
            said = " and ".join(f"{name} {value}" for name, value in zip(table.names, key, strict=True))
            known = ", ".join(" | ".join(row) for row in rows)
            raise NoRateError(f"The {self.service} tariff has no rate for {said}; it has rates for {known}.")
        return row

    def _by_range(self, table: Table) -> Number:
        rows = []
        for key, value in table.rows.items():
            whole = key == OTHERWISE or Range(key).open
            rows.append((UNLIMITED if whole else Range(key).limit, self.number(value)))
        return ByRange(table.names[0], tuple(sorted(rows, key=lambda row: row[0])))

    def _said(self, words: Words) -> Number:
        if words.unlimited:
            return UNLIMITED
        if words.expression.names:
            return said(words.expression)
        try:
            value = words.expression.evaluate({})
        except ExpressionError:
            return Said(words.expression)  # `1 / 0`: told by the bill that comes to it
        return value if isinstance(value, Decimal) else Said(words.expression)
