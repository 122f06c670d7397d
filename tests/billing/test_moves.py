"""Back-dated moves: usage follows whose days it was, and both parties are corrected, whatever was billed before."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from contracts.accounts import AccountChanged, AccountStatus
from contracts.billing import BillKind
from contracts.ids import thing_id
from contracts.metering import ReadKind, ReadPosted
from services.billing.bills import moves
from services.billing.usage import store as usage
from tests.billing.final_builders import FinalOffice, a_pack
from tests.billing.move_builders import (
    JULY_READ,
    JUNE,
    MAY,
    MAY_READ,
    MOVED,
    SERVICES,
    comes,
    leaves,
    sound,
    total_billed,
)
from tests.billing.office import Office, account_id
from tests.billing.run_builders import APRIL, APRIL_READ, MARCH_READ, a_read, agreement, charges, customer, point

D = Decimal
Fact = AccountChanged | ReadPosted


@pytest.fixture
async def town(office: Office) -> FinalOffice:
    """House 1, billed to account 1 through April: 5000 gallons in March, 3000 in April."""
    town = FinalOffice(office)
    await town.open(a_pack())
    await town.street(["1"])
    await town.bill()
    await town.read(a_read("1", 3000, APRIL_READ, MARCH_READ))
    await town.bill(APRIL)
    return town


async def test_who_moved_out_before_what_was_billed_gets_the_difference_back(town: FinalOffice) -> None:
    await town.hear(leaves("1", MOVED), comes("2", "1", MOVED))
    await town.day(date(2023, 5, 4))
    bill = town.final("1")
    assert bill.kind == BillKind.FINAL
    assert {line.service for line in bill.lines if "corrected from bill" in line.description} >= {"water", "garbage"}
    # Half of April's 3000 gallons at 3 dollars, and half of April's cart.
    assert charges(bill)["garbage"] == D("-7.50")
    assert bill.current_charges < 0
    await sound(town)


async def test_both_parties_pay_in_the_end_what_they_would_have_paid_had_it_been_known_in_time(
    town: FinalOffice,
) -> None:
    await town.hear(leaves("1", MOVED), comes("2", "1", MOVED))
    await town.read(a_read("1", 2000, MAY_READ, APRIL_READ))
    await town.day(date(2023, 5, 4))
    run = await town.bill(MAY)
    late = [await total_billed(town, number) for number in ("1", "2")]
    certificate = await town.certify(run)
    assert certificate.holds, certificate.faults
    await sound(town)

    await town.hear(customer("3"))
    await town.read(a_read("3", 5000))
    # House 3 has the same history, known in time, in a cycle of its own.
    assert late == await _known_in_time(town)


async def _known_in_time(town: FinalOffice) -> list[dict[str, Decimal]]:
    other = {"cycle": "2"}
    await town.hear(customer("3", version=2, **other))
    await town.bill(_in_cycle_2("2023-04-01", "2023-04-03", "2023-03-01"))
    parts = (agreement("3", one, end=MOVED) for one in SERVICES)
    await town.hear(customer("3", *parts, version=3, closed=MOVED, status=AccountStatus.CLOSED, **other))
    await town.hear(comes("4", "3", MOVED).model_copy(update=other))
    await town.read(a_read("3", 3000, APRIL_READ, MARCH_READ), a_read("3", 2000, MAY_READ, APRIL_READ))
    await town.day(date(2023, 5, 5))
    await town.bill(_in_cycle_2("2023-05-01", "2023-05-03"))
    await town.bill(_in_cycle_2("2023-06-01", "2023-06-05"))
    return [await total_billed(town, number) for number in ("3", "4")]


def _in_cycle_2(through: str, bill_date: str, start: str | None = None) -> Any:
    return APRIL.model_copy(
        update={
            "cycle": "2",
            "period_start": date.fromisoformat(start) if start else None,
            "period_end": date.fromisoformat(through),
            "bill_date": date.fromisoformat(bill_date),
        }
    )


async def test_usage_divided_by_days_is_marked_and_stands_on_the_bill_as_an_estimate(town: FinalOffice) -> None:
    await town.hear(leaves("1", MOVED), comes("2", "1", MOVED))
    await town.read(a_read("1", 2000, MAY_READ, APRIL_READ))
    run = await town.preview(MAY)
    rows = await town.office.rows(
        "select exceptions from run_account where run_id = :run and account_id = :account",
        run=run.id, account=account_id("2"),
    )  # fmt: skip
    assert "prorated" in rows[0]["exceptions"]
    await town.approve(run)
    reads = [read for read in (await town.bills())["2"].reads if read.service == "water"]
    assert [(read.quantity, read.kind) for read in reads] == [
        (D(1500), ReadKind.ESTIMATED), (D(2000), ReadKind.ACTUAL)
    ]  # fmt: skip


async def test_a_move_that_was_taken_back_leaves_the_bills_as_they_were(town: FinalOffice) -> None:
    before = await total_billed(town, "1")
    await town.hear(leaves("1", MOVED), comes("2", "1", MOVED))
    await town.day(date(2023, 5, 4))
    await town.hear(customer("1", version=3), comes("2", "1", MOVED, version=2, until=MOVED))
    await town.read(a_read("1", 0, MAY_READ, APRIL_READ))
    await town.bill(MAY)
    after = await total_billed(town, "1")
    assert {name: after[name] - before[name] for name in before} == {
        "water": D("12.00"), "sewer": D("5.00"), "garbage": D("15.00")
    }  # fmt: skip
    await sound(town)


async def test_a_whole_month_that_went_to_another_and_came_back_is_billed_as_before(town: FinalOffice) -> None:
    before = await total_billed(town, "1")
    await town.hear(leaves("1", MARCH_READ), comes("2", "1", MARCH_READ))
    await town.day(date(2023, 5, 4))
    assert await gallons_left(town, "1") == D(5000)
    await town.hear(customer("1", version=3), comes("2", "1", MARCH_READ, version=2, until=MARCH_READ))
    await town.read(a_read("1", 0, MAY_READ, APRIL_READ))
    await town.bill(MAY)
    assert await gallons_left(town, "1") == D(8000)
    after = await total_billed(town, "1")
    assert after["garbage"] - before["garbage"] == D("15.00")
    await sound(town)


async def test_another_cart_since_a_day_that_was_billed_is_charged_from_that_day(town: FinalOffice) -> None:
    small = agreement("1", "garbage", end=MOVED)
    large = agreement("1", "garbage", start=MOVED, attributes={"cart_size": "95 gal"}).model_copy(
        update={"agreement_id": thing_id("windsor-co", "agreement", "1/garbage/2")}
    )
    await town.hear(customer("1", agreement("1", "water"), agreement("1", "sewer"), small, large, version=2))
    await town.read(a_read("1", 0, MAY_READ, APRIL_READ))
    await town.bill(MAY)
    # Half of April at 20 in place of 15 dollars, and May at 20.
    assert charges((await town.bills())["1"])["garbage"] == D("2.50") + D("20.00")
    await sound(town)


async def test_a_read_of_the_day_it_changed_hands_takes_the_place_of_the_division(town: FinalOffice) -> None:
    whole = a_read("1", 3000, APRIL_READ, MARCH_READ)
    await town.hear(leaves("1", MOVED), comes("2", "1", MOVED))
    await town.read(a_read("1", 1000, MOVED, MARCH_READ, kind=ReadKind.FINAL))
    await town.read(a_read("1", 2001, APRIL_READ, MOVED, replaces=whole.read_id, quantity=D(2000)))
    await town.read(a_read("1", 2000, MAY_READ, APRIL_READ))
    await town.day(date(2023, 5, 4))
    await town.bill(MAY)
    assert await billed_gallons(town, "1") == D(6000)
    assert await billed_gallons(town, "2") == D(4000)
    await sound(town)


async def test_a_final_read_the_day_before_is_where_the_next_party_begins(office: Office) -> None:
    town = FinalOffice(office)
    await town.open(a_pack())
    await town.street(["1"])
    await town.bill()
    eve = date(2023, 4, 15)
    await town.hear(leaves("1", MOVED), comes("2", "1", MOVED))
    await town.read(a_read("1", 900, eve, MARCH_READ, kind=ReadKind.FINAL), a_read("1", 1100, APRIL_READ, eve))
    await town.day(date(2023, 5, 3))
    run = await town.bill(APRIL)
    assert await gallons_left(town, "1") == D(5900)
    assert await gallons_left(town, "2") == D(1100)
    assert await town.office.rows("select 1 from usage where kind = 'prorated'") == []
    assert (await town.certify(run)).holds


async def test_usage_of_an_empty_house_is_nobodys_until_somebody_turns_out_to_have_lived_there(
    town: FinalOffice,
) -> None:
    await town.hear(leaves("1", MOVED))
    await town.day(date(2023, 5, 4))
    assert await gallons_left(town, "1") == D(6500)
    async with town.by("sally") as tx:
        [waiting] = await usage.unattributed(tx, 10)
    assert (waiting["previous_on"], waiting["quantity"]) == (MOVED, D(1500))
    await town.hear(comes("2", "1", MOVED))
    await town.read(a_read("1", 2000, MAY_READ, APRIL_READ))
    await town.bill(MAY)
    assert await gallons_left(town, "2") == D(3500)
    async with town.by("sally") as tx:
        assert await usage.unattributed(tx, 10) == []


async def billed_gallons(town: FinalOffice, number: str) -> Decimal:
    """Gallons of water that an account was billed for, corrections included."""
    return sum((row["quantity"] for row in await _billed(town, number)), D(0))


async def _billed(town: FinalOffice, number: str) -> list[dict[str, Any]]:
    return await town.office.rows(
        "select u.quantity from usage u join bill b on b.id = u.billed_on where b.account_id = :account"
        " and not exists (select 1 from usage n where n.replaces = u.read_id and n.billed_on is not null)"
        " and not (u.void and exists (select 1 from usage p where p.part_of = u.read_id and p.replaces = u.read_id))",
        account=account_id(number),
    )


_LIVES = count(10)


def _facts(house: str, first: int, second: int) -> list[Fact]:
    """A house whose party changes on one day, and then, as somebody finds out, on another; and its reads."""
    one, two = house, f"{house}-b"
    known = [
        leaves(one, date(2023, 4, first)), comes(two, house, date(2023, 4, first)),
        leaves(one, date(2023, 4, second), version=3), comes(two, house, date(2023, 4, second), version=2),
    ]  # fmt: skip
    reads = [a_read(house, 3000, APRIL_READ, MARCH_READ), a_read(house, 2000, MAY_READ, APRIL_READ)]
    return [*known, *reads]


async def _hear(town: FinalOffice, facts: Sequence[Fact]) -> None:
    for fact in facts:
        await (town.hear(fact) if isinstance(fact, AccountChanged) else town.read(fact))


async def _live_usage(town: FinalOffice, accounts: Sequence[str]) -> list[Decimal]:
    """Gallons that count for each account and for nobody: awaiting, or billed and not replaced."""
    rows = await town.office.rows(
        "select a.number, coalesce(sum(u.quantity), 0) as gallons from usage u left join account a on a.id = coalesce("
        " u.account_id, (select g.account_id from agreement g where g.service_point_id = u.service_point_id"
        " and g.start_date <= u.previous_on and (g.end_date is null or g.end_date >= u.read_on)))"
        " where u.service_point_id = :point and not u.void"
        " and not exists (select 1 from usage n where n.replaces = u.read_id) group by 1",
        point=point(accounts[0]),
    )
    found = {row["number"]: row["gallons"] for row in rows}
    return [found.get(number, D(0)) for number in accounts]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(first=some.integers(2, 30), second=some.integers(2, 30), seed=some.integers(0, 2**16))
async def test_all_usage_read_is_usage_of_somebody_whatever_comes_first(
    office: Office, first: int, second: int, seed: int
) -> None:
    town, house = FinalOffice(office), f"H{next(_LIVES)}"
    if not await office.rows("select 1 from business_day"):
        await town.open(a_pack())
    await town.hear(customer(house))
    facts = _facts(house, first, second)
    await _hear(town, Random(seed).sample(facts * 2, len(facts) * 2))
    old, new = await _live_usage(town, [house, f"{house}-b"])
    assert old + new == D(5000)
    assert old == (D(3000) * (second - 1) / 30).quantize(D(1))


@pytest.mark.parametrize("seed", [1, 2])
async def test_each_party_is_billed_for_its_own_days_whenever_the_bills_were_made(office: Office, seed: int) -> None:
    """Houses that learn of the same move in any order, with bills made in between: no gallon is lost or paid twice."""
    town, random = FinalOffice(office), Random(seed)
    await town.open(a_pack())
    houses = [f"P{number}" for number in range(8)]
    days = {house: (random.randint(2, 30), random.randint(2, 30)) for house in houses}
    await town.street(houses, 0)
    await town.bill()
    slots: list[list[Fact]] = [[], [], []]
    for house in houses:
        for fact in _facts(house, *days[house]):
            random.choice(slots).append(fact)
    await _hear(town, slots[0])
    await town.bill(APRIL)
    await _hear(town, slots[1])
    await town.day(date(2023, 5, 4))
    await town.bill(MAY)
    await _hear(town, [*slots[2], *(a_read(house, 900, JULY_READ, MAY_READ) for house in houses)])
    await town.day(date(2023, 6, 6))
    run = await town.bill(JUNE)
    assert await town.waiting() == {}
    for house in houses:
        last = days[house][1] - 1
        assert await gallons_left(town, house) == (D(3000) * last / 30).quantize(D(1)), (house, days[house])
        assert await gallons_left(town, f"{house}-b") == D(5900) - (D(3000) * last / 30).quantize(D(1))
    assert (await town.certify(run)).holds
    await sound(town)


async def gallons_left(town: FinalOffice, number: str) -> Decimal:
    """Gallons of water on an account's bills, as corrections left them."""
    async with town.by("auditor") as tx:
        left = (await moves.left_of(tx, [account_id(number)]))[account_id(number)]
    items = [item for one in left for item in one.items if item.service == "water"]
    return sum((item.usage.quantity or D(0) for item in items), D(0))
