"""The houses of the sample town: premise, people, account, services, meter and what was used in two years."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from deploy.local.demo.town.people import Address, Person, household, shop, street_address
from deploy.local.demo.town.schedule import CYCLES, first_round, month_before

HISTORY_MONTHS = 24
STOPS_OF_A_ROUTE = 110
COMMERCIAL_SHARE = 500
"""One account in so many is a business with a large meter, for which the town published no rate."""
STORMWATER_SINCE = date(2023, 2, 1)
"""The published pack has no stormwater rate before this day."""


@dataclass(frozen=True)
class Kind:
    """A model of meter: what its register shows, and how that becomes gallons."""

    dials: int
    decimals: int
    unit: str
    multiplier: int
    gallons_per_count: int


KINDS = (Kind(6, 0, "gal", 10, 10), Kind(7, 0, "gal", 1, 1), Kind(6, 2, "kgal", 1, 1000))
KIND_WEIGHTS = (7, 2, 1)
ROLLOVER_SHARE = 170
"""One stop of a cycle in so many has a register about to go over zero."""
CAPACITY_GALLONS = 10_000_000
"""All three kinds go over zero here."""


@dataclass(frozen=True)
class Meter:
    """A meter in place."""

    number: str
    size: str
    kind: Kind
    installed: date

    def shows(self, gallons: int) -> Decimal:
        """What the register shows once so many gallons have passed, over zero if need be."""
        counts = Decimal(gallons % CAPACITY_GALLONS) / self.kind.gallons_per_count
        return counts.quantize(Decimal(1).scaleb(-self.kind.decimals))


@dataclass(frozen=True)
class Agreement:
    """A service of an account, and what its tariff asks about."""

    service: str
    start: date
    attributes: str
    metered: bool = False


@dataclass(frozen=True)
class Home:
    """One account with everything about it. `passed` are the gallons its meter had counted at `last_on`."""

    account: str
    premise: str
    address: Address
    parcel: str
    inside: bool
    responsible: Person
    co_responsible: Person | None
    owner: Person
    cycle: str
    route: str
    sequence: int
    opened: date
    ebill: bool
    agreements: tuple[Agreement, ...]
    meter: Meter
    last_on: date
    passed: int
    usage: tuple[tuple[date, int], ...]
    """Gallons by day of the closing read, the oldest first."""
    commercial: bool
    rolls_over: bool
    """Whether the register goes over zero in the month."""

    @property
    def point(self) -> str:
        """The service point's key."""
        return f"SP{self.account}"

    def usual(self, on: date) -> int:
        """Gallons used in the month that ended about a year before a day."""
        return min(self.usage, key=lambda month: abs((on - month[0]).days - 365))[1]

    def people(self) -> Iterator[Person]:
        """Everybody with a role, each once."""
        yield from dict.fromkeys(one for one in (self.responsible, self.co_responsible, self.owner) if one)


def make_homes(seed: int, accounts: int) -> tuple[Home, ...]:
    """The town of a seed."""
    return tuple(_home(Random(f"{seed}/home/{number}"), number, accounts) for number in range(accounts))


def _home(chance: Random, number: int, accounts: int) -> Home:
    cycle = CYCLES[number * len(CYCLES) // accounts]
    stop = number - -(-accounts * CYCLES.index(cycle) // len(CYCLES))
    account = f"{200_000 + 7 * number}"
    commercial = number % max(len(CYCLES), min(COMMERCIAL_SHARE, accounts // 2)) == 3
    address = street_address(chance, number)
    responsible, co_responsible, owner = (
        shop(chance, number, address) if commercial else household(chance, number, address)
    )
    opened = date(2004, 1, 1) + timedelta(days=chance.randrange(6_570))
    read_on, rolls_over = first_round(cycle).read_on, stop % ROLLOVER_SHARE == 1
    usage = _usage(chance, read_on, commercial)
    return Home(
        account=account,
        premise=f"P{account}",
        address=address,
        parcel=f"{chance.randrange(10**9, 10**10)}",
        inside=chance.random() > 0.03,
        responsible=responsible,
        co_responsible=co_responsible,
        owner=owner,
        cycle=cycle,
        route=f"{cycle}{1 + stop // _stops(accounts):02}",
        sequence=10 * (1 + stop % _stops(accounts)),
        opened=opened,
        ebill=responsible.email is not None and chance.random() < 0.5,
        agreements=_agreements(chance, opened, commercial),
        meter=_meter(chance, number, commercial),
        last_on=month_before(read_on),
        passed=_nearly_over(usage) if rolls_over else 10 * chance.randrange(40_000, 900_000),
        usage=usage,
        commercial=commercial,
        rolls_over=rolls_over,
    )


def _nearly_over(usage: tuple[tuple[date, int], ...]) -> int:
    return CAPACITY_GALLONS - 10 * (usage[HISTORY_MONTHS // 2 - 1][1] // 30)


def _stops(accounts: int) -> int:
    """Stops of a route: at least two routes a cycle, so that both kinds of handheld are used."""
    return max(1, min(STOPS_OF_A_ROUTE, -(-accounts // (2 * len(CYCLES)))))


def _agreements(chance: Random, opened: date, commercial: bool) -> tuple[Agreement, ...]:
    if commercial:
        size = chance.choice(("1 1/2", "2"))
        return (
            Agreement("water", opened, f"class=commercial;meter_size={size}", metered=True),
            Agreement("stormwater", max(opened, STORMWATER_SINCE), ""),
        )
    services = [
        Agreement("water", opened, "class=single_family;meter_size=3/4", metered=True),
        Agreement("sewer", opened, "class=single_family"),
        Agreement("stormwater", max(opened, STORMWATER_SINCE), ""),
    ]
    if chance.random() > 0.08:
        size = "95 gal" if chance.random() < 0.35 else "65 gal"
        carts = 2 if chance.random() < 0.06 else 1
        services.append(Agreement("garbage", opened, f"cart_size={size};cart_count={carts}"))
    return tuple(services)


def _meter(chance: Random, number: int, commercial: bool) -> Meter:
    kind = chance.choices(KINDS, KIND_WEIGHTS)[0]
    installed = date(2003, 1, 1) + timedelta(days=chance.randrange(6_400))
    return Meter(f"{41_000_000 + 13 * number}", "2" if commercial else "3/4", kind, installed)


SUMMER = {5: 1.7, 6: 3.0, 7: 3.9, 8: 3.6, 9: 2.4, 10: 1.3}
"""How much more is used when lawns are watered, by month of the closing read."""


def _usage(chance: Random, read_on: date, commercial: bool) -> tuple[tuple[date, int], ...]:
    base = chance.lognormvariate(8.25, 0.42) * (6 if commercial else 1)
    lawn = 0.0 if commercial else chance.choices((0.0, 0.5, 1.0, 1.6), (2, 3, 4, 1))[0]
    months = []
    for back in range(HISTORY_MONTHS, 0, -1):
        end = month_before(read_on, back)
        season = 1 + (SUMMER.get(month_before(end).month, 1.0) - 1) * lawn
        months.append((end, max(200, 10 * round(base * season * chance.uniform(0.85, 1.15) / 10))))
    return tuple(months)
