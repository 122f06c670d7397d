"""Import files of a small town, as its old system would write them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

READ_ON = date(2023, 3, 1)
LAST_ON = date(2023, 2, 1)


@dataclass(frozen=True)
class House:
    """One service point: what its meter last showed, and what it usually uses in a month."""

    number: int
    last: int = 10_000
    usual: int = 4_000
    route: str = "101"
    dials: int = 6

    @property
    def key(self) -> str:
        """What the old system calls it."""
        return f"SP-{self.number:05}"

    @property
    def meter(self) -> str:
        """The number on its meter."""
        return f"M{self.number:07}"


def houses(count: int, route: str = "101") -> list[House]:
    """Houses that differ in number only."""
    return [House(number, route=route) for number in range(1, count + 1)]


def service_points(all_: Iterable[House]) -> str:
    """service_points.csv"""
    header = "service_point,premise,service,cycle,route,sequence,address,meter,register,size,dials,decimals,unit,multiplier,installed\n"  # noqa: E501
    return header + "".join(
        f"{one.key},P-{one.number:05},water,{one.route[0]},{one.route},{one.number * 10},{one.number} Main St,"
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
