"""The kinds of value that events are made of.

An event is frozen and ignores fields it doesn't know, so that an older reader survives a newer writer. Money and
quantities are decimal strings in JSON: a JSON number passes through binary floating point in most readers and
comes out as another amount.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema

_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,8})?")


def _decimal_text(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return value
    raise ValueError('write it as a decimal string, such as "12.50"; numbers and exponents are refused')


def _places(limit: int) -> AfterValidator:
    def check(value: Decimal) -> Decimal:
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent > limit:
            raise ValueError(f"at most {limit} decimal places are allowed")
        return value

    return AfterValidator(check)


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _decimal_schema(places: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": rf"^-?\d{{1,15}}(\.\d{{1,{places}}})?$"})


_AS_TEXT = PlainSerializer(_plain, return_type=str, when_used="json")

Money = Annotated[Decimal, BeforeValidator(_decimal_text), _places(2), _AS_TEXT, _decimal_schema(2)]
"""Dollars and cents."""

Quantity = Annotated[Decimal, BeforeValidator(_decimal_text), _places(6), _AS_TEXT, _decimal_schema(6)]
"""A measured amount; its unit stands beside it."""

Rate = Annotated[Decimal, BeforeValidator(_decimal_text), _places(8), _AS_TEXT, _decimal_schema(8)]
"""Dollars per unit, or a fraction of a base."""


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError('give the time with its zone, such as "2023-03-01T14:05:00Z"')
    return value.astimezone(UTC)


Timestamp = Annotated[datetime, AfterValidator(_utc)]
"""An instant in UTC."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A short printable text that must not be empty."""


class Event(BaseModel):
    """What a service says happened, or how a thing now stands."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Part(BaseModel):
    """A piece of an event."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class OpenEnum(StrEnum):
    """Known values of a field, open to values that a newer release adds.

    A reader that meets an unknown value still reads the message; what it decides about it is the handler's matter.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str) or not value:
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = "UNKNOWN"
        unknown._value_ = value
        return unknown

    @property
    def known(self) -> bool:
        """Whether this release knows the value."""
        return self._name_ != "UNKNOWN"

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "examples": [str(member) for member in cls]}
