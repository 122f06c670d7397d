"""Where a tariff may say a number, it may say it in one of three ways: a number, words, or a table.

Words are `= a formula`, the name of an attribute, definition or other line, `90% of` a name, or `unlimited`.
A table gives a number for each value of an attribute (`by: meter_size`), or for each range of a number
(`up to 2000`, `over 2000`). Tables may stand in tables.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag, field_validator

from services.billing.tariffs.expressions import Expression, ExpressionError, compile_expression

UNLIMITED = Decimal("Infinity")
OTHERWISE = "otherwise"

_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.IGNORECASE)
_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*% of ([a-z][a-z0-9_]*)", re.IGNORECASE)
_RANGE = re.compile(r"(up to|over) ([-+]?[0-9]+(?:\.[0-9]+)?)")


class Part(BaseModel):
    """A part of a tariff file: nothing unknown in it, and never changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Words(RootModel[str]):
    """A number said in words; see the module."""

    model_config = ConfigDict(frozen=True)

    @field_validator("root")
    @classmethod
    def _readable(cls, text: str) -> str:
        expression_of(text)
        return text

    @property
    def unlimited(self) -> bool:
        return self.root == "unlimited"

    @property
    def expression(self) -> Expression:
        return expression_of(self.root)


@lru_cache(maxsize=4096)
def expression_of(text: str) -> Expression:
    """What words mean, as an expression. Raises ValueError, in a sentence, if they mean nothing."""
    text = text.strip()
    percent = _PERCENT.fullmatch(text)
    try:
        if percent:
            return compile_expression(f"{percent[1]} / 100 * {percent[2]}")
        if text.startswith("="):
            return compile_expression(text[1:])
    except ExpressionError as error:
        raise ValueError(f"`{text}` is not a formula: {error}.") from None
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"`{text}` is neither a number nor a name. Write a number (16.16), `= a formula`, `90% of a_name`, "
            "a name, or a table with `by:`."
        )
    return compile_expression(text)


class Range:
    """A row of a table by ranges: from (not included) and up to (included)."""

    def __init__(self, key: str) -> None:
        found = _RANGE.fullmatch(key.strip())
        if found is None:
            raise ValueError(f"`{key}` is not a range. Write `up to 2000` or `over 2000`.")
        self.open = found[1] == "over"
        self.limit = Decimal(found[2])

    @staticmethod
    def is_one(key: str) -> bool:
        return _RANGE.fullmatch(key.strip()) is not None


class Table(Part):
    """`by` names what decides; every other entry is a row. With two or more names, rows read `inside | 5/8`."""

    model_config = ConfigDict(extra="allow")

    by: str | list[str] = Field(description="The attribute that decides, or a list of them.")
    __pydantic_extra__: dict[str, "Value"] = Field(init=False)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.by,) if isinstance(self.by, str) else tuple(self.by)

    @property
    def rows(self) -> dict[str, "Value"]:
        return self.__pydantic_extra__

    @property
    def of_ranges(self) -> bool:
        keys = [key for key in self.rows if key != OTHERWISE]
        return bool(keys) and all(Range.is_one(key) for key in keys)

    def keyed(self) -> Iterator[tuple[tuple[str, ...], "Value"]]:
        """Each row with its key taken apart; a key may name several values with commas."""
        for text, value in self.rows.items():
            for one in text.split(","):
                yield tuple(part.strip() for part in one.split("|")), value


def _kind(value: Any) -> str:
    if isinstance(value, Words):
        return "words"
    if isinstance(value, Table | dict):
        return "table"
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        return "words"
    return "number"


Value = Annotated[
    Annotated[Decimal, Tag("number")] | Annotated[Words, Tag("words")] | Annotated[Table, Tag("table")],
    Discriminator(_kind),
]
Table.model_rebuild()


def is_table(value: object) -> bool:
    """Whether a raw value is a table rather than a charge written out."""
    return isinstance(value, Table) or (isinstance(value, dict) and "by" in value)
