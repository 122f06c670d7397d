"""The sample town of the demo: the same seed makes the same town, and its files are ones the services take."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chassis.imports import parse
from chassis.townpack import Bundle
from deploy.local.demo.town.field import SHARES, walk, walked_on
from deploy.local.demo.town.files import ImportFile, import_files, mended, spoiled
from deploy.local.demo.town.homes import CAPACITY_GALLONS, Home, make_homes
from deploy.local.demo.town.schedule import BEGINS, CYCLES, ENDS, ROUNDS, month_before
from services.accounts.imports import FILES as ACCOUNTS
from services.billing.ledger.imports import FILES as LEDGER
from services.billing.tariffs import Period, Usage, compile_tariffs, load_tariffs, price
from services.billing.usage.imports import FILES as BILLED_USAGE
from services.metering.points.imports import FILES as METERING

ROWS: dict[tuple[str, str], Any] = {
    (service, one.name): one
    for service, files in (("accounts", ACCOUNTS), ("metering", METERING), ("billing", (*LEDGER, *BILLED_USAGE)))
    for one in files
}
HOMES = make_homes(1, 120)
FILES = {(one.service, one.name): one for one in import_files(1, HOMES)}


def fresh() -> dict[str, int]:
    return {home.point: home.passed for home in HOMES}


def test_the_same_seed_makes_the_same_town() -> None:
    assert import_files(7, make_homes(7, 40)) == import_files(7, make_homes(7, 40))


def test_another_seed_makes_another_town() -> None:
    assert make_homes(1, 40) != make_homes(2, 40)


def test_every_cycle_has_a_quarter_of_the_accounts_and_two_routes_or_more() -> None:
    assert Counter(home.cycle for home in make_homes(1, 2000)) == dict.fromkeys(CYCLES, 500)
    for cycle in CYCLES:
        assert len({home.route for home in HOMES if home.cycle == cycle}) >= 2


@pytest.mark.parametrize("key", ["account", "premise", "point", "parcel"])
def test_keys_are_of_one_home_only(key: str) -> None:
    assert len({getattr(home, key) for home in HOMES}) == len(HOMES)


@pytest.mark.parametrize("key", FILES.keys(), ids="-".join)
def test_a_file_is_read_by_its_own_service_and_has_no_other_bad_lines_than_told(key: tuple[str, str]) -> None:
    file = FILES[key]
    rows, bad = parse(file.text, ROWS[key].model)
    assert tuple(one.line for one in bad) == file.bad
    assert len(rows) + len(bad) == file.rows


@pytest.mark.parametrize("key", [key for key, one in FILES.items() if one.amount is not None], ids="-".join)
def test_control_amounts_are_the_sums_of_their_columns(key: tuple[str, str]) -> None:
    column = ROWS[key].amount
    assert column is not None
    rows, _ = parse(FILES[key].text, ROWS[key].model)
    assert sum((getattr(row.value, column) for row in rows), Decimal(0)) == FILES[key].amount


def test_bad_people_are_accounts_own_and_come_again_mended() -> None:
    file = mended(HOMES)
    rows, bad = parse(file.text, ROWS["accounts", "people"].model)
    assert (len(rows), bad) == (3, [])
    assert all(row.value.person.startswith("R") for row in rows)


def _cells(file: ImportFile, column: int) -> set[str]:
    return {line.split(",")[column] for line in file.text.splitlines()[1:]}


def test_every_account_has_agreements_a_premise_and_a_person() -> None:
    numbers = {home.account for home in HOMES}
    assert _cells(FILES["accounts", "agreements"], 0) == numbers
    assert {home.premise for home in HOMES} == _cells(FILES["accounts", "premises"], 0)
    assert {home.responsible.key for home in HOMES} <= _cells(FILES["accounts", "people"], 0)


def test_what_customers_owe_has_ages_and_credit() -> None:
    rows, _ = parse(FILES["billing", "opening_items"].text, ROWS["billing", "opening_items"].model)
    due = [row.value.due for row in rows if row.value.amount > 0]
    assert min(due) < month_before(BEGINS, 2)
    assert max(due) > BEGINS
    assert any(row.value.amount < 0 for row in rows)


@pytest.mark.parametrize("read_on", [date(2023, 1, 31), date(2023, 2, 28)])
def test_the_towns_tariffs_price_every_home_but_the_commercial_ones(read_on: date) -> None:
    tariffs, _ = load_tariffs(Bundle.read(Path("deploy/towns/windsor-co")))
    assert tariffs is not None
    compiled = compile_tariffs(tariffs)
    period = Period(month_before(read_on), read_on, read_on, read_on)
    for home in HOMES:
        for one in () if home.commercial else home.agreements:
            said = dict(pair.split("=") for pair in one.attributes.split(";") if pair)
            if one.start <= read_on:
                usage = Usage(Decimal(4000), "gal")
                assert price(compiled[one.service], usage, said | {"winter_average": "4"}, period, {}, {}).lines


def test_readers_find_every_kind_of_oddity_in_every_cycle() -> None:
    for which in ROUNDS:
        found = walk(1, which, HOMES, fresh())
        assert set(found.oddities.values()) == set(SHARES)
        assert len(found.oddities) < len(found.seen) / 2


def test_registers_go_over_zero_in_every_cycle_and_only_where_planned() -> None:
    for which in ROUNDS:
        planned = {home.point for home in HOMES if home.cycle == which.cycle and home.rolls_over}
        assert planned
        assert walk(1, which, HOMES, fresh()).rollovers == planned


def test_a_second_round_counts_on_from_the_first() -> None:
    first, second, _ = (one for one in ROUNDS if one.cycle == "1")
    before = walk(1, first, HOMES, fresh())
    after = walk(1, second, HOMES, {**fresh(), **before.passed}, before.oddities)
    assert all(after.passed[point] >= passed for point, passed in before.passed.items())
    assert not before.oddities.keys() & after.oddities.keys()


def test_a_meter_read_in_between_has_counted_less_since_and_is_not_odd() -> None:
    first, second, _ = (one for one in ROUNDS if one.cycle == "1")
    before = walk(1, first, HOMES, fresh())
    passed = {**fresh(), **before.passed}
    halfway = {home.point: second.read_on - timedelta(days=15) for home in HOMES if home.cycle == "1"}
    whole, half = walk(1, second, HOMES, passed, halfway), walk(1, second, HOMES, passed, (), halfway)
    assert not half.oddities
    for point, counted in half.passed.items():
        assert abs((counted - passed[point]) * 2 - (whole.passed[point] - passed[point])) <= 20


def test_a_meter_shows_gallons_as_its_register_counts_them() -> None:
    shown = {home.meter.kind.unit + str(home.meter.kind.multiplier): home.meter.shows(1_234_560) for home in HOMES}
    assert shown == {"gal10": Decimal(123_456), "gal1": Decimal(1_234_560), "kgal1": Decimal("1234.56")}


def test_every_meter_was_there_before_its_last_read() -> None:
    assert all(home.meter.installed < home.usage[0][0] < home.last_on for home in make_homes(2, 200))


def test_no_register_can_show_more_than_its_dials() -> None:
    for home in HOMES:
        kind = home.meter.kind
        assert 0 <= home.meter.shows(home.passed) < Decimal(10) ** (kind.dials - kind.decimals)
        assert home.passed < CAPACITY_GALLONS


def test_routes_are_walked_before_the_cycles_day_so_that_rereads_still_count() -> None:
    assert all(walked_on(one, home.route) < one.read_on for one in ROUNDS for home in HOMES)
    assert all(BEGINS <= one.loaded_on < one.bill_on <= ENDS for one in ROUNDS)


def test_line_numbers_of_bad_people_are_those_of_the_file() -> None:
    people = [person for home in HOMES for person in home.people()]
    lines = FILES["accounts", "people"].text.splitlines()
    assert all(lines[line - 1].startswith(people[line - 2].key) for line in spoiled(people))


def _home_of(point: str) -> Home:
    return next(home for home in HOMES if home.point == point)


def test_high_usage_is_far_above_the_same_month_of_last_year() -> None:
    for which in ROUNDS:
        found = walk(1, which, HOMES, fresh())
        for point, oddity in found.oddities.items():
            home = _home_of(point)
            used = found.passed[point] - home.passed
            assert (used > max(12_000, 2.5 * home.usual(which.read_on))) == (oddity == "high")
