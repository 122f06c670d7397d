"""Bills meet the ledger: what they begin with, what they post, and how they are taken back."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from psycopg.errors import RaiseException, UniqueViolation
from sqlalchemy.exc import DBAPIError

from services.billing.ledger import BillPosting, LedgerError, statements
from tests.billing.office import DAY, Office, a_payment, account_id

D = Decimal


async def test_a_bill_begins_with_what_came_since_the_last_one(office: Office) -> None:
    await office.know("1")
    await office.bill(uuid4(), "1", {"water": "30.00"}, DAY - timedelta(31))
    await office.pay(a_payment("1", "12.00"))
    async with office.transaction() as tx:
        begun = (await statements(tx, [account_id("1")], DAY))[account_id("1")]
    assert (begun.previous_balance, begun.payments, begun.adjustments) == (D(30), D(12), D(0))
    assert (begun.owed, begun.past_due) == (D(18), D(18))


async def test_a_bill_debits_receivables_and_credits_revenue_in_each_services_fund(office: Office) -> None:
    await office.bill(uuid4(), "1", {"water": "20.62", "sewer": "10.00"})
    posted = await office.rows("select fund, debit, credit, amount from transfer order by fund")
    assert [tuple(row.values()) for row in posted] == [
        ("501", "1150", "4110", D("20.62")),
        ("502", "1150", "4120", D("10.00")),
    ]


async def test_a_bill_that_asks_for_another_amount_than_the_ledger_has_is_refused_whole(office: Office) -> None:
    wrong = BillPosting(uuid4(), account_id("1"), DAY, DAY, {"water": D("20.00")}, D("19.99"))
    with pytest.raises(LedgerError, match=r"asks for 19\.99; the ledger has 20\.00"):
        await office.post(wrong)
    assert await office.rows("select 1 from transfer") == []


async def test_a_bill_for_a_service_without_accounts_says_where_to_add_them(office: Office) -> None:
    with pytest.raises(LedgerError, match=r'no accounts for the service "cable".*billing\.ledger\.services'):
        await office.bill(uuid4(), "1", {"cable": "1.00"})


async def test_the_same_bill_cannot_be_posted_twice(office: Office) -> None:
    bill_id = uuid4()
    await office.bill(bill_id, "1", {"water": "20.00"})
    with pytest.raises(UniqueViolation):
        await office.bill(bill_id, "1", {"water": "20.00"})
    assert (await office.balance("1")).owed == D("20.00")


async def test_a_credit_line_is_owed_to_the_customer_and_pays_the_other_services(office: Office) -> None:
    assert await office.bill(uuid4(), "1", {"water": "-8.00", "sewer": "10.00"}) == D("2.00")
    verdict = await office.verdict()
    assert (verdict.ok, verdict.receivables, verdict.credit) == (True, D("2.00"), D(0))


async def test_taking_back_the_newest_bill_leaves_the_statement_as_it_was(office: Office) -> None:
    await office.know("1")
    newest = uuid4()
    await office.bill(uuid4(), "1", {"water": "30.00"}, DAY - timedelta(31))
    await office.pay(a_payment("1", "5.00"))
    await office.bill(newest, "1", {"water": "20.00"})
    await office.pay(a_payment("1", "1.00", seq=2))
    await office.take_back(newest)
    async with office.transaction() as tx:
        begun = (await statements(tx, [account_id("1")], DAY))[account_id("1")]
    assert (begun.previous_balance, begun.payments, begun.adjustments, begun.owed) == (D(30), D(6), D(0), D(24))
    assert (await office.verdict()).ok


async def test_taking_back_an_older_bill_is_an_adjustment_on_the_next_one(office: Office) -> None:
    older = uuid4()
    await office.bill(older, "1", {"water": "30.00"}, DAY - timedelta(31))
    await office.bill(uuid4(), "1", {"water": "20.00"})
    await office.take_back(older)
    async with office.transaction() as tx:
        begun = (await statements(tx, [account_id("1")], DAY))[account_id("1")]
    assert (begun.previous_balance, begun.adjustments, begun.owed) == (D(50), D(-30), D(20))


async def test_what_had_paid_a_bill_that_is_taken_back_pays_what_else_is_open(office: Office) -> None:
    await office.know("1")
    first, second = uuid4(), uuid4()
    await office.bill(first, "1", {"water": "30.00"}, DAY - timedelta(31))
    await office.bill(second, "1", {"sewer": "20.00"})
    await office.pay(a_payment("1", "35.00"))
    await office.take_back(first)
    balance = await office.balance("1")
    assert (balance.owed, balance.credit) == (D("-15.00"), D("15.00"))
    assert (await office.verdict()).ok


async def test_taking_a_bill_back_twice_changes_nothing(office: Office) -> None:
    bill_id = uuid4()
    await office.bill(bill_id, "1", {"water": "30.00"})
    await office.take_back(bill_id)
    await office.take_back(bill_id)
    assert len(await office.rows("select 1 from transfer")) == 2
    assert (await office.balance("1")).owed == D(0)


async def test_a_bill_that_was_never_posted_cannot_be_taken_back(office: Office) -> None:
    with pytest.raises(LedgerError, match="never posted"):
        await office.take_back(uuid4())


@pytest.mark.parametrize("change", ["update transfer set amount = 1", "delete from transfer", "truncate transfer"])
async def test_what_was_posted_can_never_be_changed(office: Office, change: str) -> None:
    await office.bill(uuid4(), "1", {"water": "30.00"})
    with pytest.raises(DBAPIError, match="append only") as refused:
        await office.rows(change)
    assert isinstance(refused.value.orig, RaiseException)
