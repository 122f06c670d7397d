"""Late charges: proposed by the day, approved by a person, and following the facts from then on."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from chassis.refusal import Refused
from contracts.delinquency import Hold
from contracts.payments import Purpose
from contracts.topics import COLLECTION_STATUS_CHANGED, PAYMENT_FAILED, PAYMENT_PENDING, PAYMENT_RETURNED
from services.billing.late import deciding
from tests.billing.late_builders import (
    a_failure,
    a_promise,
    a_return,
    a_status,
    approve,
    charge_late,
    charges,
    hear,
    turn,
    turn_on,
)
from tests.billing.office import DAY, Office, a_payment

D = Decimal
NAMES = UUID("0e2a3b56-8c1d-4b7e-9c0b-7d1f2a9c5e11")
FREE = DAY + timedelta(30)
"""Due after 20 days, free for 10 more: Friday, March 31."""
LATE = FREE + timedelta(1)


@pytest.fixture
async def town(office: Office) -> Office:
    """A town that charges for paying late, on its first day, with one bill of 100.00 to account 1."""
    await charge_late(office)
    await office.begin(DAY)
    await office.know("1")
    await office.bill(uuid4(), "1", {"water": "60.00", "sewer": "40.00"})
    return office


async def test_a_charge_is_proposed_the_day_after_the_last_free_one_and_posted_when_approved(town: Office) -> None:
    assert (await turn(town, DAY + timedelta(1))).counts == {}
    town.day = DAY
    done = await turn_on(town, LATE)
    assert (done.counts, done.money) == ({"late charges proposed": 1}, {"late charges proposed": D("5.00")})
    assert (await town.balance("1")).owed == D("100.00")
    await approve(town)
    assert await charges(town) == [("posted", D("5.00"))]
    assert (await town.balance("1")).owed == D("105.00")
    (item,) = await town.rows("select kind, service, billed_date, due_date from open_item where kind = 'late_charge'")
    assert (item["service"], item["billed_date"]) == ("water", LATE)
    assert (await town.verdict()).sentences == []


async def test_a_bill_bears_a_charge_once_however_often_the_day_is_done(town: Office) -> None:
    await turn_on(town, LATE)
    assert (await turn(town, LATE)).counts == {}
    await approve(town)
    assert (await turn(town, LATE + timedelta(1))).counts == {}
    assert await charges(town) == [("posted", D("5.00"))]


async def test_a_monthly_charge_comes_again_on_what_is_still_unpaid(town: Office) -> None:
    await charge_late(town, repeat="monthly")
    await turn_on(town, LATE)
    await approve(town)
    await town.pay(a_payment("1", "60.00", effective_date=LATE))
    await turn_on(town, date(2023, 5, 2))
    await approve(town)
    assert await charges(town) == [("posted", D("5.00")), ("posted", D("2.00"))]


async def test_a_payment_that_was_on_time_and_posted_late_takes_the_charge_back(town: Office) -> None:
    await turn_on(town, LATE)
    await approve(town)
    await town.pay(a_payment("1", "100.00", effective_date=FREE, business_date=LATE))
    assert await charges(town) == [("reversed", D("0.00"))]
    assert (await town.balance("1")).owed == D("0.00")
    assert (await town.verdict()).sentences == []


async def test_a_payment_of_the_next_day_does_not(town: Office) -> None:
    await turn_on(town, LATE)
    await approve(town)
    await town.pay(a_payment("1", "105.00", effective_date=LATE))
    assert await charges(town) == [("posted", D("5.00"))]
    assert (await town.balance("1")).owed == D("0.00")


async def test_a_charge_that_was_paid_already_gives_its_money_back_as_credit(town: Office) -> None:
    await turn_on(town, LATE)
    await approve(town)
    await town.pay(a_payment("1", "105.00", effective_date=LATE))
    await town.pay(a_payment("1", "100.00", seq=2, effective_date=FREE))
    assert await charges(town) == [("reversed", D("0.00"))]
    balance = await town.balance("1")
    assert (balance.owed, balance.credit) == (D("-105.00"), D("105.00"))
    assert (await town.verdict()).sentences == []


async def test_a_part_that_was_on_time_makes_the_charge_smaller(town: Office) -> None:
    await turn_on(town, LATE)
    await approve(town)
    await town.pay(a_payment("1", "40.00", effective_date=FREE))
    assert await charges(town) == [("posted", D("3.00"))]
    await town.pay(a_payment("1", "59.00", seq=2, effective_date=FREE))
    assert await charges(town) == [("reversed", D("0.00"))]  # a dollar is below the minimum
    assert (await town.verdict()).sentences == []


async def test_a_payment_that_came_back_was_no_payment(town: Office) -> None:
    await town.pay(a_payment("1", "100.00"))
    assert (await turn_on(town, LATE)).counts == {}
    await hear(town, PAYMENT_RETURNED, a_return("1", "100.00", returned_on=LATE))
    await turn(town, LATE)
    await approve(town)
    assert await charges(town) == [("posted", D("5.00"))]


async def test_a_charge_that_a_payment_took_back_stands_again_when_the_payment_came_back(town: Office) -> None:
    await turn_on(town, LATE)
    await approve(town)
    await town.pay(a_payment("1", "100.00", effective_date=FREE))
    await hear(town, PAYMENT_RETURNED, a_return("1", "100.00", returned_on=LATE))
    assert await charges(town) == [("posted", D("5.00"))]
    assert (await town.balance("1")).owed == D("105.00")
    assert (await town.verdict()).sentences == []


async def test_a_bill_that_is_taken_back_takes_its_charge_with_it(town: Office) -> None:
    await turn_on(town, LATE)
    await approve(town)
    (bill,) = await town.rows("select bill_id from bill_posting")
    await town.take_back(bill["bill_id"])
    assert await charges(town) == [("reversed", D("0.00"))]
    assert (await town.balance("1")).owed == D("0.00")
    assert (await town.verdict()).sentences == []


async def test_a_proposal_is_dropped_by_a_payment_on_time_and_at_approval_by_any_that_pays_all(town: Office) -> None:
    await town.know("2")
    await town.bill(uuid4(), "2", {"water": "50.00"})
    await turn_on(town, LATE)
    await town.pay(a_payment("1", "100.00", effective_date=FREE), a_payment("2", "50.00", effective_date=LATE))
    assert sorted(await charges(town)) == [("dropped", D("5.00")), ("proposed", D("2.50"))]
    await approve(town)
    assert {state for state, _ in await charges(town)} == {"dropped"}
    assert (await town.balance("2")).owed == D("0.00")


async def test_a_hold_an_arrangement_and_a_pending_payment_hold_charges_back(town: Office) -> None:
    (water, *_) = [row["item_id"] for row in await town.rows("select item_id from open_item")]
    held = {"late charges held": 1}
    medical = Hold(kind="medical", set_by="kim", until=LATE)
    await hear(town, COLLECTION_STATUS_CHANGED, a_status("1", 1, holds=[medical]))
    assert (await turn_on(town, LATE)).counts == held
    await hear(town, COLLECTION_STATUS_CHANGED, a_status("1", 2, covers=[water]), a_status("1", 1, holds=[medical]))
    assert (await turn(town, LATE + timedelta(1))).counts == held
    await hear(town, COLLECTION_STATUS_CHANGED, a_status("1", 3))
    await hear(town, PAYMENT_PENDING, a_promise("1", LATE + timedelta(5)))
    assert (await turn(town, LATE + timedelta(2))).counts == held
    await hear(town, PAYMENT_FAILED, a_failure("1"))
    assert (await turn(town, LATE + timedelta(3))).counts == {"late charges proposed": 1}


async def test_a_hold_on_one_bill_holds_back_no_charge_on_another(town: Office) -> None:
    await town.bill(uuid4(), "1", {"water": "50.00"})
    (disputed,) = [row["item_id"] for row in await town.rows("select item_id from open_item where amount = 50.00")]
    dispute = Hold(kind="dispute", set_by="kim", items=(disputed,))
    await hear(town, COLLECTION_STATUS_CHANGED, a_status("1", 1, holds=[dispute]))
    assert (await turn_on(town, LATE)).counts == {"late charges proposed": 1, "late charges held": 1}
    await hear(town, COLLECTION_STATUS_CHANGED, a_status("1", 2))
    assert (await turn(town, LATE + timedelta(1))).counts == {"late charges proposed": 1}


async def test_a_hold_that_has_ended_and_a_promise_that_has_expired_hold_nothing(town: Office) -> None:
    await hear(town, COLLECTION_STATUS_CHANGED, a_status("1", 1, holds=[Hold(kind="dispute", set_by="k", until=FREE)]))
    await hear(town, PAYMENT_PENDING, a_promise("1", FREE))
    assert (await turn_on(town, LATE)).counts == {"late charges proposed": 1}


async def test_news_that_a_promise_failed_may_come_before_the_promise(town: Office) -> None:
    await hear(town, PAYMENT_FAILED, a_failure("1"))
    await hear(town, PAYMENT_PENDING, a_promise("1", LATE))
    assert (await turn_on(town, LATE)).counts == {"late charges proposed": 1}


async def test_a_promise_that_came_is_over(town: Office) -> None:
    await hear(town, PAYMENT_PENDING, a_promise("1", LATE))
    await town.pay(a_payment("1", "10.00", effective_date=LATE, pending_id=a_promise("1", LATE).pending_id))
    assert (await turn_on(town, LATE)).counts == {"late charges proposed": 1}


async def test_a_payment_that_is_not_posted_yet_holds_charges_back(town: Office) -> None:
    await town.pay(a_payment("1", "1.00", seq=2, effective_date=LATE))  # the first has not come
    assert (await turn_on(town, LATE)).counts == {"late charges held": 1}


async def test_what_is_held_at_approval_stays_proposed_with_the_reason(town: Office) -> None:
    await turn_on(town, LATE)
    await hear(town, COLLECTION_STATUS_CHANGED, a_status("1", 1, holds=[Hold(kind="medical", set_by="kim")]))
    await approve(town)
    (row,) = await town.rows("select state, held from late_charge")
    assert (row["state"], row["held"]) == ("proposed", "hold: medical")


async def test_a_person_waives_a_charge_for_good(town: Office) -> None:
    await turn_on(town, LATE)
    await approve(town)
    (row,) = await town.rows("select charge_id from late_charge")
    async with town.transaction() as tx:
        await deciding.waive(tx, row["charge_id"], "the mail was late")
    assert await charges(town) == [("waived", D("5.00"))]
    assert (await town.balance("1")).owed == D("100.00")
    assert (await turn(town, LATE + timedelta(1))).counts == {}
    assert (await town.verdict()).sentences == []
    with pytest.raises(Refused, match="This late charge is waived"):
        async with town.transaction() as tx:
            await deciding.waive(tx, row["charge_id"], "again")


async def test_what_was_late_before_these_books_is_the_old_systems(office: Office) -> None:
    await charge_late(office)
    await office.know("1")
    await office.bill(uuid4(), "1", {"water": "100.00"}, DAY - timedelta(60))
    assert (await turn(office, DAY)).counts == {}


async def test_nothing_is_charged_under_a_pack_that_says_nothing_of_it(office: Office) -> None:
    await office.know("1")
    await office.bill(uuid4(), "1", {"water": "100.00"})
    await office.begin(DAY)
    assert (await turn_on(office, LATE)).counts == {}


async def test_approving_nothing_is_refused(town: Office) -> None:
    with pytest.raises(Refused, match="None of these late charges is proposed"):
        await approve(town)


async def test_what_a_hold_left_out_can_be_approved_the_same_day(town: Office) -> None:
    await turn_on(town, LATE)
    await hear(town, COLLECTION_STATUS_CHANGED, a_status("1", 1, holds=[Hold(kind="medical", set_by="kim")]))
    await approve(town)
    await hear(town, COLLECTION_STATUS_CHANGED, a_status("1", 2))
    await approve(town)
    assert await charges(town) == [("posted", D("5.00"))]


async def test_payments_and_an_approval_at_the_same_moment_leave_no_charge_on_what_was_paid_in_time(
    town: Office,
) -> None:
    numbers = [f"race {number}" for number in range(12)]
    await town.know(*numbers)
    for number in numbers:
        await town.bill(uuid4(), number, {"water": "100.00"})
    await turn_on(town, LATE)
    await town.pay(a_payment("1", "100.00", effective_date=FREE))
    paying = [town.pay(a_payment(number, "100.00", effective_date=FREE)) for number in numbers]
    await asyncio.gather(approve(town), *paying)
    assert {state for state, _ in await charges(town)} <= {"dropped", "reversed"}
    assert {(await town.balance(number)).owed for number in numbers} == {D("0.00")}
    assert (await town.verdict()).sentences == []


_LIVES = count()
paid = some.tuples(some.integers(-3, 3), some.integers(1, 12_000), some.booleans())


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(payments=some.lists(paid, min_size=1, max_size=4), seed=some.integers(0, 2**16))
async def test_payments_that_were_on_time_come_to_the_same_charge_in_any_order(
    town: Office, payments: list[tuple[int, int, bool]], seed: int
) -> None:
    """Approved first and all payments after it, doubled and shuffled, or any in between: the same charge stands."""
    await turn_on(town, LATE)
    office, random = town, Random(seed)
    stands = []
    for before in (0, random.randint(0, len(payments) * 3)):
        name = f"late {next(_LIVES)}"
        await office.know(name)
        await office.bill(uuid5(NAMES, name), name, {"water": "100.00"})
        facts = []
        for seq, (days, cents, comes_back) in enumerate(payments, 1):
            amount, on = str(D(cents) / 100), FREE + timedelta(min(days, 0))
            payment = a_payment(name, amount, seq=seq, effective_date=on, business_date=LATE, purpose=Purpose.BALANCE)
            facts += [payment, payment, *([a_return(name, amount, seq, returned_on=LATE)] if comes_back else [])]
        random.shuffle(facts)
        # What comes back can't be late: the charge is decided when all that was on time is known or not.
        await live(office, facts[:before])
        await turn(office, LATE)
        if await office.rows(
            "select 1 from late_charge c join account a on a.id = c.account_id"
            " where a.number = :name and state = 'proposed'",
            name=name,
        ):
            await approve(office)
        await live(office, facts[before:])
        await turn(office, LATE)
        if await office.rows(
            "select 1 from late_charge c join account a on a.id = c.account_id"
            " where a.number = :name and state = 'proposed'",
            name=name,
        ):
            await approve(office)
        rows = await office.rows(
            "select c.amount from late_charge c join account a on a.id = c.account_id"
            " where a.number = :name and state = 'posted'",
            name=name,
        )
        stands.append(([row["amount"] for row in rows], (await office.balance(name)).owed))
    assert stands[0] == stands[1]
    verdict = await office.verdict()
    assert verdict.ok, verdict.sentences


async def live(office: Office, facts: list[Any]) -> None:
    """Payments and returns as they come, each alone; a return takes its payment back once that is there."""
    for fact in facts:
        if hasattr(fact, "return_id"):
            await office.give_back(fact)
        else:
            await office.pay(fact)
