"""Fees of other services: each posts once, to an account that is known, and is earned by the service that it names."""

from datetime import timedelta
from decimal import Decimal

import pytest

from contracts.topics import CHARGE_ASSESSED
from tests.billing.late_builders import a_fee, hear
from tests.billing.office import DAY, Office, a_payment

D = Decimal


async def test_a_fee_is_an_open_item_of_its_kind_earned_by_the_service_it_names(office: Office) -> None:
    await office.know("1")
    await hear(office, CHARGE_ASSESSED, a_fee("1", "30.00", service="sewer"))
    (item,) = await office.rows("select kind, service, fund, due_date, remaining from open_item")
    assert item == {
        "kind": "returned_payment",
        "service": "sewer",
        "fund": "502",
        "due_date": DAY + timedelta(20),
        "remaining": D("30.00"),
    }
    assert (await office.verdict()).sentences == []


async def test_the_next_bill_has_it_as_an_adjustment(office: Office) -> None:
    await office.know("1")
    await hear(office, CHARGE_ASSESSED, a_fee("1", "30.00"))
    (row,) = await office.rows("select adjustments_since from account where number = '1'")
    assert row["adjustments_since"] == D("30.00")


async def test_it_is_posted_once_however_often_it_comes(office: Office) -> None:
    await office.know("1")
    await hear(office, CHARGE_ASSESSED, a_fee("1", "30.00"), a_fee("1", "30.00"))
    again = await hear(office, CHARGE_ASSESSED, a_fee("1", "30.00"))
    assert again.refused == []
    assert (await office.balance("1")).owed == D("30.00")


async def test_other_content_under_its_id_is_refused(office: Office) -> None:
    await office.know("1")
    await hear(office, CHARGE_ASSESSED, a_fee("1", "30.00"))
    ((_, reason),) = (await hear(office, CHARGE_ASSESSED, a_fee("1", "35.00"))).refused
    assert "posted before with other content" in reason
    assert (await office.balance("1")).owed == D("30.00")


async def test_it_waits_for_its_account(office: Office) -> None:
    heard = await hear(office, CHARGE_ASSESSED, a_fee("1", "30.00"))
    assert [thing for _, thing, _ in heard.waiting] == ["account"]
    assert await office.rows("select 1 from assessed_charge") == []


async def test_credit_pays_it_at_once(office: Office) -> None:
    await office.know("1")
    await office.pay(a_payment("1", "50.00"))
    await hear(office, CHARGE_ASSESSED, a_fee("1", "30.00"))
    balance = await office.balance("1")
    assert (balance.credit, balance.owed) == (D("20.00"), D("-20.00"))
    assert (await office.verdict()).sentences == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"service": "cable"}, '"cable", which has no accounts in the town pack'), ({"amount": D("0.00")}, "more than")],
)
async def test_what_can_not_be_posted_is_kept_with_the_reason(
    office: Office, changes: dict[str, object], said: str
) -> None:
    await office.know("1")
    ((_, reason),) = (await hear(office, CHARGE_ASSESSED, a_fee("1", "30.00").model_copy(update=changes))).refused
    assert said in reason
