"""Payments meet the ledger: each posts once, in the town's payment order, whatever comes twice, early or broken."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from contracts.payments import Purpose
from tests.billing.office import DAY, Office, a_payment, account_id

D = Decimal


async def test_a_payment_pays_the_oldest_item_first(office: Office) -> None:
    await office.know("1")
    await office.bill(uuid4(), "1", {"water": "20.00"}, DAY - timedelta(60))
    await office.bill(uuid4(), "1", {"sewer": "10.00"})
    await office.pay(a_payment("1", "25.00"))
    items = await office.rows("select service, remaining from open_item order by billed_date")
    assert [(one["service"], one["remaining"]) for one in items] == [("water", D(0)), ("sewer", D("5.00"))]


async def test_what_no_item_takes_is_kept_as_credit_and_the_next_bill_uses_it(office: Office) -> None:
    await office.know("1")
    await office.pay(a_payment("1", "50.00"))
    assert (await office.balance("1")).credit == D("50.00")
    assert await office.bill(uuid4(), "1", {"water": "20.00", "sewer": "10.00"}) == D("-20.00")
    balance = await office.balance("1")
    assert (balance.owed, balance.credit, balance.due_now) == (D("-20.00"), D("20.00"), D(0))
    assert (await office.verdict()).ok


async def test_the_same_payment_twice_posts_once(office: Office) -> None:
    await office.know("1")
    await office.bill(uuid4(), "1", {"water": "30.00"})
    await office.pay(a_payment("1", "10.00"), a_payment("1", "10.00"))
    await office.pay(a_payment("1", "10.00"))
    assert (await office.balance("1")).owed == D("20.00")
    assert len(office.published) == 1


async def test_another_amount_under_the_same_id_is_kept_as_a_dead_letter(office: Office) -> None:
    await office.know("1")
    await office.pay(a_payment("1", "10.00"), a_payment("1", "11.00"))
    tx = await office.pay(a_payment("1", "10.00"), a_payment("1", "99.00"))
    assert [(message.event.amount, "other content" in reason) for message, reason in tx.refused] == [(D("99.00"), True)]
    assert (await office.balance("1")).credit == D("10.00")
    assert len(await office.rows("select 1 from dead_letter")) == 2


async def test_a_payment_to_an_account_nobody_has_heard_of_waits_for_it(office: Office) -> None:
    tx = await office.pay(a_payment("7", "10.00"))
    assert [(thing, key) for _, thing, key in tx.waiting] == [("account", str(account_id("7")))]
    await office.know("7")
    assert (await office.balance("7")).credit == D("10.00")
    assert await office.rows("select 1 from waiting_fact") == []


async def test_payments_through_stops_at_a_gap_and_jumps_when_it_closes(office: Office) -> None:
    await office.know("1")
    await office.pay(a_payment("1", "1.00", seq=1), a_payment("1", "1.00", seq=3))
    await office.pay(a_payment("1", "1.00", seq=4))
    await office.pay(a_payment("1", "1.00", seq=2))
    assert [one.payments_through for one in office.published] == [1, 1, 4]
    assert [one.version for one in office.published] == [1, 2, 3]


async def test_money_that_is_not_money_is_refused_with_a_sentence(office: Office) -> None:
    await office.know("1")
    odd = [
        a_payment("1", "-5.00", seq=1),
        a_payment("1", "5.00", seq=0),
        a_payment("1", "5.00", seq=2, purpose=Purpose("lien_payoff")),
    ]
    tx = await office.pay(*odd, a_payment("1", "7.00", seq=1, payment_id=uuid4()))
    assert len(tx.refused) == 3
    assert all(reason.endswith(".") for _, reason in tx.refused)
    assert (await office.balance("1")).credit == D("7.00")


async def test_a_payment_for_a_named_bill_pays_that_bill_first(office: Office) -> None:
    await office.know("1")
    newer = uuid4()
    await office.bill(uuid4(), "1", {"water": "20.00"}, DAY - timedelta(60))
    await office.bill(newer, "1", {"water": "20.00"})
    await office.pay(a_payment("1", "25.00", purpose=Purpose.BILL, bill_id=newer))
    items = await office.rows("select remaining from open_item order by billed_date")
    assert [one["remaining"] for one in items] == [D("15.00"), D(0)]


async def test_a_deposit_is_held_and_pays_no_bill(office: Office) -> None:
    await office.know("1")
    await office.bill(uuid4(), "1", {"water": "20.00"})
    await office.pay(a_payment("1", "100.00", purpose=Purpose.DEPOSIT), a_payment("1", "5.00", seq=2))
    assert (await office.balance("1")).owed == D("15.00")
    verdict = await office.verdict()
    assert (verdict.ok, verdict.deposits) == (True, D("100.00"))


async def test_money_for_something_else_leaves_the_balance_alone(office: Office) -> None:
    await office.know("1")
    await office.bill(uuid4(), "1", {"water": "20.00"})
    await office.pay(a_payment("1", "3.00", purpose=Purpose.MISCELLANEOUS))
    balance = await office.balance("1")
    assert (balance.owed, balance.payments_through) == (D("20.00"), 1)
    assert (await office.verdict()).ok


async def test_balances_go_out_once_for_each_account_of_a_batch_with_the_actor_of_its_cause(office: Office) -> None:
    await office.know("1", "2")
    await office.pay(a_payment("1", "1.00"), a_payment("1", "1.00", seq=2), a_payment("2", "1.00"))
    assert sorted(one.payments_through for one in office.published) == [1, 2]


async def test_a_batch_of_which_nothing_can_be_posted_changes_nothing(office: Office) -> None:
    tx = await office.pay(a_payment("1", "0.00"))
    assert (len(tx.refused), tx.outgoing) == (1, [])
    assert await office.rows("select 1 from account") == []
