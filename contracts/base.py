"""The kinds of value that events are made of.

An event is frozen and ignores fields it doesn't know, so that an older reader survives a newer writer. Money and
quantities are decimal strings in JSON: a JSON number passes through binary floating point in most readers and
comes out as another amount. Every kind of value is as narrow as what a database column or a printed page can take,
so that what was read as valid does not fail later, in the middle of a batch.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    StringConstraints,
)
from pydantic_core import CoreSchema, core_schema
from pydantic_core.core_schema import SerSchema

_WHOLE_DIGITS = 15


def _text_or(
    value: CoreSchema, parsed: CoreSchema, pattern: str, mistake: str, written: "SerSchema | None" = None
) -> CoreSchema:
    """JSON text of one form only, or in Python also the value itself.

    All of it runs in pydantic's core, without a Python function in between: a billing night reads millions.
    """
    text = core_schema.chain_schema([core_schema.str_schema(pattern=pattern), parsed])
    either = core_schema.union_schema([value, text], mode="left_to_right")
    return core_schema.json_or_python_schema(
        _explained(text, mistake), _explained(either, mistake), serialization=written
    )


def _explained(schema: CoreSchema, mistake: str) -> CoreSchema:
    return core_schema.custom_error_schema(schema, custom_error_type="form", custom_error_message=mistake)


@dataclass(frozen=True)
class _DecimalText:
    """A decimal of at most 15 digits before the point and `places` after it."""

    places: int

    @property
    def pattern(self) -> str:
        return rf"^-?[0-9]{{1,{_WHOLE_DIGITS}}}(\.[0-9]{{1,{self.places}}})?$"

    @property
    def mistake(self) -> str:
        return (
            f'write it as a decimal string with at most {self.places} decimal places, such as "12.50"; '
            "numbers without quotes, exponents and commas are refused"
        )

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        value = core_schema.decimal_schema(
            strict=True, allow_inf_nan=False, decimal_places=self.places, max_digits=_WHOLE_DIGITS + self.places
        )
        written = core_schema.plain_serializer_function_ser_schema(
            self.written, return_schema=core_schema.str_schema(), when_used="json"
        )
        return _text_or(value, core_schema.decimal_schema(), self.pattern, self.mistake, written)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern}

    @staticmethod
    def written(value: Decimal) -> str:
        """Equal values are written equally, so that the same fact sent twice has the same content."""
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text


class _MoneyText(_DecimalText):
    @staticmethod
    def written(value: Decimal) -> str:
        text = format(value, ".2f")
        return "0.00" if text == "-0.00" else text


Money = Annotated[Decimal, _MoneyText(2)]
"""Dollars and cents."""

Quantity = Annotated[Decimal, _DecimalText(6)]
"""A measured amount; its unit stands beside it."""

Rate = Annotated[Decimal, _DecimalText(8)]
"""Dollars per unit, or a fraction of a base."""


class _DayText:
    mistake = 'write a day of the calendar, such as "2023-03-01" (ISO 8601)'
    # Without it, "20230301" is read as seconds since 1970 and becomes a day in August of that year.
    pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        value = core_schema.date_schema(strict=True)
        return _text_or(value, core_schema.date_schema(), self.pattern, self.mistake)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class _InstantText:
    mistake = 'write an instant with its zone, such as "2023-03-01T14:05:00Z" (RFC 3339)'
    pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$"

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        value = core_schema.datetime_schema(strict=True)
        instant = _text_or(value, core_schema.datetime_schema(), self.pattern, self.mistake)
        return core_schema.no_info_after_validator_function(self._utc, instant)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    def _utc(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError(self.mistake)
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise ValueError("the time is outside the calendar once it is turned into UTC") from None


Day = Annotated[date, _DayText()]
"""A calendar day of the town."""

Timestamp = Annotated[datetime, _InstantText()]
"""An instant in UTC."""

Flag = Annotated[bool, Strict()]
"""Yes or no."""

Count = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)]
"""A version, a sequence number, a number of things."""

# C0 controls and DEL break line-based print files; PostgreSQL cannot store NUL at all.
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
_PRINTABLE_NOT_BLANK = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PRINTABLE_NOT_BLANK)]
"""A short printable text that must not be empty or blank."""

Line = Annotated[str, StringConstraints(max_length=200, pattern=_PRINTABLE)]
"""A short printable text that may be empty."""

Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""Words for people; may be empty, and may have line breaks."""


class Part(BaseModel):
    """A piece of an event."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Event(Part):
    """What a service says happened, or how a thing now stands."""


class OpenEnum(StrEnum):
    """Known values of a field, open to values that a newer release adds.

    A reader that meets an unknown value still reads the message; what it decides about it is the handler's matter.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str) or not 0 < len(value) <= 60 or not value.isprintable():
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
        known = [str(member) for member in cls]
        return {
            "title": cls.__name__,
            "description": f"{(cls.__doc__ or '').strip()} Open: a newer release may add values.",
            "type": "string",
            "minLength": 1,
            "maxLength": 60,
            "examples": known,
        }
