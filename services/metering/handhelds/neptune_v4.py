"""Neptune "V4" route files, as Equinox, N_SIGHT and Neptune 360 exchange them.

    COMHD                  company
      RTEHD                route
        PRMDT              premise
          MTRDT            meter
            RDGDT          reading: digits without a point; `decimals` says where it stands
            ORDST          status: the day the meter was read
      RTETR                premises and meters of the route
    COMTR                  routes

A file going out carries blank readings; coming back, the same file has them filled in, perhaps for some meters only.
A key of ours (the service point's) travels as the meter key and comes back untouched.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from services.metering.handhelds.fixed import FieldError, Record, counts, reading
from services.metering.handhelds.route import Fault, FileRefusedError, Returned, Route, Stop, Taken

COMHD = Record("COMHD", 59, {"company": (6, 9), "created": (10, 17), "description": (18, 57),
                             "version": (58, 58), "service_orders": (59, 59)})  # fmt: skip
RTEHD = Record("RTEHD", 119, {"office": (6, 9), "cycle": (10, 13), "route": (14, 23), "read_date": (24, 31),
                              "deactivate_date": (32, 39), "message": (40, 119)})  # fmt: skip
PRMDT = Record("PRMDT", 307, {"address1": (6, 31), "address2": (32, 57), "name": (58, 83), "premise": (84, 103),
                              "account": (104, 123), "status": (124, 127), "pass_through": (180, 307)})  # fmt: skip
MTRDT = Record("MTRDT", 93, {"sequence": (6, 11), "changed_sequence": (12, 17), "meter_key": (18, 37),
                             "meter": (38, 57), "changed_meter": (58, 77), "type": (78, 81),
                             "size": (86, 93)})  # fmt: skip
RDGDT = Record("RDGDT", 257, {"type": (6, 9), "collection_id": (10, 29), "dials": (50, 51), "decimals": (54, 55),
                              "high": (59, 68), "low": (69, 78), "previous": (79, 88), "READING": (89, 98),
                              "read code": (109, 110), "leak_35_days": (115, 115), "leak_now": (116, 116),
                              "register": (246, 255)})  # fmt: skip
ORDST = Record("ORDST", 13, {"actual reading date": (6, 13)})
RTETR = Record("RTETR", 35, {"office": (6, 9), "cycle": (10, 13), "route": (14, 23),
                             "premises": (24, 29), "meters": (30, 35)})  # fmt: skip
COMTR = Record("COMTR", 15, {"company": (6, 9), "routes": (10, 15)})

_MAY_FOLLOW = {
    "": {"COMHD"},
    "COMHD": {"RTEHD", "COMTR"},
    "RTEHD": {"PRMDT", "RTETR"},
    "PRMDT": {"MTRDT"},
    "MTRDT": {"RDGDT"},
    "RDGDT": {"ORDST", "MTRDT", "PRMDT", "RTETR"},
    "ORDST": {"MTRDT", "PRMDT", "RTETR"},
    "RTETR": {"RTEHD", "COMTR"},
    "COMTR": set[str](),
}


def write(routes: Iterable[Route], company: str, created: date) -> Iterator[str]:
    """The lines of a file that takes routes out, each with its line end."""
    written = 0
    yield _ended(COMHD.line(company=company, created=_day(created), description="METER READING ROUTES",
                            version="4", service_orders="N"))  # fmt: skip
    for route in routes:
        yield from map(_ended, _route_lines(route))
        written += 1
    yield _ended(COMTR.line(company=company, routes=written))


def _ended(line: str) -> str:
    return line + "\r\n"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _route_lines(route: Route) -> Iterator[str]:
    yield RTEHD.line(cycle=route.cycle, route=route.name, read_date=_day(route.read_on))
    premises = 0
    for _, stops in groupby(route.stops, key=lambda stop: stop.premise):
        premises += 1
        yield from _premise_lines(list(stops))
    yield RTETR.line(cycle=route.cycle, route=route.name, premises=premises, meters=len(route.stops))


def _premise_lines(stops: list[Stop]) -> Iterator[str]:
    first = stops[0]
    # The address helps the reader find the meter and nothing depends on it, so a long one may be cut.
    address = first.address.encode("ascii", "replace").decode()[:26]
    yield PRMDT.line(address1=address, premise=first.premise, account=first.account,
                     status="ACTI" if first.account else "INAC")  # fmt: skip
    for stop in stops:
        yield MTRDT.line(sequence=stop.sequence, meter_key=stop.service_point, meter=stop.meter, type="W",
                         size=stop.size)  # fmt: skip
        yield _reading_line(stop)
        yield ORDST.line()


def _reading_line(stop: Stop) -> str:
    return RDGDT.line(
        type="W",
        collection_id=stop.register,
        dials=stop.dials,
        decimals=stop.decimals,
        high=counts(stop.high, stop.decimals),
        low=counts(stop.low, stop.decimals),
        previous=counts(stop.previous, stop.decimals),
        register=stop.register[:10],
    )


@dataclass(slots=True)
class _Meter:
    """What the lines of one meter have said so far."""

    line: int
    service_point: str
    meter: str
    taken: Taken | None = None
    fault: Fault | None = None


@dataclass(slots=True)
class _File:
    """A file as it is read, line by line."""

    before: str = ""
    taken: list[Taken] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    meter: _Meter | None = None
    routes: int = 0
    premises: int = 0
    meters: int = 0

    def read(self, number: int, line: str) -> None:
        kind = line[:5].strip()
        if kind not in _MAY_FOLLOW.get(self.before, set()):
            raise FileRefusedError(_out_of_place(number, line, self.before))
        self.before = kind
        _READERS[kind](self, number, line)

    def close_meter(self) -> None:
        if self.meter is None:
            return
        if self.meter.fault is not None:
            self.faults.append(self.meter.fault)
        elif self.meter.taken is not None:
            self.taken.append(self.meter.taken)
        self.meter = None


def read(text: str) -> Returned:
    """The meters of a file that came back.

    Raises FileRefusedError when records are missing, out of order, or not as many as its trailers say: such a file was
    cut on its way, and what is left of it cannot be trusted. A fault in one meter's records sets only that aside.
    """
    file = _File()
    number = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip("\x1a \t"):
            file.read(number, line)
    if file.before != "COMTR":
        raise FileRefusedError(
            Fault(number + 1, 1, "record id", "the file ends before its last record, COMTR; send it again")
        )
    return Returned(tuple(file.taken), tuple(sorted(file.faults)))


def _out_of_place(number: int, line: str, before: str) -> Fault:
    kind = line[:5]
    if kind.strip() not in _MAY_FOLLOW or not kind.strip():
        return Fault(number, 1, "record id", f"`{kind}` is no record of a Neptune V4 file")
    if not before:
        return Fault(number, 1, "record id", f"the file begins with {kind}; a Neptune V4 file begins with COMHD")
    return Fault(number, 1, "record id", f"{kind} cannot follow {before}; a record is missing or doubled")


def _company_begins(file: _File, number: int, line: str) -> None:
    version = COMHD.text(line, "version")
    if version not in ("2", "4"):
        raise FileRefusedError(Fault(number, 58, "file version", f"`{version}` is not 4 (or 2, the same layout)"))


def _route_begins(file: _File, number: int, line: str) -> None:
    file.routes += 1
    file.premises = file.meters = 0


def _premise(file: _File, number: int, line: str) -> None:
    file.close_meter()
    file.premises += 1


def _meter(file: _File, number: int, line: str) -> None:
    file.close_meter()
    file.meters += 1
    key, meter = MTRDT.text(line, "meter_key"), MTRDT.text(line, "meter")
    file.meter = _Meter(number, key, meter)
    if not key:
        file.meter.fault = Fault(number, 18, "meter key", "it is blank, so nobody can tell whose reading this is")
    changed = MTRDT.text(line, "changed_meter")
    if changed and changed != meter:
        told = f"the reader found meter {changed} where {meter} is on record; record the exchange, then load this again"
        file.meter.fault = Fault(number, 58, "changed meter number", told)


def _reading(file: _File, number: int, line: str) -> None:
    meter = file.meter
    assert meter is not None  # RDGDT follows MTRDT only
    try:
        meter.taken = _taken(meter, number, line)
    except FieldError as wrong:
        meter.fault = meter.fault or wrong.fault


def _taken(meter: _Meter, number: int, line: str) -> Taken:
    digits = RDGDT.digits(line, number, "READING")
    decimals = RDGDT.digits(line, number, "decimals") or 0
    return Taken(
        line=number,
        service_point=meter.service_point,
        meter=meter.meter,
        value=None if digits is None else reading(digits, decimals),
        read_on=None,
        code=RDGDT.text(line, "read code"),
        leak=_says_leak(RDGDT.text(line, "leak_35_days")) or _says_leak(RDGDT.text(line, "leak_now")),
    )


def _says_leak(mark: str) -> bool:
    """Leak marks are blank, 0 (none), 1 (now and then) or 2 (always); only 2 is a leak rather than a garden hose."""
    return mark == "2"


def _status(file: _File, number: int, line: str) -> None:
    meter = file.meter
    assert meter is not None  # ORDST follows RDGDT only
    try:
        day = ORDST.date(line, number, "actual reading date")
    except FieldError as wrong:
        meter.fault = meter.fault or wrong.fault
        return
    if meter.taken is not None:
        meter.taken = _dated(meter.taken, day)


def _dated(taken: Taken, day: date | None) -> Taken:
    return Taken(taken.line, taken.service_point, taken.meter, taken.value, day, taken.code, taken.leak)


def _route_ends(file: _File, number: int, line: str) -> None:
    file.close_meter()
    _tie(RTETR, number, line, "premises", file.premises)
    _tie(RTETR, number, line, "meters", file.meters)


def _company_ends(file: _File, number: int, line: str) -> None:
    _tie(COMTR, number, line, "routes", file.routes)


def _tie(record: Record, number: int, line: str, name: str, found: int) -> None:
    try:
        said = record.digits(line, number, name)
    except FieldError as wrong:
        raise FileRefusedError(wrong.fault) from None
    if said != found:
        told = f"the trailer says {said}, but {found} are in the file; send it again"
        raise FileRefusedError(Fault(number, record.fields[name][0], name, told))


_READERS = {
    "COMHD": _company_begins,
    "RTEHD": _route_begins,
    "PRMDT": _premise,
    "MTRDT": _meter,
    "RDGDT": _reading,
    "ORDST": _status,
    "RTETR": _route_ends,
    "COMTR": _company_ends,
}
