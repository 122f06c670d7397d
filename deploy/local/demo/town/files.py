"""The sample town's import files, as its old system would write them, with the control totals that must tie."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from deploy.local.demo.town.homes import Home
from deploy.local.demo.town.people import Person
from deploy.local.demo.town.schedule import BEGINS

Row = Sequence[object]
CENT = Decimal("0.01")
FEWEST_STUBBORN = 6
PLACES, NOT_YET_DUE, LATEST, IN_CREDIT = 40, 11, 13, 14
"""Of 40 accounts, eleven owe a bill that is not due yet, three are late by one to three months, one has credit."""


@dataclass(frozen=True)
class ImportFile:
    """A file for one service. `amount` is the sum of its controlled column, where it has one; `bad` its bad lines."""

    service: str
    name: str
    text: str
    rows: int
    amount: Decimal | None = None
    bad: tuple[int, ...] = ()
    again: bool = False

    @property
    def file_name(self) -> str:
        """What it is called among the demo's files; one that comes again has rows that were bad."""
        return f"{self.service}-{self.name}{'-mended' if self.again else ''}.csv"


COLUMNS = {
    "premises": "premise,line1,line2,city,state,zip,parcel,inside_city",
    "people": "person,name,email,phone,line1,line2,city,state,zip,language",
    "accounts": "account,premise,responsible,co_responsible,owner,cycle,opened,closed,ebill,autopay,level_pay",
    "agreements": "account,service,service_point,start,end,status,attributes",
    "service_points": "service_point,premise,service,cycle,route,sequence,address,meter,register,size,dials,decimals,"
    "unit,multiplier,installed",
    "last_reads": "service_point,date,value,kind",
    "usage": "service_point,service,period_end,quantity,unit,estimated",
    "opening_items": "account,item,kind,service,amount,billed,due",
    "deposits": "account,service,amount,paid",
}


def import_files(seed: int, homes: Sequence[Home]) -> tuple[ImportFile, ...]:
    """Every file of the conversion; some lines of people.csv are bad, and `mended` has them put right."""
    opening, deposits = list(opening_items(seed, homes)), list(_deposits(homes))
    usage, gallons = list(_usage(homes)), Decimal(sum(quantity for one in homes for _, quantity in one.usage))
    people = list(_everybody(homes))
    bad = spoiled(people)
    return (
        _file("accounts", "premises", map(_premise, homes)),
        _file("accounts", "people", _with_spoiled(people, bad), bad=tuple(sorted(bad))),
        _file("accounts", "accounts", map(_account, homes)),
        _file("accounts", "agreements", _agreements(homes)),
        _file("metering", "service_points", map(_service_point, homes)),
        _file("metering", "last_reads", map(_last_read, homes)),
        _file("metering", "usage", usage, gallons),
        _file("billing", "usage", usage, gallons),
        _file("billing", "opening_items", opening, _sum(opening, 4)),
        _file("billing", "deposits", deposits, _sum(deposits, 2)),
    )


def mended(homes: Sequence[Home]) -> ImportFile:
    """The bad lines of people.csv, put right."""
    people = list(_everybody(homes))
    rows = [_person(people[line - 2]) for line in sorted(spoiled(people))]
    return replace(_file("accounts", "people", rows), again=True)


def _file(
    service: str, name: str, rows: Iterable[Row], amount: Decimal | None = None, bad: tuple[int, ...] = ()
) -> ImportFile:
    text, count = io.StringIO(newline=""), 0
    text.write(COLUMNS[name] + "\n")
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
        count += 1
    return ImportFile(service, name, text.getvalue(), count, amount, bad)


def _sum(rows: Iterable[Row], column: int) -> Decimal:
    return sum((Decimal(str(row[column])) for row in rows), Decimal(0))


def _everybody(homes: Iterable[Home]) -> Iterator[Person]:
    return (person for home in homes for person in home.people())


def spoiled(people: Sequence[Person]) -> dict[int, tuple[int, str]]:
    """Which lines of people.csv are bad: line to column and what stands there instead."""
    responsible = [line for line, person in enumerate(people, 2) if person.key.startswith("R")]
    places = [len(responsible) * part // 4 for part in (1, 2, 3)]
    wrong = [(2, "nobody.example.com"), (8, "8055O"), (9, "fr")]
    return {responsible[place]: what for place, what in zip(places, wrong, strict=True)}


def _with_spoiled(people: Iterable[Person], bad: dict[int, tuple[int, str]]) -> Iterator[Row]:
    for line, person in enumerate(people, 2):
        row = list(_person(person))
        if line in bad:
            column, text = bad[line]
            row[column] = text
        yield row


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _premise(home: Home) -> Row:
    at = home.address
    return home.premise, at.line1, at.line2, at.city, at.state, at.zip_code, home.parcel, _yes(home.inside)


def _person(person: Person) -> Row:
    at = person.address
    reach = (person.key, person.name, person.email, person.phone)
    return (*reach, at.line1, at.line2, at.city, at.state, at.zip_code, person.language)


def _account(home: Home) -> Row:
    second = home.co_responsible.key if home.co_responsible else None
    people = (home.responsible.key, second, home.owner.key)
    return home.account, home.premise, *people, home.cycle, home.opened, None, _yes(home.ebill), "no", "no"


def _agreements(homes: Iterable[Home]) -> Iterator[Row]:
    for home in homes:
        for one in home.agreements:
            point = home.point if one.metered else None
            yield home.account, one.service, point, one.start, None, "active", one.attributes


def _service_point(home: Home) -> Row:
    meter = home.meter
    kind = meter.kind
    place = (home.point, home.premise, "water", home.cycle, home.route, home.sequence, home.address.line1)
    register = (meter.number, "1", meter.size, kind.dials, kind.decimals, kind.unit, kind.multiplier)
    return *place, *register, meter.installed


def _last_read(home: Home) -> Row:
    return home.point, home.last_on, home.meter.shows(home.passed), "actual"


def _usage(homes: Iterable[Home]) -> Iterator[Row]:
    for home in homes:
        for period_end, gallons in home.usage:
            yield home.point, "water", period_end, gallons, "gal", "no"


def opening_items(seed: int, homes: Iterable[Home]) -> Iterator[Row]:
    """What customers still owed the old system, or had in credit."""
    for number, home in enumerate(homes):
        chance = Random(f"{seed}/opening/{home.account}")
        for count, (service, amount, billed, due) in enumerate(_owed(chance, number % PLACES), 1):
            yield home.account, f"OB-{home.account}-{count}", "opening", service, amount, billed, due


def _owed(chance: Random, place: int) -> Iterator[tuple[str, Decimal, date, date]]:
    if place < NOT_YET_DUE:
        yield from _old_bill(chance, BEGINS + timedelta(days=chance.randrange(5, 14)))
    elif place <= LATEST:
        for months in range(1, 2 + place - NOT_YET_DUE):
            yield from _old_bill(chance, BEGINS - timedelta(days=30 * months - 12))
    elif place == IN_CREDIT:
        yield "water", -_dollars(chance, 8, 60), BEGINS - timedelta(days=20), BEGINS - timedelta(days=20)


def _old_bill(chance: Random, due: date) -> Iterator[tuple[str, Decimal, date, date]]:
    billed = due - timedelta(days=20)
    yield "water", _dollars(chance, 24, 70), billed, due
    yield "sewer", _dollars(chance, 26, 48), billed, due


def stubborn(homes: Sequence[Home]) -> frozenset[str]:
    """Some of those who were late already with the old system, and pay nothing before they have to."""
    late = [one.account for number, one in enumerate(homes) if NOT_YET_DUE <= number % PLACES <= LATEST]
    return frozenset(late[: max(FEWEST_STUBBORN, len(homes) // 200)])


def has_deposit(number: int) -> bool:
    """Whether the home of a number left a deposit."""
    return number % 7 == 2


def _deposits(homes: Iterable[Home]) -> Iterator[Row]:
    for number, home in enumerate(homes):
        if has_deposit(number):
            yield home.account, "water", Decimal("75.00"), home.opened


def _dollars(chance: Random, least: int, most: int) -> Decimal:
    return (Decimal(chance.randrange(least * 100, most * 100)) / 100).quantize(CENT)
