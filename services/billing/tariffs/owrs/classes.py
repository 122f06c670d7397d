"""One customer class of a file, made into the rates of a class in a tariff.

Entries that the `bill` adds up become charges; what they need becomes definitions; the rest is left out.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from chassis.townpack import Mistake
from services.billing.tariffs.expressions.tree import Chain, Name, Node, Number, print_tree, renamed
from services.billing.tariffs.owrs.bill import Share, share_of, usage_price
from services.billing.tariffs.owrs.composition import Composition, compose
from services.billing.tariffs.owrs.entries import ClassEntries
from services.billing.tariffs.owrs.formulas import number_of
from services.billing.tariffs.owrs.model import (
    Entry,
    Lookup,
    Scalar,
    Tiers,
)
from services.billing.tariffs.owrs.names import USAGE, code_of, is_usage, kinds
from services.billing.tariffs.owrs.rows import is_emptied, leave_out_unusable
from services.billing.tariffs.owrs.tiers import UNLIMITED, Matched, RateType, as_lists, rate_type
from services.billing.tariffs.owrs.vocabulary import Vocabulary
from services.billing.tariffs.units import plain

Raw = Any
"""What a tariff file would say: a number, words, a table, a charge."""


@dataclass(slots=True)
class ClassRates:
    """The rates of one class while they are put together."""

    entries: ClassEntries
    vocabulary: Vocabulary
    warnings: list[Mistake] = field(default_factory=list)
    definitions: dict[str, Raw] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _billed: tuple[str, ...] = ()
    _defining: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in self.entries.customers.entries:
            self._codes[name] = self._free(code_of(name))

    def _free(self, wanted: str) -> str:
        """A code that is no other's, and whose amount has no other's name."""
        code, number = wanted, 2
        while self._taken & {code, _amount_of(code)}:
            code, number = f"{wanted}_{number}", number + 1
        self._taken |= {code, _amount_of(code)}
        return code

    def rates(self) -> dict[str, Raw]:
        """`definitions` and `charges` of the class. Raises MalformedError with the line and the reason."""
        composition = compose(self.entries)
        self._billed = composition.billed
        charges = {self._codes[name]: self._charge(name) for name in composition.billed}
        charges |= self._others(composition)
        rates = ({"definitions": self.definitions} if self.definitions else {}) | {"charges": charges}
        self._leave_out(rates)
        # What could not be read was not needed, or it would have stopped us.
        self.warnings += [replace(mistake, severity="warning") for mistake in self.entries.broken()]
        return rates

    def _leave_out(self, rates: dict[str, Raw]) -> None:
        line, left_out = self.entries.customers.line, leave_out_unusable(rates)
        if is_emptied(rates):
            raise self.entries.malformed(line, "Nothing has a row in all of its tables.", "Compare their rows.")
        for name, values in left_out.items():
            message = f"Not every table has a row for {name} {', '.join(values)}; nobody can have such a bill."
            self.warnings.append(replace(self.entries.mistake(line, message, "Add the rows."), severity="warning"))

    # Entries as charges.

    def _charge(self, name: str) -> Raw:
        entry = self.entries.entry(name)
        kind = rate_type(entry)
        if kind is not None:
            return {"blocks": self._blocks(name, kind, entry.line)}
        if isinstance(entry, Scalar):
            return self._formula_charge(self.entries.formula(entry))
        return {"amount": self.value(entry)}

    def _formula_charge(self, node: Node) -> Raw:
        share = share_of(node)
        if share is not None and (of := self._billed_names(share.of)):
            return self._percent(share, of)
        price = usage_price(node)
        if isinstance(price, Name) and (entry := self.entries.named(price.name)) and entry not in self._billed:
            return {"price": self.value(self.entries.entry(entry))}
        return {"amount": self.words(node)} if price is None else {"price": self.words(price)}

    def _percent(self, share: Share, of: list[str]) -> Raw:
        if isinstance(share.part, Number):
            return {"percent": plain(share.part.value * 100), "of": of}
        return {"percent": self.words(Chain(share.part, (("*", Number(Decimal(100))),))), "of": of}

    def _billed_names(self, names: tuple[str, ...]) -> list[str]:
        """The codes of names if each is a charge of its own, else none."""
        entries = [self.entries.named(name) for name in names]
        return [self._codes[entry] for entry in entries if entry] if set(entries) <= set(self._billed) else []

    def _others(self, composition: Composition) -> dict[str, Raw]:
        """Charges that are no entry of the file: taken off, or a formula in the bill itself."""
        others: dict[str, Raw] = {}
        for node, label in composition.formulas:
            others[self._free("charge")] = {"label": label, **self._formula_charge(node)}
        for table in composition.tables:
            others[self._free("charge")] = {"label": table.label, "amount": self.value(table.amounts)}
        for share in composition.shares:
            others[self._free("added_percent")] = self._percent(share, [self._codes[name] for name in share.of])
        if composition.rest is not None:
            others[self._free("other_charges")] = {"amount": self.words(composition.rest)}
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
                raise self.entries.malformed(entry.line, "A list stands where a number is needed.", "Write one.")
            return self.value(entry.items[0])
        number = number_of(entry.text)
        return number if number is not None else self.words(self.entries.formula(entry))

    def words(self, node: Node) -> Raw:
        """A formula as a tariff says it; the entries it names are defined."""
        for name, kind in kinds(node):
            if self.entries.named(name) is None and not is_usage(name):
                self.vocabulary.attribute(name, kind)
        told = renamed(node, self._told)
        if isinstance(told, Number):
            return told.value
        return told.name if isinstance(told, Name) else f"= {print_tree(told)}"

    def _told(self, name: str) -> str:
        """What a tariff calls something that a formula names."""
        entry = self.entries.named(name)
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
        entry = self.entries.entry(name)
        if name in self._defining:
            circle = ", ".join(self._defining[self._defining.index(name) :])
            raise self.entries.malformed(entry.line, f"These need each other: {circle}.", "Write one out.")
        self._defining.append(name)
        self.definitions[code] = self.value(entry)
        self._defining.remove(name)

    def _row_key(self, lookup: Lookup, key: tuple[str, ...]) -> str:
        if len(key) < len(lookup.depends_on):
            return key[0]  # otherwise
        pairs = zip(lookup.depends_on, key, strict=True)
        return " | ".join(self.vocabulary.spell(name, value) for name, value in pairs)

    # Tiers.

    def _blocks(self, name: str, kind: RateType, line: int) -> list[Raw]:
        starts, prices = (as_lists(self._part(name, part, line)) for part in ("tier_starts", "tier_prices"))
        matched = Matched(starts, prices, self.entries.mistake)
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
            if (found := self.entries.named(wanted)) is not None:
                return self.entries.entry(found)
        wanted = (words if stem == "commodity" else own)[0]
        raise self.entries.malformed(line, f"`{name}` has tiers, but there is no `{wanted}`.", f"Write `{wanted}:`.")

    def _budget(self, name: str) -> str:
        stem = _stem(name)
        wanted = (f"{stem}_budget", f"budget_{stem}", "budget")
        return next((found for each in wanted if (found := self.entries.named(each))), "budget")


def _amount_of(code: str) -> str:
    """What formulas of a tariff call the amount of a charge."""
    return code if code.endswith("_charge") else f"{code}_charge"


def _stem(name: str) -> str:
    """`sewer` of `sewer_charge`, `drought` of `variable_drought_surcharge`."""
    stem = name.casefold()
    for ending in ("_surcharge", "_charge", "_charges", "_cost", "_rate"):
        stem = stem.removesuffix(ending)
    return stem.removeprefix("variable_").removeprefix("fixed_")
