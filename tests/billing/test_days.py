"""The town's day: begun in order, once, when everybody is done with the last one; what became past due is told."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from chassis.day_work import Piece
from chassis.refusal import Refused
from contracts.billing import BalanceChanged
from contracts.topics import SERVICES
from services.billing.days import balances, barrier, store
from tests.billing.office import DAY, Office, a_payment

D = Decimal
NEXT = DAY + timedelta(1)


async def test_days_begin_one_at_a_time_and_in_order(office: Office) -> None:
    assert await office.begin(DAY)
    await office.be_done(DAY)
    assert await office.begin(NEXT)
    for wrong in (DAY, NEXT + timedelta(2)):
        with pytest.raises(Refused, match="the next one to begin is 2023-03-03"):
            await office.begin(wrong)


async def test_a_day_that_is_asked_for_again_goes_on(office: Office) -> None:
    assert await office.begin(DAY)
    assert not await office.begin(DAY)
    told = await office.rows("select 1 from outbox where topic = 'BusinessDayStarted'")
    assert len(told) == 1


async def test_a_day_waits_until_every_service_is_done_with_the_one_before(office: Office) -> None:
    await office.begin(DAY)
    for place, name in enumerate(SERVICES):
        with pytest.raises(Refused, match=f"2023-03-02 can't begin yet: .*{SERVICES[-1]} ha(s|ve) not finished"):
            await office.begin(NEXT)
        await office.be_done(DAY, name)
        await office.be_done(DAY, *SERVICES[: place + 1])  # said again, it is heard once
    assert await office.begin(NEXT)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (("metering",), "metering has not finished 2023-03-01"),
        (("accounts", "metering"), "accounts and metering have not finished"),
        (("accounts", "metering", "payments"), "accounts, metering and payments have not finished"),
    ],
)
def test_who_is_missing_is_named(left: tuple[str, ...], said: str) -> None:
    assert said in barrier.too_soon(DAY, NEXT, left)


async def test_a_day_that_is_begun_all_the_same_is_audited_with_the_reason_and_who_was_missing(office: Office) -> None:
    await office.begin(DAY)
    await office.be_done(DAY, *(name for name in SERVICES if name != "metering"))
    assert await office.begin(NEXT, "metering's disk is full; its orders are done by hand")
    (kept,) = await office.rows("select why, after from audit where action = 'override'")
    assert kept["why"].startswith("metering's disk is full")
    assert kept["after"]["not_done"] == "metering"


async def test_a_reason_that_was_not_needed_is_no_override(office: Office) -> None:
    await office.begin(DAY)
    await office.be_done(DAY)
    assert await office.begin(NEXT, "in a hurry")
    assert await office.rows("select 1 from audit where action = 'override'") == []


async def test_days_are_listed_with_who_was_missing(office: Office) -> None:
    await office.begin(DAY)
    await office.be_done(DAY)
    await office.begin(NEXT)
    async with office.transaction() as tx:
        (newest, _, nobody), (first, _, everybody) = await store.begun(tx, 10)
    assert (newest, nobody, first, sorted(everybody)) == (NEXT, [], DAY, sorted(SERVICES))


async def test_only_accounts_whose_items_became_past_due_with_the_day_are_told_of(office: Office) -> None:
    await office.know("late", "paid", "long late", "not yet due")
    for number, billed in (("late", 20), ("paid", 20), ("long late", 60), ("not yet due", 0)):
        await office.bill(uuid4(), number, {"water": "10.00"}, DAY - timedelta(billed))
    await office.pay(a_payment("paid", "10.00"))
    await office.begin(DAY)
    assert [one.past_due for one in await _do(office, balances.PIECE)] == [D("10.00")]  # long late: before that day
    await office.be_done(DAY)
    await office.begin(NEXT)
    assert [(one.past_due, one.version) for one in await _do(office, balances.PIECE)] == [(D("10.00"), 2)]


async def _do(office: Office, piece: Piece) -> list[BalanceChanged]:
    """Do the chunks of a piece that the newest day planned; answers what was told."""
    told = []
    for row in await office.rows(
        "select spec, max(day) as day from chunk, business_day where phase = 'balances' "
        "and run_id = (select id from run order by started_at desc limit 1) group by spec"
    ):
        async with office.transaction() as tx:
            await piece.do(tx, row["day"], row["spec"])
            told += [BalanceChanged.model_validate_json(one.value or b"") for one in tx.outgoing]
    return told


async def test_many_accounts_are_shared_out_in_chunks(office: Office) -> None:
    numbers = [str(number) for number in range(7)]
    for number in numbers:
        await office.bill(uuid4(), number, {"water": "10.00"}, DAY - timedelta(20))
    await office.begin(DAY)
    async with office.transaction() as tx:
        (span,) = await store.spans(tx, DAY, NEXT)
        assert len(await store.turned(tx, DAY, NEXT, span)) == 7
        assert await store.turned(tx, DAY, NEXT, (span[0], span[0])) == [span[0]]
