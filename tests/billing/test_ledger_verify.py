"""`verify` is worth something: it says so, in a sentence, when the books are tampered with."""

from decimal import Decimal
from uuid import uuid4

import pytest

from services.billing.ledger.imports import FILES
from services.billing.ledger.verify import LAWS
from tests.billing.office import DAY, Office, a_payment

ODD_TRANSFER = (
    "insert into transfer (id, group_id, account_id, item_id, debit, credit, fund, amount, effective_date,"
    " fiscal_period, source_kind, source_id, business_date) select uuidv7(), uuidv7(), id, null, '{debit}', '{credit}',"
    " '501', 1, '2023-03-01', '2023-03', '{kind}', uuidv7(), '2023-03-01' from account where number = '1'"
)

TAMPERED = {
    "accounts are in the chart": ODD_TRANSFER.format(debit="7777", credit="4110", kind="by hand"),
    "open items equal their receivable postings": "update open_item set remaining = 1 where remaining > 0",
    "credits equal their liability": "update credit set remaining = remaining + 1",
    "balances equal their postings": "update account set last_amount_due = last_amount_due + 1",
    "deposits equal their liability": "update deposit set amount = amount + 1",
    "refunds equal their liability": "with made as (insert into refund select uuidv7(), id, 1, 'deposit', null, 'why',"
    " 'who', 'due', '2023-03-01' from account where number = '2' returning refund_id)"
    " insert into refund_part select refund_id, '501', '2170', 1 from made",
    "allocations explain what was paid": "insert into allocation select uuidv7(), account_id, source_kind, source_id,"
    " item_id, 0.01, business_date from allocation",
    "credit is used before it is kept": "insert into credit select uuidv7(), fund, 'by hand', account_id, '2150',"
    " '2023-03-01', 1 from open_item where remaining > 0",
    "payments are posted whole": "update payment set amount = amount + 1",
    "returns are posted whole": "insert into payment_return select uuidv7(), '', payment_id, account_id, amount,"
    " 'void', '2023-03-01', '2023-03-01' from payment",
    "fees are posted whole": "insert into assessed_charge select uuidv7(), '', id, 'restore', 'water', 1, id, 'why',"
    " '2023-03-01' from account where number = '1'",
    "late charges are posted whole": "insert into late_charge (charge_id, account_id, debt_id, number, free_through,"
    " base, amount, service, state, proposed_on, pack_hash) select uuidv7(), id, id, 1, '2023-03-01', 20, 1, 'water',"
    " 'posted', '2023-03-01', 'a pack' from account where number = '1'",
    "payments are counted without a gap": "update account set payments_through = 9 where number = '1'",
    "bills are posted whole": "update bill_posting set reversed_on = '2023-03-02'",
    "opening items are posted whole": "delete from opening_item",
}


@pytest.fixture
async def books(office: Office) -> Office:
    """An office with something of everything in its books."""
    await office.know("1", "2", "3")
    await office.begin(DAY)
    await office.import_file(
        FILES[0], "account,item,kind,service,amount,billed,due\n1,A1,bill,water,5.00,2023-02-01,2023-02-21\n"
    )
    await office.import_file(FILES[1], "account,service,amount,paid\n1,water,75.00,2020-05-01\n")
    await office.bill(uuid4(), "1", {"water": "20.00", "sewer": "10.00"})
    await office.bill(uuid4(), "3", {"water": "20.00", "sewer": "10.00"})
    await office.pay(a_payment("1", "7.00"), a_payment("2", "9.00"))
    return office


async def test_books_that_agree_are_said_to_agree_with_their_totals(books: Office) -> None:
    verdict = await books.verdict()
    assert (verdict.ok, verdict.sentences) == (True, [])
    assert verdict.receivables == Decimal("58.00")
    assert verdict.customer_balances == Decimal("49.00")
    assert (verdict.payments, verdict.bills, verdict.deposits) == (2, 2, Decimal("75.00"))


@pytest.mark.parametrize("law", TAMPERED)
async def test_a_law_that_is_broken_is_told_in_a_sentence(books: Office, law: str) -> None:
    async with books.transaction() as tx:
        await (await tx.driver()).execute(TAMPERED[law])
    verdict = await books.verdict()
    assert not verdict.ok
    (broken,) = [check for check in verdict.checks if check.name == law]
    assert broken.wrong >= 1
    assert broken.says in verdict.sentences
    assert broken.says.endswith(".")


def test_every_law_is_tried_but_the_one_that_no_row_can_break() -> None:
    """A transfer debits and credits one fund, so a fund can't fail to balance; the law is there for auditors."""
    assert {law.name for law in LAWS} - TAMPERED.keys() == {"funds balance"}
