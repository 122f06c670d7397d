"""Blocks of usage drawn in text: how high each price is, and how far up the usage went."""

from collections.abc import Sequence
from decimal import Decimal

from services.billing.tariffs import words
from services.billing.tariffs.lines import Line, Priced
from services.billing.tariffs.steps.blocks import Block

WIDTH = 32


def picture(title: str, unit: str, blocks: Sequence[Block], used: Decimal) -> str:
    """A row for each block: where it lies, its price as a bar, and the usage in it."""
    highest = max((block.price for block in blocks), default=Decimal(0))
    where = [words.block(block.low, block.high, unit) for block in blocks]
    prices = [words.amount(block.price) for block in blocks]
    rows = [f"{title}, price per {unit}"]
    for block, place, price in zip(blocks, where, prices, strict=True):
        room = f"{place:<{max(map(len, where))}}  {price:>{max(map(len, prices))}}"
        rows.append(f"  {room}  {_bar(block, highest, used)}".rstrip())
    return "\n".join(rows)


def _bar(block: Block, highest: Decimal, used: Decimal) -> str:
    """Solid as far as the block was used, dotted beyond."""
    length = max(1, round(WIDTH * block.price / highest)) if highest > 0 else 1
    inside = min(max(used - block.low, Decimal(0)), block.high - block.low)
    if inside <= 0:
        return "░" * length
    if not block.high.is_finite() or inside == block.high - block.low:
        return f"{'█' * length} {words.rounded(inside)}"
    solid = max(1, int(length * inside / (block.high - block.low)))
    return f"{'█' * solid}{'░' * (length - solid)} {words.rounded(inside)}"


def helps(blocks: Sequence[Block]) -> bool:
    """A picture of a single price shows nothing."""
    return len(blocks) > 1


def counted(priced: Priced, code: str) -> Decimal:
    """What a charge by usage was charged on."""
    return sum((line.quantity for line in priced.lines if _of(line, code) and line.quantity), Decimal(0))


def _of(line: Line, code: str) -> bool:
    return line.code == code and line.rate is not None
