"""A price, or blocks of prices, on usage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from services.billing.tariffs import words
from services.billing.tariffs.lines import Line, NoRateError
from services.billing.tariffs.model import Prorated
from services.billing.tariffs.numbers import Number
from services.billing.tariffs.rounding import WAYS
from services.billing.tariffs.shares import ALL, Scale
from services.billing.tariffs.steps.count import Count
from services.billing.tariffs.steps.posting import Bounds, Posting, Row
from services.billing.tariffs.values import UNLIMITED
from services.billing.tariffs.working import ZERO, Working


class BlockRule(NamedTuple):
    """A block as the tariff says it: its end (`to`), or its width, or neither."""

    price: Number
    to: Number | None
    width: Number | None


class Block(NamedTuple):
    """A block in numbers, with the line of a bill that fills it."""

    low: Decimal
    high: Decimal
    price: Decimal
    part: str
    rule: str
    full: Line | None = None


class Widths(NamedTuple):
    """How limits of blocks grow: with size, and with days."""

    size: Decimal
    days: Scale

    def of(self, limit: Decimal) -> Decimal:
        return self.days.of_units(limit * self.size) if limit.is_finite() else limit


@dataclass(slots=True)
class ByUsageStep:
    """A compiled `ByUsage` charge."""

    posting: Posting
    blocks: Sequence[BlockRule]
    on: Count | None
    includes: Number | None
    scale: Number | None
    bounds: Bounds
    unit: str
    prorates: bool | None
    fixed: tuple[Block, ...] | None = None
    quick: bool = field(default=False)

    def __post_init__(self) -> None:
        """Blocks that no bill can change are worked out once, and the lines of full ones made."""
        if all(isinstance(number, Decimal) for number in self._numbers()):
            blocks = self._blocks(None)
            plain = self.bounds.none and self.on is None and self.posting.when is None
            self.quick = plain and self.posting.rounding.per == "block" and _power_of_ten(self.posting)
            self.fixed = tuple(self._with_line(block) for block in blocks) if self.quick else tuple(blocks)

    def run(self, working: Working) -> None:
        usage = working.usage
        if self.quick and working.share.whole and usage is not None and usage >= 0:
            self._run_quick(working, usage)
        elif self.posting.applies(working):
            self._run(working)

    def _run_quick(self, working: Working, usage: Decimal) -> None:
        posting, lines, total = self.posting, working.lines, ZERO
        cent, way = posting.rounding.to, WAYS[posting.rounding.how]
        assert self.fixed is not None
        for low, high, price, part, rule, full in self.fixed:
            if usage <= low:
                break
            if usage >= high and full is not None:
                lines.append(full)
                total += full.amount
                continue
            units = min(usage, high) - low
            amount = (units * price).quantize(cent, way)
            label = f"{posting.label}, {part}" if part else posting.label
            lines.append(
                Line(
                    posting.service,
                    posting.code,
                    label,
                    units,
                    self.unit,
                    price,
                    amount,
                    rule,
                    posting.version,
                    posting.source,
                )
            )
            total += amount
        working.amounts[posting.code] = total
        self._check_covered(usage, self.fixed)

    def _run(self, working: Working) -> None:
        usage = working.measured() if self.on is None else self.on.now(working)
        blocks = self.for_bill(working)
        counted = "" if self.on is None else f", on {self.on.rule(working)}"
        rows = list(self._rows(blocks, usage, counted))
        bound = self.bounds.row(sum((row.exact for row in rows), ZERO), working)
        self.posting.post(working, [*rows, bound] if bound else rows)
        self._check_covered(abs(usage), blocks)

    def for_bill(self, working: Working) -> Sequence[Block]:
        """The blocks as they are for one bill."""
        return self.fixed if working.share.whole and self.fixed is not None else self._blocks(working)

    def _rows(self, blocks: Sequence[Block], usage: Decimal, counted: str) -> Iterator[Row]:
        """A correction below zero gives back what the same usage cost, block by block."""
        size, sign = abs(usage), -1 if usage < 0 else 1
        for block in blocks:
            units = (min(size, block.high) - block.low) * sign
            if size > block.low and units:
                exact = units * block.price
                yield Row(exact, block.rule + counted, units, self.unit, block.price, block.part)

    def _blocks(self, working: Working | None) -> list[Block]:
        """The blocks of one bill: scaled by size and by days, without what the base already includes."""
        scale = _now(self.scale, working, Decimal(1))
        widths = Widths(scale, self._share(working, "blocks"))
        free = Widths(scale, self._share(working, "included")).of(_now(self.includes, working, ZERO))
        blocks, low = [], ZERO
        for rule in self.blocks:
            high = max(low, _end(rule, low, widths, working))
            if high > free and low.is_finite():  # nothing is left after an unlimited block
                blocks.append(self._block(max(low, free), high, _now(rule.price, working, ZERO), free))
            low = high
        return blocks

    def _block(self, low: Decimal, high: Decimal, price: Decimal, free: Decimal) -> Block:
        single = len(self.blocks) == 1 and low == free
        part = "" if single else words.block(low, high, self.unit)
        over = f" over {words.rounded(free)} {self.unit} included" if single and free else ""
        where = "" if single else f"{part} "
        return Block(low, high, price, part, f"{where}at {words.amount(price)} per {self.unit}{over}")

    def _share(self, working: Working | None, item: Prorated) -> Scale:
        if working is None:
            return ALL
        if self.prorates is None:
            return working.share.of(item)
        return working.share.full if self.prorates else working.share.section

    def _with_line(self, block: Block) -> Block:
        if not block.high.is_finite():
            return block
        units = block.high - block.low
        row = Row(units * block.price, block.rule, units, self.unit, block.price, block.part)
        return block._replace(full=self.posting.line(row, self.posting.round(row.exact)))

    def _numbers(self) -> Iterator[Number]:
        for rule in self.blocks:
            yield from (number for number in rule if number is not None)
        yield from (number for number in (self.includes, self.scale) if number is not None)

    def _check_covered(self, usage: Decimal, blocks: Sequence[Block]) -> None:
        if blocks and usage > blocks[-1].high:
            raise NoRateError(
                f"The {self.posting.service} tariff has no price for usage over "
                f"{words.rounded(blocks[-1].high)} {self.unit}."
            )


def _end(rule: BlockRule, low: Decimal, widths: Widths, working: Working | None) -> Decimal:
    if rule.to is not None:
        return widths.of(_now(rule.to, working, ZERO))
    return UNLIMITED if rule.width is None else low + widths.of(_now(rule.width, working, ZERO))


def _now(number: Number | None, working: Working | None, missing: Decimal) -> Decimal:
    if number is None:
        return missing
    if isinstance(number, Decimal):
        return number
    assert working is not None
    return number.now(working)


def _power_of_ten(posting: Posting) -> bool:
    return posting.rounding.to.as_tuple().digits == (1,)
