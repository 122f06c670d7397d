"""The entries of one class, as its bill asks for them: by any spelling of a name, with formulas parsed and tables
settled that depend on what the file itself says."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from chassis.townpack import Mistake
from services.billing.tariffs.expressions import ExpressionError
from services.billing.tariffs.expressions.tree import Name, Node, Number, levels
from services.billing.tariffs.owrs.formulas import expression_of, number_of
from services.billing.tariffs.owrs.keys import sameness
from services.billing.tariffs.owrs.model import Broken, CustomerClass, Entry, Lookup, MalformedError, Scalar
from services.billing.tariffs.owrs.names import entry_named
from services.billing.tariffs.owrs.tiers import rate_type


@dataclass(frozen=True, slots=True)
class ClassEntries:
    """What is asked of a class. Everything that can't be answered raises MalformedError."""

    file: str
    customers: CustomerClass
    _formulas: dict[str, Node] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.customers.entries)

    def named(self, name: str) -> str | None:
        """The entry that a formula means by a name."""
        return entry_named(self.customers.entries, name)

    def entry(self, name: str) -> Entry:
        entry = self.customers.entries[name]
        if isinstance(entry, Broken):
            raise MalformedError(self.told(entry))
        return self._settled(entry)

    def broken(self) -> list[Mistake]:
        return [self.told(entry) for entry in self.customers.entries.values() if isinstance(entry, Broken)]

    def formula(self, scalar: Scalar) -> Node:
        number = number_of(scalar.text)
        if number is not None:
            return Number(number)
        try:
            if scalar.text not in self._formulas:
                self._formulas[scalar.text] = expression_of(scalar.text).tree
            return self._formulas[scalar.text]
        except ExpressionError as error:
            raise self.malformed(scalar.line, f"`{scalar.text}` is no formula: {error}.", "Mend it.") from None

    def mentioned(self, entry: Entry) -> Iterator[str]:
        """The entries that an entry's formulas name."""
        if isinstance(entry, Lookup):
            for row in entry.rows.values():
                yield from self.mentioned(row)
        elif isinstance(entry, Scalar) and rate_type(entry) is None and number_of(entry.text) is None:
            for name in _names(self.formula(entry)):
                if (found := self.named(name)) is not None:
                    yield found

    def malformed(self, line: int, message: str, mend: str) -> MalformedError:
        return MalformedError(self.mistake(line, message, mend))

    def mistake(self, line: int, message: str, mend: str) -> Mistake:
        return Mistake(self.file, line, f"Class `{self.customers.name}`: {message}", mend)

    def told(self, entry: Broken) -> Mistake:
        return self.mistake(entry.mistake.line, entry.mistake.message, entry.mistake.mend)

    def _settled(self, entry: Entry) -> Entry:
        if not isinstance(entry, Lookup):
            return entry
        rows = {key: self._settled(row) for key, row in entry.rows.items()}
        settled: Entry = Lookup(entry.depends_on, rows, entry.line)
        for name in entry.depends_on:
            if isinstance(settled, Lookup) and (own := self.named(name)) is not None:
                settled = self._decided(settled, name, self.customers.entries[own])
        return settled

    def _decided(self, lookup: Lookup, name: str, by: Entry | Broken) -> Entry:
        """A table without a name that the file itself gives a value."""
        if not isinstance(by, Scalar) or any(self.mentioned(by)):
            reason = f"A table depends on `{name}`, which the file works out itself."
            raise self.malformed(lookup.line, reason, "Let it depend on something that the account says.")
        at, wanted = lookup.depends_on.index(name), sameness(name, by.text)
        rows = {
            key[:at] + key[at + 1 :]: row
            for key, row in lookup.rows.items()
            if len(key) < len(lookup.depends_on) or sameness(name, key[at]) == wanted
        }
        if not rows:
            raise self.malformed(lookup.line, f"The table has no row for {name} {by.text}.", "Add the row.")
        names = lookup.depends_on[:at] + lookup.depends_on[at + 1 :]
        return Lookup(names, rows, lookup.line) if names else next(iter(rows.values()))


def _names(node: Node) -> Iterator[str]:
    for level in levels(node):
        yield from (part.name for part in level if isinstance(part, Name))
