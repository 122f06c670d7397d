"""A meter reader's handheld, simulated: a route file goes in, the same file with readings filled in comes out.

It knows the layouts by itself and nothing of Curbstop's own reader, so that the two check each other.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader saw at a meter: what it shows, or a code that says why it could not be read."""

    value: Decimal | None
    code: str = ""
    leak: bool = False


def collect(route_file: str, seen: Mapping[str, Seen], read_on: date) -> str:
    """Fill in a V4 or CSV route file as a handheld would.

    `seen` is by service point key. Meters not in it were not walked to: a V4 file comes back without them, with its
    counts put right; a CSV file comes back without their rows.
    """
    if route_file.startswith("COMHD"):
        return _collect_v4(route_file, seen, read_on)
    return _collect_csv(route_file, seen, read_on)


def _collect_csv(route_file: str, seen: Mapping[str, Seen], read_on: date) -> str:
    rows = csv.DictReader(io.StringIO(route_file))
    filled = io.StringIO()
    writer = csv.DictWriter(filled, rows.fieldnames or ())
    writer.writeheader()
    for row in rows:
        if (here := seen.get(row["service_point"])) is not None:
            shown = "" if here.value is None else f"{here.value:f}"
            writer.writerow(
                row | {"reading": shown, "read_date": read_on, "code": here.code, "leak": "y" if here.leak else ""}
            )
    return filled.getvalue()


def _collect_v4(route_file: str, seen: Mapping[str, Seen], read_on: date) -> str:
    walk = _Walk(seen, read_on)
    for line in route_file.splitlines():
        walk.take(line)
    return "".join(f"{line}\r\n" for line in walk.lines)


class _Walk:
    """One walk along the lines of a V4 file."""

    def __init__(self, seen: Mapping[str, Seen], read_on: date) -> None:
        self.seen = seen
        self.read_on = read_on
        self.lines: list[str] = []
        self.premise: str | None = None
        self.here: Seen | None = None
        self.premises = 0
        self.meters = 0

    def take(self, line: str) -> None:
        kind = line[:5]
        if kind == "PRMDT":
            self.premise = line  # written with its first meter
        elif kind == "MTRDT":
            self.meter(line)
        elif kind == "RDGDT":
            self.reading(line)
        elif kind == "ORDST":
            self.status(line)
        else:
            self.lines.append(self.trailer(line) if kind == "RTETR" else line)

    def meter(self, line: str) -> None:
        self.here = self.seen.get(line[17:37].strip())
        if self.here is None:
            return
        if self.premise is not None:
            self.lines.append(self.premise)
            self.premise = None
            self.premises += 1
        self.meters += 1
        self.lines.append(line)

    def reading(self, line: str) -> None:
        if self.here is None:
            return
        decimals = int(line[53:55])
        value = self.here.value
        shown = " " * 10 if value is None else f"{int(value.scaleb(decimals)):010d}"
        line = _put(line, 89, shown)
        line = _put(line, 109, self.here.code.ljust(2))
        self.lines.append(_put(line, 116, "2" if self.here.leak else "0"))

    def status(self, line: str) -> None:
        if self.here is not None:
            self.lines.append(_put(line, 6, f"{self.read_on:%Y%m%d}"))

    def trailer(self, line: str) -> str:
        line = _put(line, 24, f"{self.premises:06d}{self.meters:06d}")
        self.premises = self.meters = 0
        return line


def _put(line: str, position: int, text: str) -> str:
    """A line with `text` at a position counted from 1."""
    return line[: position - 1] + text + line[position - 1 + len(text) :]
