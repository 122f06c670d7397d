"""Copies share a run, chunks fail and come again, messages come twice, runs are undone: the bills are the same."""

import asyncio
import random
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from sqlalchemy import text

from chassis import working
from chassis.refusal import Refused
from contracts.billing import BillCancelled
from services.billing.runs import starting, work
from services.billing.usage import store as usage
from tests.billing.office import a_payment, an_office
from tests.billing.run_builders import MARCH, RunOffice, a_read, customer
from tests.conftest import GivenDatabase

STREET = [str(number) for number in range(1, 31)]


@pytest.fixture
async def other_town(database: GivenDatabase) -> AsyncIterator[RunOffice]:
    async with an_office(database("billing", migrated=True)) as office:
        yield await RunOffice(office).open()


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "CHUNK", 4)


@pytest.mark.usefixtures("small_chunks")
async def test_two_copies_share_a_run_and_each_account_is_billed_once(town: RunOffice) -> None:
    await town.street(STREET)
    async with town.by("sally") as tx:
        run = await starting.begin(tx, MARCH)
    await asyncio.gather(town.work(), town.work())
    async with town.by("carl") as tx:
        await starting.approve(tx, run.id, "reviewed")
    await asyncio.gather(town.work(), town.work())
    assert await town.counted(run) == {"billed": 30}
    assert len(await town.bills()) == 30
    assert len(await town.office.rows("select 1 from outbox where topic = 'BillIssued'")) == 30
    assert (await town.close(run)).state == "closed"


@pytest.mark.usefixtures("small_chunks")
async def test_a_chunk_that_fails_is_tried_again_and_keeps_the_run_from_closing(town: RunOffice) -> None:
    await town.street(STREET)
    run = await town.preview()
    # A bill number that is taken already makes one chunk's transaction fail, whole.
    async with town.by("mallory") as tx:
        await tx.execute(
            text(
                "insert into bill select gen_random_uuid(), '20230401-1-00006', id, '1', id, '1', 'regular', now(),"
                " now(), now(), now(), '2000-01-01', 0, 0, '{}', '{}', '{}', 'x', now() from account limit 1"
            )
        )
    run = await town.approve(run)
    assert run.state == "issuing"
    assert await town.counted(run) == {"billed": 26, "expected": 4}
    [failed] = await town.office.rows("select attempts, error from chunk where state = 'failed'")
    assert failed["attempts"] == working.ATTEMPTS
    assert "20230401-1-00006" in failed["error"]
    with pytest.raises(Refused, match="issuing"):
        await town.close(run)
    async with town.by("sally") as tx:
        await tx.execute(text("delete from bill where pack_hash = 'x'"))
        await starting.retry(tx, run.id, "mended")
    await town.work()
    assert (await town.close(run)).state == "closed"


async def test_reads_doubled_and_shuffled_make_the_same_bills(town: RunOffice, other_town: RunOffice) -> None:
    reads = [a_read(number, 100 * int(number)) for number in STREET]
    corrected = [
        a_read(number, 100 * int(number) + 7, replaces=a_read(number, 100 * int(number)).read_id)
        for number in STREET[:9]
    ]
    accounts = [customer(number) for number in STREET]
    await town.hear(*accounts)
    await town.read(*reads, *corrected)
    await town.bill()
    shuffled = [*reads, *corrected] * 2
    random.Random(7).shuffle(shuffled)
    for start in range(0, len(shuffled), 11):
        await other_town.read(*shuffled[start : start + 11])
    await other_town.hear(*reversed(accounts))
    await other_town.bill()
    assert await other_town.bills() == await town.bills()


async def test_the_same_read_with_another_content_is_refused_and_changes_nothing(town: RunOffice) -> None:
    await town.street(["1"])
    tx = await town.read(a_read("1", 9000, read_id=a_read("1", 5000).read_id))
    assert [("other content" in reason) for _, reason in tx.refused] == [True]
    await town.bill()
    assert (await town.bills())["1"].reads[0].quantity == 5000


async def test_a_run_in_review_is_discarded_without_a_trace(town: RunOffice) -> None:
    await town.street(["1"])
    run = await town.undo(await town.preview())
    assert run.state == "undone"
    again = await town.bill()
    assert again.id != run.id
    assert (await town.certify(again)).holds


@pytest.mark.usefixtures("small_chunks")
async def test_undoing_an_issued_run_takes_back_bills_charges_and_reads(town: RunOffice) -> None:
    await town.street(STREET[:9])
    await town.office.pay(a_payment("1", "40.00"))
    before = await town.office.balance("1")
    run = await town.bill()
    first = await town.bills(standing=False)
    run = await town.undo(run)
    assert run.state == "undone"
    after = await town.office.balance("1")
    assert (after.owed, after.credit) == (before.owed, before.credit)
    assert (await town.office.verdict()).ok
    cancelled = await town.office.rows("select value from outbox where topic = 'BillCancelled'")
    assert {BillCancelled.model_validate_json(bytes(row["value"])).bill_id for row in cancelled} == {
        bill.bill_id for bill in first.values()
    }
    assert await town.office.rows("select 1 from usage where billed_on is not null") == []


async def test_after_an_undo_the_cycle_is_billed_again_under_new_numbers(town: RunOffice) -> None:
    await town.street(["1"])
    first = (await town.bills(standing=False), await town.undo(await town.bill()))[0]
    assert first == {}
    again = await town.bill()
    bill = (await town.bills())["1"]
    assert (bill.number, bill.previous_balance, bill.amount_due) == (
        "20230401-1-00001-2",
        Decimal(0),
        bill.current_charges,
    )
    assert (await town.close(again)).state == "closed"
    assert (await town.office.verdict()).ok


async def test_only_the_last_run_of_a_cycle_can_be_undone(town: RunOffice) -> None:
    await town.street(["1"])
    run = await town.bill()
    async with town.by("sally") as tx:
        await starting.begin(tx, starting.RunOrder(cycle="1", period_end="2023-05-01", bill_date="2023-05-03"))
    with pytest.raises(Refused, match="Undo that run first"):
        await town.undo(run)


async def test_a_run_undone_while_it_is_issued_takes_back_what_it_had_issued(
    town: RunOffice, small_chunks: None
) -> None:
    await town.street(STREET[:12])
    run = await town.preview()
    async with town.by("carl") as tx:
        await starting.approve(tx, run.id, "reviewed")
    await working.work_once("billing", town.engine, work.WORKERS[1])
    assert await town.counted(run) == {"billed": 4, "expected": 8}
    await town.undo(run)
    assert await town.bills() == {}
    assert await town.office.rows("select 1 from usage where billed_on is not null") == []
    async with town.by("sally") as tx:
        assert await usage.unattributed(tx, 10) == []
