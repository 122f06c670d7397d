"""Blocks that leave usage without a price, or give it two."""

from collections.abc import Iterator
from decimal import Decimal

from chassis.townpack import Mistake
from services.billing.tariffs import words
from services.billing.tariffs.check.scopes import Opened, priced_by_usage
from services.billing.tariffs.mentions import Path
from services.billing.tariffs.model import Block
from services.billing.tariffs.values import OTHERWISE, UNLIMITED, Table, Value, Words

ROW_OF_NOTHING = ("", "")


def block_mistakes(opened: Opened) -> Iterator[Mistake]:
    for path, part in priced_by_usage(opened):
        blocks = part.blocks or []
        for row in sorted(_rows(blocks)):
            yield from _of_row(opened, (*path, "blocks"), blocks, row)


def _rows(blocks: list[Block]) -> set[tuple[str, str]]:
    """The rows (attribute, value) for which limits differ; one of nothing if they are the same for all."""
    tables = [limit for block in blocks for limit in (block.start, block.to, block.next) if isinstance(limit, Table)]
    rows = {(table.names[0], key) for table in tables if len(table.names) == 1 for key in table.rows}
    return rows or {ROW_OF_NOTHING}


def _of_row(opened: Opened, path: Path, blocks: list[Block], row: tuple[str, str]) -> Iterator[Mistake]:
    low: Decimal | None = Decimal(0)  # None from where it can't be told
    for index, block in enumerate(blocks):
        here = (*path, index)
        yield from _begins_wrong(opened, here, _limit(block.start, row), low)
        yield from _ends_wrong(opened, here, block, row, low, last=index == len(blocks) - 1)
        end = _end(block, row, low)
        low = end if end != UNLIMITED else None


def _begins_wrong(opened: Opened, path: Path, start: Decimal | None, low: Decimal | None) -> Iterator[Mistake]:
    if start is None or low is None or start == low:
        return
    what = "Usage between them has no price." if start > low else "Usage between them has two prices."
    kind = "a gap" if start > low else "an overlap"
    yield opened.mistake(
        (*path, "from"),
        f"There is {kind}: this block begins at {words.quantity(start)}, the one before ends at "
        f"{words.quantity(low)}. {what}",
        f"Write `from: {words.quantity(low)}`, or leave `from` out.",
    )


def _ends_wrong(
    opened: Opened, path: Path, block: Block, row: tuple[str, str], low: Decimal | None, last: bool
) -> Iterator[Mistake]:
    end = _end(block, row, low)
    own = isinstance(block.to, Table)  # a meter size may have fewer blocks than others: empty ones, or no more
    if last and end is not None and end.is_finite():
        message = f"There is a gap: usage over {words.quantity(end)} has no price."
        yield opened.mistake(path, message, "Add a last block with a price only, or leave out where this one ends.")
    elif not last and end is not None and not end.is_finite() and not own:
        message = "There is an overlap: this block has no end, and another comes after it."
        yield opened.mistake(path, message, "Say where it ends with `to:`, or make it the last.")
    elif low is not None and end is not None and (end < low or (end == low and not own)):
        ends = f"this block ends at {words.quantity(end)}, the one before at {words.quantity(low)}"
        message = f"There is an overlap: {ends}."
        yield opened.mistake((*path, "to"), message, "Put the blocks in order, each with a higher `to`.")


def _end(block: Block, row: tuple[str, str], low: Decimal | None) -> Decimal | None:
    """Where a block ends, if that can be told without an account."""
    if block.to is not None:
        return _limit(block.to, row)
    if block.next is not None:
        width = _limit(block.next, row)
        return None if width is None or low is None else low + width
    return UNLIMITED


def _limit(value: Value | None, row: tuple[str, str]) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, Words) and value.unlimited:
        return UNLIMITED
    if isinstance(value, Table) and value.names == (row[0],):
        return _limit(value.rows.get(row[1], value.rows.get(OTHERWISE)), row)
    return None
