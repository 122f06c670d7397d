"""What a final bill does with deposits and credit, and what becomes of refunds."""

from datetime import date
from decimal import Decimal

import pytest

from chassis.refusal import Refused
from contracts.ids import derived_id
from contracts.metering import ReadKind
from contracts.payments import RefundCancelled, RefundMethod, RefundPaid
from contracts.topics import REFUND_CANCELLED, REFUND_PAID
from services.billing.finals import deciding, refunds, store
from services.billing.finals.deciding import RefundWish
from services.billing.finals.rules import Held, interest
from tests.billing.final_builders import DAY_AFTER, LEFT, FinalOffice, a_pack, gone
from tests.billing.office import Office, a_payment, account_id, received
from tests.billing.run_builders import MARCH_READ, a_read, customer

D = Decimal
YEAR_AGO = date(2022, 4, 17)


async def a_town(office: Office, **finals: object) -> FinalOffice:
    """Account 1, billed 52.00 through March, ended and read; account 2, open, owes 52.00 too."""
    town = FinalOffice(office)
    await town.open(a_pack(**finals))
    await town.street(["1", "2"])
    await town.bill()
    await town.hear(gone("1"))
    await town.read(a_read("1", 2000, LEFT, MARCH_READ, kind=ReadKind.FINAL))
    return town


def paid(town: FinalOffice, **changes: object) -> RefundPaid:
    """That account 1's refund went out by check."""
    due = town.refunds[0]
    known = {
        "refund_id": due.refund_id,
        "account_id": due.account_id,
        "amount": due.amount,
        "method": RefundMethod.CHECK,
        "reference": "10417",
        "paid_on": DAY_AFTER,
        "business_date": DAY_AFTER,
    }
    return RefundPaid.model_validate(known | changes)


def cancelled(town: FinalOffice) -> RefundCancelled:
    """That account 1's refund won't be paid."""
    due = town.refunds[0]
    return RefundCancelled(
        refund_id=due.refund_id,
        account_id=due.account_id,
        amount=due.amount,
        reason="the check came back",
        business_date=DAY_AFTER,
    )


async def balanced(town: FinalOffice) -> None:
    verdict = await town.office.verdict()
    assert verdict.ok, verdict.sentences
    rows = await town.office.rows("select group_id, fund from posting group by 1, 2 having sum(amount) <> 0")
    assert rows == []


async def test_a_deposit_with_its_interest_pays_the_final_bill(office: Office) -> None:
    town = await a_town(office, deposit_interest="0.02")
    await town.deposit("1", "30.00", YEAR_AGO)
    await town.day()
    bill = town.final("1")
    assert bill.deposits_applied == D("30.60")
    assert bill.amount_due == D("52.00") + bill.current_charges - D("30.60") == await town.owed("1")
    assert (bill.refund, bill.moved_to) == (D("0.00"), None)
    assert (await town.office.verdict()).deposits == 0
    await balanced(town)


async def test_what_is_left_of_a_deposit_goes_back_to_the_customer(office: Office) -> None:
    town = await a_town(office)
    await town.deposit("1", "200.00", YEAR_AGO)
    await town.day()
    bill = town.final("1")
    assert bill.amount_due == -bill.refund == D("52.00") + bill.current_charges - D("200.00")
    [due] = town.refunds
    assert (due.amount, due.account_id, due.bill_id) == (bill.refund, account_id("1"), bill.bill_id)
    assert await town.owed("1") == 0
    await balanced(town)


async def test_credit_left_over_pays_what_the_customer_owes_elsewhere_if_the_town_wants_it_so(office: Office) -> None:
    town = await a_town(office, credit_to="other_accounts")
    person = customer("1").responsible_person_id
    await town.hear(customer("2", version=2, responsible_person_id=person))
    await town.office.pay(a_payment("1", "130.00"))
    await town.day()
    bill = town.final("1")
    left = D("130.00") - D("52.00") - bill.current_charges
    assert D("0.00") < left < D("52.00")
    assert (bill.moved_to, bill.refund, bill.amount_due) == ("2", D("0.00"), -left)
    assert (await town.owed("1"), await town.owed("2")) == (D("0.00"), D("52.00") - left)
    assert town.refunds == []
    await balanced(town)


async def test_what_other_accounts_do_not_need_is_refunded(office: Office) -> None:
    town = await a_town(office, credit_to="other_accounts")
    person = customer("1").responsible_person_id
    await town.hear(customer("2", version=2, responsible_person_id=person))
    await town.office.pay(a_payment("1", "300.00"))
    await town.day()
    bill = town.final("1")
    assert (bill.moved_to, bill.refund) == ("2", D("300.00") - D("104.00") - bill.current_charges)
    assert (await town.owed("1"), await town.owed("2")) == (D("0.00"), D("0.00"))
    await balanced(town)


async def test_too_little_to_refund_stays_as_credit_and_is_listed(office: Office) -> None:
    town = await a_town(office, refund_minimum="500.00")
    await town.office.pay(a_payment("1", "300.00"))
    await town.day()
    bill = town.final("1")
    assert (bill.refund, town.refunds) == (D("0.00"), [])
    async with town.by("sally") as tx:
        [kept] = await store.small_credits(tx, 10)
    assert (kept["account"], kept["credit"]) == ("1", -bill.amount_due)
    await balanced(town)


async def test_a_refund_that_was_paid_settles_the_liability_once(office: Office) -> None:
    town = await a_town(office)
    await town.office.pay(a_payment("1", "300.00"))
    await town.day()
    for _ in range(2):
        async with town.by("payments") as tx:
            await refunds.take_paid(tx, [received(REFUND_PAID, paid(town))])
            assert not tx.refused
    rows = await office.rows("select sum(amount) as net from posting where code = '2170'")
    assert rows == [{"net": D("0.00")}]
    await balanced(town)


async def test_a_refund_that_was_cancelled_is_credit_again_and_pays_what_is_open(office: Office) -> None:
    town = await a_town(office)
    await town.office.pay(a_payment("1", "300.00"))
    await town.day()
    amount = town.refunds[0].amount
    async with town.by("payments") as tx:
        await refunds.take_cancelled(tx, [received(REFUND_CANCELLED, cancelled(town))])
    assert await town.credit("1") == amount == -await town.owed("1")
    async with town.by("payments") as tx:
        await refunds.take_paid(tx, [received(REFUND_PAID, paid(town))])
        assert len(tx.refused) == 1
    await balanced(town)


async def test_a_refund_that_billing_does_not_owe_is_refused(office: Office) -> None:
    town = await a_town(office)
    await town.office.pay(a_payment("1", "300.00"))
    await town.day()
    async with town.by("payments") as tx:
        await refunds.take_paid(tx, [received(REFUND_PAID, paid(town, amount="1.00"))])
        assert len(tx.refused) == 1


async def test_a_person_may_give_back_credit_of_an_open_account_but_no_more_than_there_is(office: Office) -> None:
    town = await a_town(office)
    await town.office.pay(a_payment("2", "80.00"))
    wish = RefundWish(derived_id("refund", "asked twice"), "2", D("20.00"), "paid twice by mistake")
    for _ in range(2):
        async with town.by("sally") as tx:
            made = await deciding.give_back(tx, wish)
    assert (made.amount, made.state, await town.credit("2")) == (D("20.00"), "due", D("8.00"))
    with pytest.raises(Refused, match=r"has 8\.00 of credit"):
        async with town.by("sally") as tx:
            await deciding.give_back(tx, wish._replace(refund_id=None))
    await balanced(town)


def test_interest_is_simple_and_by_days() -> None:
    deposit = Held(derived_id("deposit", 1), account_id("1"), None, "501", "2160", D("150.00"), date(2021, 1, 1))
    assert interest(deposit, D("0.03"), date(2023, 1, 1)) == D("9.00")
    assert interest(deposit, None, date(2023, 1, 1)) == D("0.00")
    assert interest(deposit, D("0.03"), date(2020, 1, 1)) == D("0.00")
