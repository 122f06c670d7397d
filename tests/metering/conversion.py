"""Import files of a small town, as its old system would write them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from contracts.ids import thing_id

READ_ON = date(2023, 3, 1)
LAST_ON = date(2023, 2, 1)

POINT_COLUMNS = (
    "service_point,premise,service,cycle,route,sequence,address,meter,register,size,dials,decimals,unit,multiplier,"
    "installed\n"
)


@dataclass(frozen=True)
class House:
    """One service point: what its meter last showed, and what it usually uses in a month."""

    number: int
    cycle: str = "1"
    last: int = 10_000
    usual: int = 4_000
    walk: str = "01"
    dials: int = 6

    @property
    def route(self) -> str:
        """The route it is read on; the cycle's name stands before it."""
        return f"{self.cycle}-{self.walk}"

    @property
    def key(self) -> str:
        """What the old system calls it."""
        return f"SP-{self.cycle}-{self.number:05}"

    @property
    def id(self) -> UUID:
        """What everybody else calls it."""
        return thing_id("windsor-co", "service_point", self.key)

    @property
    def meter(self) -> str:
        """The number on its meter."""
        return f"M{self.cycle}-{self.number:07}"


def houses(count: int, cycle: str = "1", walk: str = "01") -> list[House]:
    """Houses that differ in number only."""
    return [House(number, cycle, walk=walk) for number in range(1, count + 1)]


def service_points(all_: Iterable[House]) -> str:
    """service_points.csv"""
    return POINT_COLUMNS + "".join(
        f"{one.key},P-{one.key[3:]},water,{one.cycle},{one.route},{one.number * 10},{one.number} Main St,"
        f"{one.meter},1,3/4,{one.dials},0,gal,1,2015-06-01\n"
        for one in all_
    )


def last_reads(all_: Iterable[House]) -> str:
    """last_reads.csv"""
    return "service_point,date,value,kind\n" + "".join(f"{one.key},{LAST_ON},{one.last},actual\n" for one in all_)


def usage(all_: Iterable[House], months: int = 24) -> str:
    """usage.csv"""
    rows = (
        f"{one.key},water,{LAST_ON - timedelta(days=30 * month)},{one.usual},gal,false\n"
        for one in all_
        for month in range(months)
    )
    return "service_point,service,period_end,quantity,unit,estimated\n" + "".join(rows)
