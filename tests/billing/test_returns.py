"""Payments that came back: taken off what they paid, once, whatever came first; no later payment is moved."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from contracts.payments import Purpose, ReturnKind
from tests.billing.late_builders import a_return
from tests.billing.office import DAY, Office, a_payment

D = Decimal


@pytest.fixture
async def town(office: Office) -> Office:
    """Two bills: 30.00 that was due before, 50.00 that is due later."""
    await office.know("1")
    await office.bill(uuid4(), "1", {"water": "30.00"}, DAY - timedelta(30))
    await office.bill(uuid4(), "1", {"water": "20.00", "sewer": "30.00"}, DAY)
    return office


async def left(office: Office) -> list[Decimal]:
    rows = await office.rows("select remaining from open_item order by due_date, service")
    return [row["remaining"] for row in rows]


async def sound(office: Office) -> bool:
    verdict = await office.verdict()
    assert verdict.ok, verdict.sentences
    return True


async def test_what_the_payment_paid_is_open_again_at_its_own_due_date(town: Office) -> None:
    await town.pay(a_payment("1", "30.00"))
    assert (await town.balance("1")).past_due == D("0.00")
    await town.give_back(a_return("1", "30.00"))
    balance = await town.balance("1")
    assert (balance.owed, balance.past_due, balance.payments_through) == (D("80.00"), D("30.00"), 1)
    assert await left(town) == [D("30.00"), D("30.00"), D("20.00")]
    assert await sound(town)


async def test_no_later_payment_is_moved(town: Office) -> None:
    await town.pay(a_payment("1", "30.00"))
    await town.pay(a_payment("1", "30.00", seq=2))  # pays the sewer of the second bill
    await town.give_back(a_return("1", "30.00"))
    assert await left(town) == [D("30.00"), D("0.00"), D("20.00")]
    assert await sound(town)


async def test_its_unused_part_leaves_the_credit_and_what_it_paid_as_credit_is_open_again(town: Office) -> None:
    await town.pay(a_payment("1", "100.00"))
    await town.bill(uuid4(), "1", {"sewer": "15.00"}, DAY + timedelta(30))
    assert (await town.balance("1")).credit == D("5.00")
    await town.give_back(a_return("1", "100.00"))
    balance = await town.balance("1")
    assert (balance.owed, balance.credit) == (D("95.00"), D("0.00"))
    assert await left(town) == [D("30.00"), D("30.00"), D("20.00"), D("15.00")]
    assert await sound(town)


async def test_credit_of_other_payments_pays_what_is_open_again(town: Office) -> None:
    await town.pay(a_payment("1", "80.00"), a_payment("1", "25.00", seq=2))
    await town.give_back(a_return("1", "80.00"))
    assert await left(town) == [D("5.00"), D("30.00"), D("20.00")]
    assert await sound(town)


async def test_two_payments_that_come_back_together_pay_nothing_of_each_others(town: Office) -> None:
    await town.pay(a_payment("1", "80.00"), a_payment("1", "25.00", seq=2))
    await town.give_back(a_return("1", "80.00"), a_return("1", "25.00", seq=2))
    assert (await town.balance("1")).owed == D("80.00")
    assert await left(town) == [D("30.00"), D("30.00"), D("20.00")]
    assert await sound(town)


@pytest.mark.parametrize("purpose", [Purpose.DEPOSIT, Purpose.MISCELLANEOUS])
async def test_a_deposit_and_other_money_leave_as_they_came(town: Office, purpose: Purpose) -> None:
    await town.pay(a_payment("1", "40.00", purpose=purpose))
    await town.give_back(a_return("1", "40.00"))
    verdict = await town.verdict()
    assert (verdict.ok, verdict.deposits) == (True, D("0.00")), verdict.sentences
    assert (await town.balance("1")).owed == D("80.00")


async def test_a_deposit_that_was_used_meanwhile_is_owed(town: Office) -> None:
    await town.pay(a_payment("1", "40.00", purpose=Purpose.DEPOSIT))
    async with town.transaction() as tx:
        await (await tx.driver()).execute("update deposit set released = 15.00")
    await town.give_back(a_return("1", "40.00"))
    (item,) = await town.rows("select amount, kind from open_item where bill_id is null")
    assert (item["amount"], item["kind"]) == (D("15.00"), "returned_payment")
    assert (await town.balance("1")).owed == D("95.00")


async def test_a_return_that_comes_before_its_payment_waits_for_it(town: Office) -> None:
    early = await town.give_back(a_return("1", "30.00"))
    assert [(thing, key) for _, thing, key in early.waiting] == [("payment", str(a_payment("1", "1").payment_id))]
    await town.pay(a_payment("1", "30.00"))
    assert (await town.balance("1")).owed == D("80.00")
    assert len(await town.rows("select 1 from payment_return")) == 1


async def test_a_return_waits_through_a_payment_that_waits_for_its_account(office: Office) -> None:
    await office.give_back(a_return("2", "30.00"))
    await office.pay(a_payment("2", "30.00"))
    await office.know("2")
    assert await office.rows("select 1 from waiting_fact") == []
    assert (await office.balance("2")).owed == D("0.00")
    assert await sound(office)


async def test_a_return_is_posted_once(town: Office) -> None:
    await town.pay(a_payment("1", "30.00"))
    await town.give_back(a_return("1", "30.00"), a_return("1", "30.00"))
    again = await town.give_back(a_return("1", "30.00"))
    assert again.refused == []
    assert (await town.balance("1")).owed == D("80.00")
    assert await sound(town)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"return_id": uuid4()}, "came back before, with return"),
        ({"reason": "account closed"}, "posted before with other content"),
        ({"amount": D("29.00")}, "A payment comes back whole"),
        ({"account_id": uuid4()}, "A payment comes back whole"),
    ],
)
async def test_a_return_that_contradicts_what_is_posted_is_refused_with_the_reason(
    town: Office, changes: dict[str, object], said: str
) -> None:
    await town.pay(a_payment("1", "30.00"))
    await town.give_back(a_return("1", "30.00"))
    ((_, reason),) = (await town.give_back(a_return("1", "30.00").model_copy(update=changes))).refused
    assert said in reason
    assert (await town.balance("1")).owed == D("80.00")


async def test_two_returns_of_one_payment_in_one_batch_are_not_two(town: Office) -> None:
    await town.pay(a_payment("1", "30.00"))
    other = a_return("1", "30.00", return_id=uuid4(), kind=ReturnKind.CHARGEBACK)
    ((_, reason),) = (await town.give_back(a_return("1", "30.00"), other)).refused
    assert "came back before" in reason
    assert (await town.balance("1")).owed == D("80.00")
