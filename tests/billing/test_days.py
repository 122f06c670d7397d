"""The town's day: begun in order, once, and what became past due with it is told."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from chassis.refusal import Refused
from chassis.runs import Chunk, Run
from contracts.billing import BalanceChanged
from services.billing.days import store, turning
from tests.billing.office import DAY, Office, a_payment

D = Decimal
NEXT = DAY + timedelta(1)


async def test_days_begin_one_at_a_time_and_in_order(office: Office) -> None:
    assert await office.begin(DAY)
    assert await office.begin(NEXT)
    for wrong in (DAY, NEXT + timedelta(2)):
        with pytest.raises(Refused, match="the next one to begin is 2023-03-03"):
            await office.begin(wrong)


async def test_a_day_that_is_asked_for_again_goes_on(office: Office) -> None:
    assert await office.begin(DAY)
    assert not await office.begin(DAY)
    told = await office.rows("select 1 from outbox where topic = 'BusinessDayStarted'")
    assert len(told) == 1


async def test_only_accounts_whose_items_became_past_due_with_the_day_are_told_of(office: Office) -> None:
    await office.know("late", "paid", "long late", "not yet due")
    for number, billed in (("late", 20), ("paid", 20), ("long late", 60), ("not yet due", 0)):
        await office.bill(uuid4(), number, {"water": "10.00"}, DAY - timedelta(billed))
    await office.pay(a_payment("paid", "10.00"))
    await office.begin(DAY)
    assert [one.past_due for one in await _turn(office)] == [D("10.00")]  # long late: before the first day
    await office.begin(NEXT)
    assert [(one.past_due, one.version) for one in await _turn(office)] == [(D("10.00"), 2)]


async def _turn(office: Office) -> list[BalanceChanged]:
    """Do the newest day's chunks; answers what was told."""
    (found,) = await office.rows("select id, kind, state, spec, trace, actor from run order by started_at desc limit 1")
    run, told = Run(**found), []
    for row in await office.rows("select number, spec from chunk where run_id = :id", id=run.id):
        async with office.transaction() as tx:
            await turning.announce_turned(tx, run, Chunk("balances", row["number"], row["spec"]))
            told += [BalanceChanged.model_validate_json(one.value or b"") for one in tx.outgoing]
    return told


async def test_many_accounts_are_shared_out_in_chunks(office: Office) -> None:
    numbers = [str(number) for number in range(7)]
    for number in numbers:
        await office.bill(uuid4(), number, {"water": "10.00"}, DAY - timedelta(20))
    await office.begin(DAY)
    await office.begin(NEXT)
    async with office.transaction() as tx:
        (span,) = await store.spans(tx, DAY, NEXT)
        assert len(await store.turned(tx, DAY, NEXT, span)) == 7
        assert await store.turned(tx, DAY, NEXT, (span[0], span[0])) == [span[0]]
