"""Conversion: opening items and deposits come in once, at their own dates, whoever comes first."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from chassis.imports import ImportRefused
from chassis.refusal import Refused
from services.billing.ledger.imports import FILES
from tests.billing.office import DAY, Office

D = Decimal
OPENING, DEPOSITS = FILES
HEADER = "account,item,kind,service,amount,billed,due\n"
TWO = HEADER + "1,A1,bill,water,40.00,2022-12-05,2022-12-25\n1,A2,penalty,sewer,4.00,2023-02-05,2023-03-25\n"


async def test_opening_items_keep_their_due_dates_and_ages(office: Office) -> None:
    await office.begin(DAY)
    report = await office.import_file(OPENING, TWO)
    assert (report.imported, report.amount) == (2, D("44.00"))
    balance = await office.balance("1")
    assert (balance.owed, balance.past_due, balance.next_due_date) == (D("44.00"), D("40.00"), date(2023, 3, 25))
    assert [item.kind for item in balance.past_due_items] == ["bill"]


async def test_the_next_bill_begins_with_them(office: Office) -> None:
    await office.begin(DAY)
    await office.import_file(OPENING, TWO)
    assert await office.bill(uuid4(), "1", {"water": "10.00"}) == D("54.00")
    (posted,) = await office.rows("select previous_balance, adjustments from bill_posting")
    assert (posted["previous_balance"], posted["adjustments"]) == (D("44.00"), D(0))


async def test_they_balance_against_conversion_in_each_fund(office: Office) -> None:
    await office.begin(DAY)
    await office.import_file(OPENING, TWO)
    await office.import_file(DEPOSITS, "account,service,amount,paid\n1,water,75.00,2020-05-01\n")
    verdict = await office.verdict()
    assert verdict.ok, verdict.sentences
    assert (verdict.receivables, verdict.deposits) == (D("44.00"), D("75.00"))


async def test_importing_a_file_again_changes_nothing(office: Office) -> None:
    await office.begin(DAY)
    deposits = "account,service,amount,paid\n1,water,75.00,2020-05-01\n"
    for imported, repeated in ((2, 0), (0, 2)):
        report = await office.import_file(OPENING, TWO)
        assert (report.imported, report.repeated) == (imported, repeated)
    for imported, repeated in ((1, 0), (0, 1)):
        report = await office.import_file(DEPOSITS, deposits)
        assert (report.imported, report.repeated) == (imported, repeated)
    assert (await office.balance("1")).version == 1
    assert (await office.verdict()).ok


async def test_a_credit_of_the_old_system_pays_what_is_open(office: Office) -> None:
    await office.begin(DAY)
    report = await office.import_file(OPENING, TWO + "1,A3,overpayment,water,-50.00,2023-02-20,2023-02-20\n")
    assert (report.imported, report.amount) == (3, D("-6.00"))
    balance = await office.balance("1")
    assert (balance.owed, balance.credit, balance.past_due) == (D("-6.00"), D("6.00"), D(0))
    assert (await office.verdict()).ok


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("1,A9,bill,cable,1.00,2022-12-05,2022-12-25", "no accounts for the service"),
        ("1,A9,bill,water,0.00,2022-12-05,2022-12-25", "leave the row out"),
        ("1,A9,bill,water,1.001,2022-12-05,2022-12-25", "amount"),
        ("1,A9,bill,water,ten,2022-12-05,2022-12-25", "amount"),
        ("1,A9,bill,water,1.00,20221205,2022-12-25", "billed"),
        ("1,A1,bill,water,41.00,2022-12-05,2022-12-25", "other content"),
    ],
)
async def test_a_bad_row_is_named_and_nothing_is_imported_unless_told_to(office: Office, row: str, word: str) -> None:
    await office.begin(DAY)
    with pytest.raises(ImportRefused) as refused:
        await office.import_file(OPENING, TWO + row + "\n")
    (bad,) = refused.value.report.refused
    assert (bad.line, word in bad.reason) == (4, True)
    assert await office.rows("select 1 from transfer") == []
    report = await office.import_file(OPENING, TWO + row + "\n", accept_bad_rows=True)
    assert (report.imported, len(report.refused)) == (2, 1)


async def test_an_item_that_comes_after_the_first_bill_is_an_adjustment(office: Office) -> None:
    await office.begin(DAY)
    await office.bill(uuid4(), "1", {"water": "10.00"})
    await office.import_file(OPENING, TWO)
    await office.bill(uuid4(), "1", {"water": "1.00"}, DAY + timedelta(30))
    posted = await office.rows("select adjustments, amount_due from bill_posting order by amount_due")
    assert [tuple(one.values()) for one in posted] == [(D(0), D("10.00")), (D("44.00"), D("55.00"))]


async def test_nothing_is_imported_before_a_business_day_has_begun(office: Office) -> None:
    with pytest.raises(Refused, match="No business day has begun"):
        await office.import_file(OPENING, TWO)
