"""Bills that were mailed late are due later, and bear a late charge later."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
import yaml

from chassis import townstore
from chassis.townpack import Bundle
from contracts.ids import derived_id
from contracts.notices import NoticeChannel, NoticeKind, NoticeSent
from contracts.topics import NOTICE_SENT
from services.billing.bills.mailed import take_sent
from tests.billing.late_builders import LATE, approve, charges, turn_on
from tests.billing.office import DAY, POLICY, Office, a_payment, account_id, received

D = Decimal
BILL = UUID("5f0b1c9a-1df2-4a6a-a6a6-0d4c6f5b9e11")
DUE = DAY + timedelta(20)


@pytest.fixture
async def town(office: Office) -> Office:
    """A town whose customers have 15 days from the mailing; a bill of 100.00 is due on March 21."""
    policy = POLICY.model_copy(update={"late_charge": LATE, "mailed_before_due": 15})
    named = {"key": "windsor-co", "name": "Windsor", "state": "CO", "time_zone": "America/Denver"}
    pack = Bundle({"town.yaml": yaml.safe_dump({"town": named, "billing": policy.model_dump(mode="json")}).encode()})
    async with office.transaction() as tx:
        await townstore.apply(tx, pack)
    await office.begin(DAY)
    await office.know("1")
    await office.bill(BILL, "1", {"water": "60.00", "sewer": "40.00"})
    return office


async def mail(office: Office, sent: date, bill: UUID = BILL, kind: NoticeKind = NoticeKind.BILL) -> list[object]:
    """Hear that a notice left; answers what billing told."""
    notice = NoticeSent(
        notice_id=derived_id("notice", bill, sent),
        account_id=account_id("1"),
        kind=kind,
        about=bill,
        channel=NoticeChannel.PAPER,
        person_id=uuid4(),
        sent_date=sent,
        business_date=sent,
    )
    async with office.transaction() as tx:
        await take_sent(tx, [received(NOTICE_SENT, notice), received(NOTICE_SENT, notice)])
        return list(tx.outgoing)


async def due(office: Office) -> set[date]:
    return {row["due_date"] for row in await office.rows("select due_date from open_item where kind = 'bill'")}


async def test_a_bill_mailed_in_time_keeps_its_due_date(town: Office) -> None:
    assert await mail(town, DAY + timedelta(5)) == []
    assert await due(town) == {DUE}


async def test_a_bill_mailed_late_is_due_later_on_a_working_day_and_the_balance_says_so(town: Office) -> None:
    told = await mail(town, DAY + timedelta(9))  # 15 days on is Saturday, March 25
    assert await due(town) == {date(2023, 3, 27)}
    assert len(told) == 1
    assert (await town.balance("1")).next_due_date == date(2023, 3, 27)
    (kept,) = await town.rows("select before, after from audit where action = 'move due date'")
    assert (kept["before"], kept["after"]) == ({"due": "2023-03-21"}, {"due": "2023-03-27"})


async def test_a_due_date_never_moves_earlier(town: Office) -> None:
    await mail(town, DAY + timedelta(20))
    assert await mail(town, DAY + timedelta(9)) == []
    assert await due(town) == {date(2023, 4, 5)}


async def test_only_news_of_bills_moves_anything(town: Office) -> None:
    assert await mail(town, DAY + timedelta(20), kind=NoticeKind.REMINDER) == []
    assert await mail(town, DAY + timedelta(20), bill=uuid4()) == []
    assert await due(town) == {DUE}


async def test_the_late_charge_comes_later_too(town: Office) -> None:
    await mail(town, DAY + timedelta(9))
    assert (await turn_on(town, date(2023, 4, 1))).counts == {}
    assert (await turn_on(town, date(2023, 4, 7))).counts == {"late charges proposed": 1}


async def test_a_charge_that_was_posted_before_the_mailing_was_known_is_taken_back(town: Office) -> None:
    await turn_on(town, date(2023, 4, 1))
    await approve(town)
    assert await charges(town) == [("posted", D("5.00"))]
    await mail(town, DAY + timedelta(20))
    assert await charges(town) == [("reversed", D("0.00"))]
    assert (await town.balance("1")).owed == D("100.00")
    assert (await town.verdict()).sentences == []


async def test_what_is_paid_is_left_alone(town: Office) -> None:
    await town.pay(a_payment("1", "100.00"))
    assert await mail(town, DAY + timedelta(20)) == []
