"""What a route file says, whatever its format."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Stop:
    """One meter to read on a route, in walking order."""

    sequence: int
    service_point: str
    premise: str
    address: str
    account: str
    """Number of the account served; empty where nobody is."""
    meter: str
    register: str
    size: str
    dials: int
    decimals: int
    previous: Decimal
    low: Decimal
    """Readings below `low` or above `high` make the handheld ask the reader to look again."""
    high: Decimal


@dataclass(frozen=True, slots=True)
class Route:
    """A route as it goes out."""

    name: str
    cycle: str
    read_on: date
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """One meter as it came back: a reading, or a code that says why there is none."""

    line: int
    service_point: str
    meter: str
    value: Decimal | None
    read_on: date | None
    code: str = ""
    leak: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong at a place in a file.

    `position` counts from 1: the field's first character in a fixed-width record, its column in a CSV.
    """

    line: int
    position: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"Line {self.line}, position {self.position} ({self.field}): {self.message}"


@dataclass(frozen=True, slots=True)
class Returned:
    """A file that came back: the meters that can be read in it, and what is wrong with the others.

    It may hold only some of a route's meters, and meters of several routes.
    """

    taken: tuple[Taken, ...]
    faults: tuple[Fault, ...] = field(default=())


class FileRefusedError(Exception):
    """The file as a whole cannot be trusted: it is cut, mixed up, or of another kind."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault
