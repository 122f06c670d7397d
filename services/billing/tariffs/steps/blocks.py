"""The blocks of a charge by usage, in numbers: as they are for every bill, or for one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from services.billing.tariffs import words
from services.billing.tariffs.model import Prorated
from services.billing.tariffs.numbers import Number
from services.billing.tariffs.shares import ALL, Scale
from services.billing.tariffs.values import UNLIMITED
from services.billing.tariffs.working import ONE, ZERO, Working


class BlockRule(NamedTuple):
    """A block as the tariff says it: its end (`to`), or its width, or neither."""

    price: Number
    to: Number | None
    width: Number | None


class Block(NamedTuple):
    """A block in numbers: usage above `low` and up to `high` at one price."""

    low: Decimal
    high: Decimal
    price: Decimal
    part: str
    rule: str


class Widths(NamedTuple):
    """How limits of blocks grow: with size, and with days."""

    size: Decimal
    days: Scale

    def of(self, limit: Decimal) -> Decimal:
        return self.days.of_units(limit * self.size) if limit.is_finite() else limit


@dataclass(frozen=True, slots=True)
class BlockTable:
    """The blocks of one charge, with what the base includes of them and what they grow with."""

    rules: Sequence[BlockRule]
    includes: Number | None
    scale: Number | None
    unit: str
    prorates: bool | None

    @property
    def fixed(self) -> bool:
        """Whether no bill can change the blocks, but for the days of its period."""
        return all(isinstance(number, Decimal) for number in self._numbers())

    def blocks(self, working: Working | None = None) -> list[Block]:
        """The blocks of one bill: scaled by size and by days, without what the base already includes.

        Fixed blocks need no bill; they are then those of a whole period.
        """
        size = _now(self.scale, working, ONE)
        widths = Widths(size, self._share(working, "blocks"))
        free = Widths(size, self._share(working, "included")).of(_now(self.includes, working, ZERO))
        blocks, low = [], ZERO
        for rule in self.rules:
            high = max(low, _end(rule, low, widths, working))
            if high > free and low.is_finite():  # nothing is left after an unlimited block
                blocks.append(self._block(max(low, free), high, _now(rule.price, working, ZERO), free))
            low = high
        return blocks

    def _block(self, low: Decimal, high: Decimal, price: Decimal, free: Decimal) -> Block:
        rate = f"at {words.amount(price)} per {self.unit}"
        if len(self.rules) == 1:
            over = f" over {words.rounded(free)} {self.unit} included" if free else ""
            return Block(low, high, price, "", rate + over)
        part = words.block(low, high, self.unit)
        return Block(low, high, price, part, f"{part} {rate}")

    def _share(self, working: Working | None, item: Prorated) -> Scale:
        if working is None:
            return ALL
        if self.prorates is None:
            return working.share.of(item)
        return working.share.full if self.prorates else working.share.section

    def _numbers(self) -> Iterator[Number]:
        for rule in self.rules:
            yield from (number for number in rule if number is not None)
        yield from (number for number in (self.includes, self.scale) if number is not None)


def _end(rule: BlockRule, low: Decimal, widths: Widths, working: Working | None) -> Decimal:
    if rule.to is not None:
        return widths.of(_now(rule.to, working, ZERO))
    return UNLIMITED if rule.width is None else low + widths.of(_now(rule.width, working, ZERO))


def _now(number: Number | None, working: Working | None, missing: Decimal) -> Decimal:
    if number is None:
        return missing
    if isinstance(number, Decimal):
        return number
    assert working is not None, "Only fixed blocks can be asked for without a bill."
    return number.now(working)
