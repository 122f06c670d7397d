"""Route files as plain CSV with a header row: what a spreadsheet or a phone can fill in.

Going out, `reading`, `read_date` and `code` are empty; coming back, those and `service_point` and `meter` are read,
in any order of columns. A blank reading says that the meter was not read.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from services.metering.handhelds.route import Fault, FileRefusedError, Returned, Route, Stop, Taken

COLUMNS = (
    "route", "sequence", "service_point", "address", "account", "meter", "dials", "decimals",
    "previous", "low", "high", "reading", "read_date", "code", "leak",
)  # fmt: skip
_NEEDED = ("service_point", "meter", "reading")
_READING = re.compile(r"[0-9]{1,10}(\.[0-9]{1,6})?")


def write(routes: Iterable[Route], company: str, created: date) -> Iterator[str]:
    """The lines of a file that takes routes out. The format has no place for the company or the day it was made."""
    yield _line(COLUMNS)
    for route in routes:
        for stop in route.stops:
            yield _line(_out(route, stop))


def _out(route: Route, stop: Stop) -> tuple[object, ...]:
    return (
        route.name, stop.sequence, stop.service_point, stop.address, stop.account, stop.meter, stop.dials,
        stop.decimals, f"{stop.previous:f}", f"{stop.low:f}", f"{stop.high:f}", "", "", "", "",
    )  # fmt: skip


def _line(values: Iterable[object]) -> str:
    row = io.StringIO()
    csv.writer(row).writerow(values)
    return row.getvalue()


def read(text: str) -> Returned:
    """The meters of a file that came back.

    Raises FileRefusedError when it has no header row or a column is missing. A fault in a row sets only that aside.
    """
    rows = csv.reader(io.StringIO(text, newline=None))
    taken: list[Taken] = []
    faults: list[Fault] = []
    try:
        at = _columns(next(rows, []))
        for row in rows:
            _sort_out(at, row, rows.line_num, taken, faults)
    except csv.Error as error:
        raise FileRefusedError(Fault(rows.line_num, 1, "row", f"this is not CSV: {error}")) from None
    return Returned(tuple(taken), tuple(faults))


def _sort_out(at: Mapping[str, int], row: list[str], line: int, taken: list[Taken], faults: list[Fault]) -> None:
    if not any(cell.strip() for cell in row):
        return
    try:
        taken.append(_taken(at, row, line))
    except _CellError as wrong:
        faults.append(wrong.fault)


class _CellError(Exception):
    def __init__(self, line: int, position: int, name: str, message: str) -> None:
        self.fault = Fault(line, position, name, message)


def _columns(header: list[str]) -> dict[str, int]:
    at = {name.strip().lower().lstrip("\ufeff"): place for place, name in enumerate(header)}
    for name in _NEEDED:
        if name not in at:
            told = f"the header row has no column `{name}`; it needs {', '.join(_NEEDED)}"
            raise FileRefusedError(Fault(1, 1, "header", told))
    return at


def _taken(at: Mapping[str, int], row: list[str], line: int) -> Taken:
    if len(row) != len(at):
        raise _CellError(line, 1, "row", f"it has {len(row)} cells where the header has {len(at)}")
    cells = {name: row[place].strip() for name, place in at.items()}
    if not cells["service_point"]:
        raise _CellError(line, at["service_point"] + 1, "service_point", "it is blank")
    return Taken(
        line=line,
        service_point=cells["service_point"],
        meter=cells["meter"],
        value=_value(at, cells["reading"], line),
        read_on=_day(at, cells.get("read_date", ""), line),
        code=cells.get("code", ""),
        leak=cells.get("leak", "").lower() in ("y", "yes", "1", "true"),
    )


def _value(at: Mapping[str, int], text: str, line: int) -> Decimal | None:
    if text and not _READING.fullmatch(text):
        told = f"`{text}` is not a reading such as 1234 or 1234.5"
        raise _CellError(line, at["reading"] + 1, "reading", told)
    return Decimal(text) if text else None


def _day(at: Mapping[str, int], text: str, line: int) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        told = f"`{text}` is not a date such as 2023-03-01"
        raise _CellError(line, at["read_date"] + 1, "read_date", told) from None
