"""The bench's town: as many homes as asked for, all in one cycle, all billed on paper. Pure.

Leaner than the demo's town, whose people and oddities cost more to make up than to bill. Files come in parts, so that
neither the bench nor a service holds a town of 100,000 in one request.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

CYCLE = "1"
OPENED = date(2015, 6, 1)
BEGINS = date(2023, 5, 2)
"""The first business day. Windsor's stormwater rate is of 2023."""
LAST_READ = date(2023, 4, 1)
MONTHS_BEFORE = 13
"""As many months as a bill pictures."""
PART = 10_000
STOPS = 250
FILES = {
    "premises": "premise,line1,line2,city,state,zip,parcel,inside_city",
    "people": "person,name,email,phone,line1,line2,city,state,zip,language",
    "agreements": "account,service,service_point,start,end,status,attributes",
    "accounts": "account,premise,responsible,co_responsible,owner,cycle,opened,closed,ebill,autopay,level_pay",
    "service_points": "service_point,premise,service,cycle,route,sequence,address,meter,register,size,dials,decimals,"
    "unit,multiplier,installed",
    "last_reads": "service_point,date,value,kind",
    "usage": "service_point,service,period_end,quantity,unit,estimated",
}
AGREEMENTS = (
    ("water", "class=single_family;meter_size=3/4"),
    ("sewer", "class=single_family"),
    ("stormwater", ""),
    ("garbage", "cart_size=65 gal;cart_count=1"),
)


@dataclass(frozen=True, slots=True)
class Home:
    """One account. `gallons` are those of a usual month, `counted` what the meter showed on the last read."""

    number: int
    gallons: int
    counted: int

    @property
    def key(self) -> str:
        return f"{100_000 + self.number}"

    @property
    def point(self) -> str:
        return f"SP{self.key}"

    @property
    def meter(self) -> str:
        return f"M{self.key}"

    @property
    def street(self) -> str:
        return f"{100 + self.number % 900} Cottonwood Street"

    def used(self, month: int) -> int:
        """Gallons of a month, near the usual, so that the review questions nothing."""
        return self.gallons * (90 + (self.number * 7 + month * 13) % 21) // 100

    def shows(self, month: int) -> int:
        """The register after so many months of bills."""
        return self.counted + sum(self.used(one) for one in range(month))


@dataclass(frozen=True)
class Part:
    """A part of an import file of a service."""

    service: str
    name: str
    text: str
    rows: int


def homes(seed: int, accounts: int) -> Iterator[Home]:
    """The town of a seed."""
    chance = Random(seed)
    for number in range(accounts):
        yield Home(number, chance.randrange(2_500, 24_000), chance.randrange(100_000, 5_000_000))


def month_end(month: int) -> date:
    """The day of the read that closes a month; month 0 closed before the first night."""
    year, place = divmod(LAST_READ.month - 1 + month, 12)
    return LAST_READ.replace(year=LAST_READ.year + year, month=place + 1)


def import_parts(seed: int, accounts: int) -> Iterator[Part]:
    """The conversion's files. Accounts come last of their service, so that each is announced once."""
    yield from _parts("accounts", "premises", _rows(seed, accounts, _premise))
    yield from _parts("accounts", "people", _rows(seed, accounts, _person))
    yield from _parts("accounts", "agreements", _rows(seed, accounts, _agreements))
    yield from _parts("accounts", "accounts", _rows(seed, accounts, _account))
    yield from _parts("metering", "service_points", _rows(seed, accounts, _service_point))
    yield from _parts("metering", "last_reads", _rows(seed, accounts, _last_read))
    for service in ("metering", "billing"):
        yield from _parts(service, "usage", _rows(seed, accounts, _usage))


def handheld_parts(seed: int, accounts: int, month: int) -> Iterator[Part]:
    """What the handhelds bring back after a month."""
    yield from _file_parts("metering", "reads", "service_point,meter,reading,read_date", _reads(seed, accounts, month))


def _reads(seed: int, accounts: int, month: int) -> Iterator[str]:
    day = month_end(month)
    return (f"{home.point},{home.meter},{home.shows(month)},{day}" for home in homes(seed, accounts))


def _rows(seed: int, accounts: int, of_home: Callable[[Home], Iterable[str]]) -> Iterator[str]:
    return (row for home in homes(seed, accounts) for row in of_home(home))


def _parts(service: str, name: str, rows: Iterator[str]) -> Iterator[Part]:
    return _file_parts(service, name, FILES[name], rows)


def _file_parts(service: str, name: str, header: str, rows: Iterator[str]) -> Iterator[Part]:
    for part in _batched(rows, PART):
        yield Part(service, name, "\n".join([header, *part, ""]), len(part))


def _batched(rows: Iterator[str], size: int) -> Iterator[list[str]]:
    while part := [row for _, row in zip(range(size), rows, strict=False)]:
        yield part


def _premise(home: Home) -> Iterator[str]:
    yield f"P{home.key},{home.street},,Windsor,CO,80550,{home.number},yes"


def _person(home: Home) -> Iterator[str]:
    yield f"R{home.key},Pat Resident {home.number},,,{home.street},,Windsor,CO,80550,en"


def _account(home: Home) -> Iterator[str]:
    yield f"{home.key},P{home.key},R{home.key},,R{home.key},{CYCLE},{OPENED},,no,no,no"


def _agreements(home: Home) -> Iterator[str]:
    for service, attributes in AGREEMENTS:
        point = home.point if service == "water" else ""
        yield f"{home.key},{service},{point},{OPENED},,active,{attributes}"


def _service_point(home: Home) -> Iterator[str]:
    place = f"{home.point},P{home.key},water,{CYCLE},{CYCLE}{home.number // STOPS:04},{home.number % STOPS * 10}"
    yield f"{place},{home.street},{home.meter},1,3/4,8,0,gal,1,{OPENED}"


def _last_read(home: Home) -> Iterator[str]:
    yield f"{home.point},{LAST_READ},{home.counted},actual"


def _usage(home: Home) -> Iterator[str]:
    for back in range(MONTHS_BEFORE):
        yield f"{home.point},water,{month_end(-back)},{home.used(12 - back)},gal,no"
