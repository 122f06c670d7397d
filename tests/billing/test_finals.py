"""Final bills: made once an account has ended and is read through its end, with the same code as a run's."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from chassis.refusal import Refused
from contracts.billing import BillKind
from contracts.metering import ReadKind
from services.billing.bills import store as bills
from services.billing.bills.rederiving import rederive
from services.billing.finals import deciding, undoing
from tests.billing.final_builders import DAY_AFTER, LEFT, FinalOffice, a_pack, gone
from tests.billing.office import Office, a_payment
from tests.billing.run_builders import APRIL, APRIL_READ, MARCH_READ, a_read, charges, customer

D = Decimal
_DAY = text("insert into business_day (day) values ('2023-04-17')")
FINAL_READ = a_read("1", 2000, LEFT, MARCH_READ, kind=ReadKind.FINAL)


@pytest.fixture
async def town(office: Office) -> FinalOffice:
    """Account 1 and 2 billed through March for 5000 gallons each: 20 + 10 + 15 dollars."""
    town = FinalOffice(office)
    await town.open(a_pack(approve=False))
    await town.street(["1", "2"])
    await town.bill()
    return town


async def test_an_account_that_ended_is_billed_to_its_end_once_its_final_read_is_there(town: FinalOffice) -> None:
    await town.hear(gone("1"))
    await town.read(FINAL_READ)
    done = await town.day()
    bill = town.final("1")
    # Half of April: water 12 x 15/30 + 2 x 3, as its tariff prorates or not; garbage by its days.
    assert (bill.kind, bill.period_start, bill.period_end) == (BillKind.FINAL, MARCH_READ, LEFT)
    assert set(charges(bill)) == {"water", "sewer", "garbage"}
    assert bill.previous_balance == D("52.00")
    assert bill.amount_due == D("52.00") + bill.current_charges == await town.owed("1")
    assert (done.counts, done.money) == ({"final bills": 1}, {"final bills": bill.current_charges})
    assert (await town.office.verdict()).ok


async def test_a_final_bill_is_the_same_as_was_seen_ahead_and_can_be_made_again_byte_for_byte(
    town: FinalOffice,
) -> None:
    await town.hear(gone("1"))
    await town.read(FINAL_READ)
    async with town.by("sally") as tx:
        await tx.execute(_DAY)
        ahead = await deciding.ahead(tx, "1")
    await town.day()
    assert town.final("1") == ahead
    async with town.by("auditor") as tx:
        assert (await rederive(tx, await bills.find(tx, ahead.number))).identical


async def test_without_a_read_at_the_end_it_waits_and_is_listed(town: FinalOffice) -> None:
    await town.hear(gone("1"))
    assert (await town.day()).counts == {"final bills waiting": 1}
    assert await town.waiting() == {"1": "no_final_read"}
    await town.read(a_read("1", 700, LEFT - timedelta(8), MARCH_READ))
    await town.day(DAY_AFTER + timedelta(1))
    assert await town.waiting() == {"1": "no_final_read"}
    await town.read(a_read("1", 900, LEFT, LEFT - timedelta(8), kind=ReadKind.FINAL))
    assert (await town.day(DAY_AFTER + timedelta(2))).counts == {"final bills": 1}
    assert await town.waiting() == {}


async def test_a_final_read_a_day_early_or_late_counts_as_taken_at_the_end(town: FinalOffice) -> None:
    await town.hear(gone("1"), gone("2"))
    await town.read(
        a_read("1", 900, LEFT - timedelta(1), MARCH_READ, kind=ReadKind.FINAL),
        a_read("2", 1100, LEFT + timedelta(2), MARCH_READ, kind=ReadKind.FINAL),
    )
    assert (await town.day(LEFT + timedelta(3))).counts == {"final bills": 2}
    assert [read.quantity for read in town.final("2").reads] == [D(1100)]


async def test_an_account_that_has_not_ended_yet_gets_no_final_bill(town: FinalOffice) -> None:
    await town.hear(gone("1", on=DAY_AFTER + timedelta(5)))
    await town.read(FINAL_READ)
    assert (await town.day()).counts == {}
    assert await town.waiting() == {}


async def test_its_cycle_expects_it_no_more_and_the_certificate_holds(town: FinalOffice) -> None:
    await town.hear(gone("1"))
    await town.read(FINAL_READ, a_read("2", 1000, APRIL_READ, MARCH_READ))
    await town.day()
    run = await town.bill(APRIL)
    assert await town.counted(run) == {"billed": 1}
    certificate = await town.certify(run)
    assert certificate.holds, certificate.faults


async def test_the_last_bill_of_who_is_paid_up_and_was_read_on_the_last_day_was_the_final_one(
    town: FinalOffice,
) -> None:
    await town.hear(gone("1", on=MARCH_READ))
    await town.day()
    assert town.documents == {}
    assert (await town.day(DAY_AFTER + timedelta(1))).counts == {}


async def test_an_account_that_ended_before_it_was_ever_billed_here_is_left_alone(town: FinalOffice) -> None:
    await town.hear(gone("7", on=date(2022, 7, 1), version=1))
    assert (await town.day()).counts == {}


async def test_a_held_final_bill_waits_until_a_person_lets_it_go(town: FinalOffice) -> None:
    await town.hear(gone("1"))
    await town.read(FINAL_READ)
    async with town.by("sally") as tx:
        await tx.execute(_DAY)
        await deciding.hold(tx, "1", "the customer disputes the move-out day")
    assert (await town.day()).counts == {"final bills waiting": 1}
    assert await town.waiting() == {"1": "by_hand"}
    async with town.by("sally") as tx:
        await deciding.let_go(tx, "1", "the day is right")
    assert (await town.day(DAY_AFTER + timedelta(1))).counts == {"final bills": 1}


async def test_a_town_may_want_a_person_to_approve_each_final_bill(office: Office) -> None:
    town = FinalOffice(office)
    await town.open(a_pack(approve=True))
    await town.street(["1"])
    await town.bill()
    await town.hear(gone("1"))
    await town.read(FINAL_READ)
    assert (await town.day()).counts == {"final bills proposed": 1}
    await town.read(a_read("1", 3000, LEFT, MARCH_READ, kind=ReadKind.FINAL, replaces=FINAL_READ.read_id))
    [changed] = await town.approve_finals("1")
    assert (changed.state, (changed.reason or "")[:20]) == ("proposed", "Its charges changed ")
    [issued] = await town.approve_finals("1")
    assert (issued.state, issued.total) == ("billed", town.final("1").current_charges)
    with pytest.raises(Refused, match="no final bill proposed"):
        await town.approve_finals("1")


async def test_who_comes_back_before_the_final_bill_gets_none(town: FinalOffice) -> None:
    await town.hear(gone("1"))
    await town.day()
    await town.hear(customer("1", version=3))
    assert (await town.day(DAY_AFTER + timedelta(1))).counts == {}
    assert await town.waiting() == {}


async def test_a_final_bill_that_was_taken_back_is_held_and_then_made_again(town: FinalOffice) -> None:
    await town.deposit("1", "30.00", date(2022, 4, 17))
    await town.hear(gone("1"))
    await town.read(FINAL_READ)
    await town.day()
    first = town.final("1")
    async with town.by("carl") as tx:
        await undoing.undo(tx, "1", "the final read was of another house")
    assert await town.owed("1") == D("52.00") - D("30.00")
    assert await town.waiting() == {"1": "by_hand"}
    async with town.by("carl") as tx:
        await deciding.let_go(tx, "1", "read again")
    await town.day(DAY_AFTER + timedelta(1))
    second = town.final("1")
    assert (second.number, second.deposits_applied) == (f"{first.number}-2", D("0.00"))
    assert second.current_charges == first.current_charges
    assert second.amount_due == first.amount_due == await town.owed("1")
    verdict = await town.office.verdict()
    assert verdict.ok, verdict.sentences


async def test_a_final_bill_whose_refund_is_on_its_way_is_not_taken_back(town: FinalOffice) -> None:
    await town.office.pay(a_payment("1", "300.00"))
    await town.hear(gone("1"))
    await town.read(FINAL_READ)
    await town.day()
    with pytest.raises(Refused, match="Cancel the refund"):
        async with town.by("carl") as tx:
            await undoing.undo(tx, "1", "wrong house")
