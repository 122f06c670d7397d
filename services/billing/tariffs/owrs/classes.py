"""One customer class of a file, made into the rates of a class in a tariff.

Entries that the `bill` adds up become charges; what they need becomes definitions; the rest is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from chassis.townpack import Mistake
from services.billing.tariffs.expressions import ExpressionError
from services.billing.tariffs.expressions.tree import Name, Node, Number, levels, print_tree, renamed
from services.billing.tariffs.owrs.bill import Share, share_of, usage_price
from services.billing.tariffs.owrs.composition import Composition, compose
from services.billing.tariffs.owrs.formulas import expression_of, number_of
from services.billing.tariffs.owrs.keys import sameness
from services.billing.tariffs.owrs.model import (
    Broken,
    CustomerClass,
    Entry,
    Lookup,
    MalformedError,
    Scalar,
    Tiers,
)
from services.billing.tariffs.owrs.names import USAGE, code_of, entry_named, is_usage, kinds
from services.billing.tariffs.owrs.rows import is_emptied, leave_out_unusable
from services.billing.tariffs.owrs.tiers import UNLIMITED, Matched, RateType, as_lists, rate_type
from services.billing.tariffs.owrs.vocabulary import Vocabulary
from services.billing.tariffs.units import plain

Raw = Any
"""What a tariff file would say: a number, words, a table, a charge."""


@dataclass(slots=True)
class ClassRates:
    """The rates of one class while they are put together."""

    file: str
    customers: CustomerClass
    vocabulary: Vocabulary
    warnings: list[Mistake] = field(default_factory=list)
    definitions: dict[str, Raw] = field(default_factory=dict)
    _formulas: dict[str, Node] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)
    _billed: tuple[str, ...] = ()
    _defining: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        taken: set[str] = set()
        for name in self.customers.entries:
            code, number = code_of(name), 2
            while taken & {code, _amount_of(code)}:
                code, number = f"{code_of(name)}_{number}", number + 1
            taken |= {code, _amount_of(code)}
            self._codes[name] = code

    def rates(self) -> dict[str, Raw]:
        """`definitions` and `charges` of the class. Raises MalformedError with the line and the reason."""
        composition = compose(self)
        self._billed = composition.billed
        charges = {self._codes[name]: self._charge(name) for name in composition.billed}
        charges |= self._others(composition)
        rates = ({"definitions": self.definitions} if self.definitions else {}) | {"charges": charges}
        self._leave_out(rates)
        self._tell_broken()
        return rates

    def _leave_out(self, rates: dict[str, Raw]) -> None:
        line, left_out = self.customers.line, leave_out_unusable(rates)
        if is_emptied(rates):
            raise self.malformed(line, "Nothing has a row in all of its tables.", "Compare the rows of its tables.")
        for name, values in left_out.items():
            message = f"Not every table has a row for {name} {', '.join(values)}; nobody can have such a bill."
            self.warnings.append(replace(self.mistake(line, message, "Add the rows."), severity="warning"))

    def _tell_broken(self) -> None:
        """Entries that can't be read, and were not needed, or they would have stopped us."""
        for entry in self.customers.entries.values():
            if isinstance(entry, Broken):
                told = entry.mistake
                self.warnings.append(replace(self.mistake(told.line, told.message, told.mend), severity="warning"))

    # What composing the bill asks.

    def entry(self, name: str) -> Entry:
        """An entry, with the tables settled that depend on what the file itself says."""
        entry = self.customers.entries[name]
        if isinstance(entry, Broken):
            raise self.malformed(entry.mistake.line, entry.mistake.message, entry.mistake.mend)
        return self._settled(entry)

    def named(self, name: str) -> str | None:
        return entry_named(self.customers.entries, name)

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

    # Entries as charges.

    def _charge(self, name: str) -> Raw:
        entry = self.entry(name)
        kind = rate_type(entry)
        if kind is not None:
            return {"blocks": self._blocks(name, kind, entry.line)}
        if isinstance(entry, Scalar):
            return self._formula_charge(self.formula(entry))
        return {"amount": self.value(entry)}

    def _formula_charge(self, node: Node) -> Raw:
        share = share_of(node)
        if share is not None and (of := self._billed_names(share.of)):
            return self._percent(share, of)
        price = usage_price(node)
        if isinstance(price, Name) and (entry := self.named(price.name)) and entry not in self._billed:
            return {"price": self.value(self.entry(entry))}
        return {"amount": self.words(node)} if price is None else {"price": self.words(price)}

    def _percent(self, share: Share, of: list[str]) -> Raw:
        if isinstance(share.part, Number):
            return {"percent": plain(share.part.value * 100), "of": of}
        return {"percent": f"= ({print_tree(renamed(share.part, self._told))}) * 100", "of": of}

    def _billed_names(self, names: tuple[str, ...]) -> list[str]:
        """The codes of names if each is a charge of its own, else none."""
        entries = [self.named(name) for name in names]
        return [self._codes[entry] for entry in entries if entry] if set(entries) <= set(self._billed) else []

    def _others(self, composition: Composition) -> dict[str, Raw]:
        """Charges that are no entry of the file: taken off, or a formula in the bill itself."""
        others: dict[str, Raw] = {}
        for number, (node, label) in enumerate(composition.formulas, 1):
            others[f"charge_{number}"] = {"label": label, **self._formula_charge(node)}
        for share in composition.shares:
            code = "added_percent" if "added_percent" not in others else f"added_percent_{len(others)}"
            others[code] = self._percent(share, [self._codes[name] for name in share.of])
        for table in composition.tables:
            others[f"bill_{len(others) + 1}"] = {"label": table.label, "amount": self.value(table.amounts)}
        if composition.rest is not None:
            others["other_charges"] = {"amount": self.words(composition.rest)}
        return others

    # Entries as values.

    def value(self, entry: Entry) -> Raw:
        """A number, words or a table, as a tariff says it."""
        if entry is UNLIMITED:
            return "unlimited"
        if isinstance(entry, Lookup):
            by = [self.vocabulary.attribute(name, "word") for name in entry.depends_on]
            rows = {self._row_key(entry, key): self.value(row) for key, row in entry.rows.items()}
            return {"by": by[0] if len(by) == 1 else by, **rows}
        if isinstance(entry, Tiers):
            if len(entry.items) != 1:
                raise self.malformed(entry.line, "A list stands where one number is needed.", "Write one number.")
            return self.value(entry.items[0])
        number = number_of(entry.text)
        return number if number is not None else self.words(self.formula(entry))

    def words(self, node: Node) -> Raw:
        """A formula as a tariff says it; the entries it names are defined."""
        for name, kind in kinds(node):
            if self.named(name) is None and not is_usage(name):
                self.vocabulary.attribute(name, kind)
        told = renamed(node, self._told)
        if isinstance(told, Number):
            return told.value
        return told.name if isinstance(told, Name) else f"= {print_tree(told)}"

    def _told(self, name: str) -> str:
        """What a tariff calls something that a formula names."""
        entry = self.named(name)
        if entry is not None:
            self._define(entry)
            return _amount_of(self._codes[entry]) if entry in self._billed else self._codes[entry]
        if is_usage(name):
            return USAGE
        return self.vocabulary.attribute(name, self.vocabulary.kinds.get(name, "number"))

    def _define(self, name: str) -> None:
        code = self._codes[name]
        if name in self._billed or code in self.definitions:
            return
        entry = self.entry(name)
        if name in self._defining:
            circle = ", ".join(self._defining[self._defining.index(name) :])
            raise self.malformed(entry.line, f"These need each other: {circle}.", "Write one without the other.")
        self._defining.append(name)
        self.definitions[code] = self.value(entry)
        self._defining.remove(name)

    def _row_key(self, lookup: Lookup, key: tuple[str, ...]) -> str:
        if len(key) < len(lookup.depends_on):
            return key[0]  # otherwise
        pairs = zip(lookup.depends_on, key, strict=True)
        return " | ".join(self.vocabulary.spell(name, value) for name, value in pairs)

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

    # Tiers.

    def _blocks(self, name: str, kind: RateType, line: int) -> list[Raw]:
        starts, prices = (as_lists(self._part(name, part, line)) for part in ("tier_starts", "tier_prices"))
        matched = Matched(starts, prices, self.mistake)
        self.warnings += matched.warnings
        budget = self._budget(name)
        blocks = []
        for index in range(matched.count):
            if matched.is_empty(index, kind):
                continue
            block = {"price": self.value(matched.price(index))}
            if index < matched.count - 1:
                block["to"] = self.value(matched.end(index, budget, kind))
            blocks.append(block)
        return blocks

    def _part(self, name: str, part: str, line: int) -> Entry:
        """The starts or prices of a charge: its own (`sewer_tier_starts`, `tier_starts_drought`) or the common."""
        stem = _stem(name)
        words = [part] if part == "tier_starts" else [part, "tier_rates"]
        own = [form for word in words for form in (f"{stem}_{word}", f"{word}_{stem}")]
        common = words if stem == "commodity" or part == "tier_starts" else []
        for wanted in [*own, *common]:
            if (found := self.named(wanted)) is not None:
                return self.entry(found)
        wanted = (words if stem == "commodity" else own)[0]
        raise self.malformed(line, f"`{name}` has tiers, but there is no `{wanted}`.", f"Write `{wanted}:`.")

    def _budget(self, name: str) -> str:
        stem = _stem(name)
        wanted = (f"{stem}_budget", f"budget_{stem}", "budget")
        return next((found for each in wanted if (found := self.named(each))), "budget")


def _amount_of(code: str) -> str:
    """What formulas of a tariff call the amount of a charge."""
    return code if code.endswith("_charge") else f"{code}_charge"


def _stem(name: str) -> str:
    """`sewer` of `sewer_charge`, `drought` of `variable_drought_surcharge`."""
    stem = name.casefold()
    for ending in ("_surcharge", "_charge", "_charges", "_cost", "_rate"):
        stem = stem.removesuffix(ending)
    return stem.removeprefix("variable_").removeprefix("fixed_")


def _names(node: Node) -> Iterator[str]:
    for level in levels(node):
        yield from (part.name for part in level if isinstance(part, Name))
