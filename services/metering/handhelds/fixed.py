"""Fixed-width records: named fields at positions counted from 1, both ends included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.metering.handhelds.route import Fault


class FieldError(Exception):
    """A field that does not hold what it should."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class DoesNotFitError(ValueError):
    """A value too long for its field: cutting it off would send another value."""


@dataclass(frozen=True, slots=True)
class Record:
    """The layout of one kind of record: its id stands in positions 1-5, its fields where `fields` says."""

    id: str
    length: int
    fields: Mapping[str, tuple[int, int]]

    def line(self, **values: str | int) -> str:
        """The record with its values: numbers to the right behind zeros, text to the left before blanks."""
        characters = list(self.id.ljust(self.length))
        for name, value in values.items():
            first, last = self.fields[name]
            characters[first - 1 : last] = _fitted(self.id, name, value, last - first + 1)
        return "".join(characters)

    def text(self, line: str, name: str) -> str:
        """A field without its blanks; empty where the line ends before it."""
        first, last = self.fields[name]
        return line[first - 1 : last].strip()

    def digits(self, line: str, number: int, name: str) -> int | None:
        """A whole number, None where the field is blank. A line cut inside the field is a fault, not another number."""
        first, last = self.fields[name]
        text = self.text(line, name)
        if not text:
            return None
        if len(line) < last:
            raise FieldError(Fault(number, first, name, f"the line ends inside this field, after `{text}`"))
        if not (text.isascii() and text.isdigit()):
            raise FieldError(Fault(number, first, name, f"`{text}` is not a number of digits only"))
        return int(text)

    def date(self, line: str, number: int, name: str) -> date | None:
        """A date written CCYYMMDD, None where the field is blank."""
        digits = self.digits(line, number, name)
        if digits is None:
            return None
        try:
            return datetime.strptime(f"{digits:08d}", "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            first = self.fields[name][0]
            raise FieldError(Fault(number, first, name, f"`{digits}` is not a date written CCYYMMDD")) from None


def _fitted(record: str, name: str, value: str | int, width: int) -> str:
    text = str(value).rjust(width, "0") if isinstance(value, int) else value.ljust(width)
    if len(text) > width or not text.isascii() or not text.isprintable():
        raise DoesNotFitError(f"{record} {name}: `{value}` does not fit {width} plain characters.")
    return text


def counts(value: Decimal, decimals: int) -> int:
    """A reading as the digits a register shows, its point left out."""
    return int(value.scaleb(decimals))


def reading(digits: int, decimals: int) -> Decimal:
    """The digits a register shows as a reading, its point put back."""
    return Decimal(digits).scaleb(-decimals)
