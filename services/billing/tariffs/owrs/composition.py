"""Which entries of a class are lines of its bill.

Most bills are sums, and each part is a line. A bill that is no sum (`max(minimum, commodity_charge)`) has its
tiered charges as lines, and one more line that brings them to what the formula says.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from services.billing.tariffs.expressions.tree import Chain, Name, Negation, Node, Number, print_tree
from services.billing.tariffs.owrs.bill import Share, Term, added, parts_of
from services.billing.tariffs.owrs.entries import ClassEntries
from services.billing.tariffs.owrs.formulas import number_of
from services.billing.tariffs.owrs.model import Entry, Lookup, Scalar
from services.billing.tariffs.owrs.tiers import rate_type


@dataclass(frozen=True, slots=True)
class AmountTable:
    """Something billed in some rows of a bill that is a table."""

    label: str
    amounts: Lookup


@dataclass(frozen=True, slots=True)
class Composition:
    billed: tuple[str, ...]
    """Entries that are lines as they are."""
    formulas: tuple[tuple[Node, str], ...] = ()
    """Lines that are no entry, with their label."""
    shares: tuple[Share, ...] = ()
    tables: tuple[AmountTable, ...] = ()
    rest: Node | None = None
    """What is left of the bill beside the lines."""


def compose(entries: ClassEntries) -> Composition:
    """The lines of a class's bill. Raises MalformedError."""
    name = entries.named("bill")
    if name is None:
        line = entries.customers.line
        raise entries.malformed(line, "There is no `bill`.", "Write `bill:` as the sum of its charges.")
    bill = entries.entry(name)
    composition = _of_table(entries, bill) if isinstance(bill, Lookup) else _of_sum(entries, bill)
    tiered = _tiered(entries, name)
    if composition is None or not set(tiered) <= set(composition.billed):
        return _whole(name, tiered)
    return _without_zeros(entries, composition)


def _of_sum(entries: ClassEntries, bill: Entry) -> Composition | None:
    parts = _parts(entries, bill)
    counts = _counts(entries, parts)
    billed = tuple(name for name, count in counts.items() if count == 1)
    shares = [part for part in parts if isinstance(part, Share)]
    told = [replace(share, of=tuple(entries.named(name) or name for name in share.of)) for share in shares]
    if any(not set(share.of) <= set(billed) for share in told):
        return None
    formulas = [
        (_signed(part), print_tree(part.node))
        for part in parts
        if isinstance(part, Term) and _entry_of(entries, part.node) is None
    ]
    formulas += [_several(name, count) for name, count in counts.items() if count not in (0, 1)]
    return Composition(billed, tuple(formulas), tuple(told))


def _of_table(entries: ClassEntries, bill: Lookup) -> Composition | None:
    counts: dict[tuple[str, ...], dict[str, int]] = {}
    for key, row in bill.rows.items():
        parts = [] if isinstance(row, Lookup) else _parts(entries, row)
        if not parts or any(isinstance(part, Share) or _entry_of(entries, part.node) is None for part in parts):
            return None
        counts[key] = _counts(entries, parts)
    names = list(dict.fromkeys(name for row in counts.values() for name in row))
    billed = tuple(name for name in names if all(row.get(name) == 1 for row in counts.values()))
    tables = [AmountTable(name.replace("_", " "), _amounts(name, bill, counts)) for name in names if name not in billed]
    return Composition(billed, tables=tuple(tables))


def _amounts(name: str, bill: Lookup, counts: dict[tuple[str, ...], dict[str, int]]) -> Lookup:
    said = {0: "0", 1: name, -1: f"-{name}"}
    rows = {
        key: Scalar(said.get(count := row.get(name, 0), f"{count} * {name}"), bill.line) for key, row in counts.items()
    }
    return Lookup(bill.depends_on, rows, bill.line)


def _whole(name: str, tiered: tuple[str, ...]) -> Composition:
    rest: Node = Name(name)
    if tiered:
        rest = Chain(rest, tuple(("-", Name(each)) for each in tiered))
    return Composition(tiered, rest=rest)


def _without_zeros(entries: ClassEntries, composition: Composition) -> Composition:
    """Charges of nothing are no lines, unless there is nothing else."""
    some = tuple(name for name in composition.billed if not _is_zero(entries.entry(name)))
    if not some and not composition.formulas and not composition.tables:
        return replace(composition, billed=composition.billed[:1], shares=())
    shares = (replace(share, of=tuple(name for name in share.of if name in some)) for share in composition.shares)
    return replace(composition, billed=some, shares=tuple(share for share in shares if share.of))


def _is_zero(entry: Entry) -> bool:
    return isinstance(entry, Scalar) and number_of(entry.text) == 0


def _parts(entries: ClassEntries, bill: Entry) -> list[Term | Share]:
    if not isinstance(bill, Scalar):
        raise entries.malformed(bill.line, "`bill` is a list.", "Write it as the sum of its charges.")
    opened: list[str] = []

    def open_once(name: str) -> Node | None:
        if len(opened) > 2 * len(entries):
            raise entries.malformed(bill.line, f"These need each other: {name}, {opened[-1]}.", "Write one out.")
        opened.append(name)
        return _sum_of_entries(entries, name)

    return parts_of(entries.formula(bill), open_once)


def _sum_of_entries(entries: ClassEntries, name: str) -> Node | None:
    """The formula of an entry that only adds up other entries: its parts are the lines."""
    found = entries.named(name)
    entry = entries.entry(found) if found else None
    if not isinstance(entry, Scalar) or rate_type(entry) or number_of(entry.text) is not None:
        return None
    formula = entries.formula(entry)
    names = added(formula) or ()
    return formula if len(names) > 1 and all(entries.named(each) for each in names) else None


def _entry_of(entries: ClassEntries, node: Node) -> str | None:
    return entries.named(node.name) if isinstance(node, Name) else None


def _counts(entries: ClassEntries, parts: Iterable[Term | Share]) -> dict[str, int]:
    """How often each entry is added, less how often it is taken off."""
    counts: dict[str, int] = {}
    for part in parts:
        name = _entry_of(entries, part.node) if isinstance(part, Term) else None
        if isinstance(part, Term) and name is not None:
            counts[name] = counts.get(name, 0) + part.sign
    return counts


def _tiered(entries: ClassEntries, bill: str) -> tuple[str, ...]:
    """The tiered charges that the bill needs, directly or by way of others."""
    reached = [bill]
    for name in reached:
        reached += [each for each in dict.fromkeys(entries.mentioned(entries.entry(name))) if each not in reached]
    return tuple(name for name in reached if rate_type(entries.entry(name)))


def _signed(term: Term) -> Node:
    return term.node if term.sign == 1 else Negation("-", term.node)


def _several(name: str, count: int) -> tuple[Node, str]:
    label = name.replace("_", " ")
    if count == -1:
        return Negation("-", Name(name)), f"less {label}"
    number: Node = Number(Decimal(abs(count)))
    number = number if count > 0 else Negation("-", number)
    return Chain(number, (("*", Name(name)),)), label
