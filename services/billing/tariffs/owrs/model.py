"""What an Open Water Rate Specification file says, read but not yet interpreted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chassis.townpack import Mistake
from services.billing.tariffs.units import UnitName


class MalformedError(ValueError):
    """A file that can't be read at all, or a class that can't be priced; `mistake` has file, line and reason."""

    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake
        super().__init__(str(mistake))


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number, a name or a formula, as written."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Tiers:
    """A list: the starts or the prices of tiers."""

    items: tuple[Scalar, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """`depends_on` and `values`: an entry for each combination of what it depends on."""

    depends_on: tuple[str, ...]
    rows: Mapping[tuple[str, ...], "Entry"]
    line: int


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that can't be read. It matters only to a bill that needs it."""

    mistake: Mistake


Entry = Scalar | Tiers | Lookup


@dataclass(frozen=True, slots=True)
class CustomerClass:
    """The entries of one customer class by name, in the file's order."""

    name: str
    entries: Mapping[str, Entry | Broken]
    line: int


@dataclass(frozen=True, slots=True)
class RateFile:
    """One file: who, since when, in which unit, and the rates of each class."""

    file: str
    utility: str
    effective: date
    bills_a_year: int
    unit: UnitName
    source: str
    classes: Mapping[str, CustomerClass]
    refused: Mapping[str, Mistake]
    """Classes that can't be read, by name."""
    warnings: tuple[Mistake, ...]
