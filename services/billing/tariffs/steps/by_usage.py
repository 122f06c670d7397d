"""A price, or blocks of prices, on usage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from services.billing.tariffs import words
from services.billing.tariffs.lines import Line, NoRateError
from services.billing.tariffs.rounding import WAYS, is_power_of_ten
from services.billing.tariffs.steps.blocks import Block, BlockTable
from services.billing.tariffs.steps.count import Count
from services.billing.tariffs.steps.posting import Bounds, Posting, Row
from services.billing.tariffs.working import ZERO, Working


class Ready(NamedTuple):
    """A fixed block with all that its line says, and the whole line of a bill that fills it."""

    low: Decimal
    high: Decimal
    price: Decimal
    description: str
    rule: str
    full: Line | None


@dataclass(slots=True)
class ByUsageStep:
    """A compiled `ByUsage` charge.

    Most charges are fixed blocks that round each line alone: their lines are prepared, and a bill of a whole
    period only multiplies in the last block it reaches. All others take the general way.
    """

    posting: Posting
    table: BlockTable
    on: Count | None
    bounds: Bounds
    fixed: tuple[Block, ...] | None = field(init=False, default=None)
    ready: tuple[Ready, ...] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if not self.table.fixed:
            return
        self.fixed = tuple(self.table.blocks())
        counted = "" if self.on is None else self.on.fixed_rule
        rounding = self.posting.rounding
        plain = self.bounds.none and self.posting.when is None and counted is not None
        if plain and rounding.per == "block" and is_power_of_ten(rounding.to):
            self.ready = tuple(self._prepared(block, _on(counted)) for block in self.fixed)

    def run(self, working: Working) -> None:
        if self.ready is not None and working.share.whole:
            usage = self._usage(working)
            if usage >= 0:
                self._run_ready(working, usage, self.ready)
                return
        if self.posting.applies(working):
            self._run(working)

    def _usage(self, working: Working) -> Decimal:
        return working.measured() if self.on is None else self.on.now(working)

    def _run_ready(self, working: Working, usage: Decimal, ready: Sequence[Ready]) -> None:
        posting, unit, lines, total = self.posting, self.table.unit, working.lines, ZERO
        cent, way = posting.rounding.to, WAYS[posting.rounding.how]
        service, code, version, source = posting.service, posting.code, posting.version, posting.source
        for low, high, price, description, rule, full in ready:
            if usage <= low:
                break
            if full is not None and usage >= high:
                lines.append(full)
                total += full.amount
                continue
            units = usage - low
            amount = (units * price).quantize(cent, way)
            lines.append(Line(service, code, description, units, unit, price, amount, rule, version, source))
            total += amount
        working.amounts[code] = total
        if usage > ready[-1].high:
            raise self._uncovered(ready[-1].high)

    def _run(self, working: Working) -> None:
        usage, blocks = self._usage(working), self.for_bill(working)
        if blocks and abs(usage) > blocks[-1].high:
            raise self._uncovered(blocks[-1].high)
        rows = list(self._rows(blocks, usage, "" if self.on is None else _on(self.on.rule(working))))
        bound = self.bounds.row(sum((row.exact for row in rows), ZERO), working)
        self.posting.post(working, [*rows, bound] if bound else rows)

    def for_bill(self, working: Working) -> Sequence[Block]:
        """The blocks as they are for one bill."""
        return self.fixed if working.share.whole and self.fixed is not None else self.table.blocks(working)

    def _rows(self, blocks: Sequence[Block], usage: Decimal, on: str) -> Iterator[Row]:
        """A correction below zero gives back what the same usage cost, block by block."""
        size, sign = abs(usage), -1 if usage < 0 else 1
        for block in blocks:
            if size > block.low:
                units = (min(size, block.high) - block.low) * sign
                yield Row(units * block.price, block.rule + on, units, self.table.unit, block.price, block.part)

    def _prepared(self, block: Block, on: str) -> Ready:
        units = block.high - block.low if block.high.is_finite() else ZERO
        row = Row(units * block.price, block.rule + on, units, self.table.unit, block.price, block.part)
        line = self.posting.line(row, self.posting.round(row.exact))
        full = line if block.high.is_finite() else None
        return Ready(block.low, block.high, block.price, line.description, row.rule, full)

    def _uncovered(self, end: Decimal) -> NoRateError:
        over = f"{words.rounded(end)} {self.table.unit}"
        return NoRateError(f"The {self.posting.service} tariff has no price for usage over {over}.")


def _on(counted: str | None) -> str:
    return f", on {counted}" if counted else ""
