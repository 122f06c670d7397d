"""`Tiered` and `Budget` charges: lists of starts and prices, often a list for each meter size or season.

A start N is the first unit at its price, so the block below it ends with unit N-1. In a budget a start may be a
part of the budget; it is rounded up to a whole unit first. The first list item begins at zero whatever it says.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from chassis.townpack import Mistake
from services.billing.tariffs.owrs.formulas import number_of, percent_of
from services.billing.tariffs.owrs.keys import OTHERWISE, sameness
from services.billing.tariffs.owrs.model import Entry, Lookup, MalformedError, Scalar, Tiers
from services.billing.tariffs.units import plain

RateType = Literal["tiered", "budget"]

UNLIMITED = Scalar("unlimited", 0)
"""Where a tier ends that no other follows."""

Conditions = Mapping[str, str]
"""Which attribute has which value (as `sameness` says it) for a list to be the one that counts."""


def rate_type(entry: Entry) -> RateType | None:
    """Whether an entry is one of the words that mean tiers; a table of nothing but one such word is that word."""
    if isinstance(entry, Lookup):
        types = {rate_type(row) for row in entry.rows.values()}
        return types.pop() if len(types) == 1 else None
    text = entry.text.strip("\"'").casefold() if isinstance(entry, Scalar) else ""
    if text in ("tiered", "tier", "tiers"):
        return "tiered"
    return "budget" if re.fullmatch(r"budget([ _-]?based)?", text) else None


def as_lists(entry: Entry) -> Entry:
    """The entry with every scalar read as a list: `0, 15, 41`, or a single number."""
    match entry:
        case Scalar(text=text, line=line):
            items = text.strip("[]\"'").replace(";", ",").split(",")
            return Tiers(tuple(Scalar(item.strip(), line) for item in items if item.strip()), line)
        case Lookup(depends_on=names, rows=rows, line=line):
            return Lookup(names, {key: as_lists(row) for key, row in rows.items()}, line)
        case _:
            return entry


def start_number(text: str) -> Decimal | None:
    """The number in `149`, `149+`, or `15-40` (where a tier begins and ends)."""
    text = re.sub(r"\s*(\+|-\s*\d+(\.\d+)?|\s+to\s+\d+(\.\d+)?|and (up|over|above))$", "", text.strip())
    return number_of(text)


def variants(entry: Entry, given: Conditions | None = None) -> Iterator[tuple[Conditions, Tiers]]:
    """Every list in an entry, with what must hold for it to count."""
    given = given or {}
    if isinstance(entry, Lookup):
        for key, row in entry.rows.items():
            held = {} if key == (OTHERWISE,) else dict(zip(entry.depends_on, key, strict=True))
            told = {name: sameness(name, value) for name, value in held.items()}
            if all(given.get(name, value) == value for name, value in told.items()):
                yield from variants(row, {**given, **told})
    elif isinstance(entry, Tiers):
        yield given, entry


def together(one: Conditions, other: Conditions) -> bool:
    return all(other.get(name, value) == value for name, value in one.items())


Told = Callable[[int, str, str], Mistake]
"""Makes a mistake of a line, a message and a mend."""


@dataclass(slots=True)
class Matched:
    """Starts and prices that fit each other, list by list."""

    starts: Entry
    prices: Entry
    told: Told
    left_out: set[int] = field(default_factory=set)
    """Lists of starts (by identity) that no list of prices fits: rows left out of the tariff."""
    warnings: list[Mistake] = field(default_factory=list)

    def __post_init__(self) -> None:
        all_starts = list(variants(self.starts))
        for given, starts in all_starts:
            self._match(given, starts)
            self._look_over(starts)
        if len(self.left_out) == len(all_starts):
            raise MalformedError(replace(self.warnings[0], severity="error"))
        self.starts = self._rising(self.starts)

    def _match(self, given: Conditions, starts: Tiers) -> None:
        beside = [prices for held, prices in variants(self.prices) if together(given, held)]
        unfit = [prices for prices in beside if len(prices.items) != len(starts.items)]
        if not unfit:
            return
        whose = " for " + ", ".join(f"{name} {value}" for name, value in given.items()) if given else ""
        message = f"There are {len(starts.items)} tier starts and {len(unfit[0].items)} tier prices{whose}."
        mistake = self.told(starts.line, message, f"Give each start a price; prices are in line {unfit[0].line}.")
        if len(unfit) < len(beside):
            raise MalformedError(mistake)
        self.left_out.add(id(starts))
        self.warnings.append(replace(mistake, severity="warning"))

    def _look_over(self, starts: Tiers) -> None:
        numbers = [start_number(start.text) for start in starts.items]
        for before, after, start in zip(numbers, numbers[1:], starts.items[1:], strict=False):
            if before is not None and after is not None and after <= before:
                message = f"A tier starts at {after}, not above the one before it at {before}, which stays empty."
                mistake = self.told(start.line, message, "Write the starts in rising order.")
                self.warnings.append(replace(mistake, severity="warning"))
        if numbers and numbers[0] is not None and numbers[0] > 1:
            message = f"The first tier starts at {numbers[0]}; it is taken from the first unit."
            mistake = self.told(starts.line, message, "Begin with 0.")
            self.warnings.append(replace(mistake, severity="warning"))

    def _rising(self, entry: Entry) -> Entry:
        """The lists that are not left out; a start below the one before it is moved up to it."""
        if isinstance(entry, Lookup):
            kept = {key: row for key, row in entry.rows.items() if id(row) not in self.left_out}
            return Lookup(entry.depends_on, {key: self._rising(row) for key, row in kept.items()}, entry.line)
        assert isinstance(entry, Tiers)
        items, highest = [], Decimal(1)
        for item in entry.items:
            number = start_number(item.text)
            highest = max(highest, number or highest)
            items.append(item if number is None else Scalar(f"{highest:f}", item.line))
        return Tiers(tuple(items), entry.line)

    @property
    def count(self) -> int:
        return max(len(starts.items) for _, starts in variants(self.starts))

    def is_empty(self, index: int, kind: RateType) -> bool:
        """Whether a block can hold no unit for anybody: the next one starts where it does."""
        if not isinstance(self.starts, Tiers) or index + 1 >= len(self.starts.items):
            return False
        ends = [end_before(start, "", kind) for start in self.starts.items[index : index + 2]]
        low, high = (number_of(end.text) for end in ends)
        return low is not None and low == high

    def price(self, index: int) -> Entry:
        """The price of a block, for each list; beyond a list's end no unit is left to be priced."""
        return _each(self.prices, lambda tiers: tiers.items[min(index, len(tiers.items) - 1)])

    def end(self, index: int, budget: str, kind: RateType) -> Entry:
        """Where a block ends, for each list; a list's last block has no end."""

        def of_list(tiers: Tiers) -> Scalar:
            following = tiers.items[index + 1 : index + 2]
            return end_before(following[0], budget, kind) if following else UNLIMITED

        return _each(self.starts, of_list)


def _each(entry: Entry, pick: Callable[[Tiers], Scalar]) -> Entry:
    """One scalar for each list of an entry, in the same tables."""
    if isinstance(entry, Lookup):
        return Lookup(entry.depends_on, {key: _each(row, pick) for key, row in entry.rows.items()}, entry.line)
    assert isinstance(entry, Tiers)
    return pick(entry)


def end_before(start: Scalar, budget: str, kind: RateType) -> Scalar:
    """The last unit below a start, as a number or a formula."""
    number = start_number(start.text)
    if number is not None:
        whole = number.to_integral_value(ROUND_CEILING) if kind == "budget" else number
        return Scalar(f"{whole - 1:f}", start.line)
    percent = percent_of(start.text)
    if percent is None:
        return Scalar(f"ceiling({start.text.removeprefix('=')}) - 1", start.line)
    part = budget if percent == 100 else f"{plain(percent / 100):f} * {budget}"
    return Scalar(f"ceiling({part}) - 1", start.line)
