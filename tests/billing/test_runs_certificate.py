"""The certificate tells of whoever was forgotten and of every cent that leaked; a run without it can't be closed."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from chassis.refusal import Refused
from services.billing.runs.certificate import Count, Evidence, Money, ServiceCount, certificate
from tests.billing.office import account_id
from tests.billing.run_builders import RunOffice

NOBODY = Count(expected=0, billed=0, held=0)


async def sabotage(town: RunOffice, statement: str, number: str) -> None:
    async with town.by("mallory") as tx:
        await tx.execute(text(statement), {"account": account_id(number)})


@pytest.mark.parametrize("table", ["run_account", "bill"])
async def test_an_account_that_vanished_from_a_run_is_named_and_the_run_stays_open(town: RunOffice, table: str) -> None:
    await town.street(["1", "2", "3"])
    run = await town.bill()
    assert (await town.certify(run)).holds
    await sabotage(town, "delete from bill where account_id = :account", "2")
    if table == "run_account":
        await sabotage(town, "delete from run_account where account_id = :account", "2")
    found = await town.certify(run)
    assert not found.holds
    assert [(one.service, one.missing) for one in found.services] == [
        ("garbage", ["2"]), ("sewer", ["2"]), ("water", ["2"])
    ]  # fmt: skip
    assert (found.service_points.missing, found.carts.missing) == (["2"], ["2"])
    with pytest.raises(Refused, match="neither billed nor held: 2"):
        await town.close(run)
    assert (await town.see(run)).state == "issued"


async def test_a_bill_whose_lines_are_not_its_total_is_found(town: RunOffice) -> None:
    await town.street(["1", "2"])
    run = await town.bill()
    await sabotage(
        town,
        'update bill set document = replace(document::text, \'"amount":"12.00"\', \'"amount":"13.00"\')::json'
        " where account_id = :account",
        "1",
    )
    found = await town.certify(run)
    assert found.faults == ["water: the bills come to 54.00, their lines to 55.00, the ledger to 54.00."]


async def test_a_charge_that_never_reached_the_ledger_is_found(town: RunOffice) -> None:
    await town.street(["1"])
    run = await town.bill()
    await sabotage(town, "alter table transfer disable trigger user", "1")
    await sabotage(town, "delete from transfer where account_id = :account and service = 'sewer'", "1")
    with pytest.raises(Refused, match=r"sewer: the bills come to 10.00, their lines to 10.00, the ledger to 0"):
        await town.close(run)


async def test_postgresql_knows_how_large_everything_is_that_a_certificate_reads(town: RunOffice) -> None:
    """Believing that a town just imported has no agreements, it took more than five minutes for 20,000 accounts."""
    await town.street(["1", "2", "3"])
    await town.bill()
    read = ("account", "agreement", "bill", "run_account", "transfer", "usage")
    rows = await town.office.rows(
        "select relname, reltuples from pg_class where relname = any(:read) and relkind = 'r'", read=list(read)
    )
    assert {row["relname"]: row["reltuples"] > 0 for row in rows} == dict.fromkeys(read, True)


def test_a_run_with_a_failed_chunk_is_not_certified() -> None:
    evidence = Evidence(
        accounts=NOBODY, services=[], service_points=NOBODY, carts=NOBODY, held_for=[], money=[], failed_chunks=1
    )
    assert certificate(evidence).faults == ["1 chunks of the run failed."]


def test_what_is_missing_is_counted_and_the_first_ten_are_named() -> None:
    missing = [str(number) for number in range(12)]
    evidence = Evidence(
        accounts=Count(expected=3, billed=1, held=1),
        services=[ServiceCount(service="water", expected=12, billed=0, held=0, missing=missing)],
        service_points=NOBODY,
        carts=NOBODY,
        held_for=[],
        money=[Money(service="water", bills=Decimal(1), lines=Decimal(1), ledger=Decimal(1))],
    )
    assert certificate(evidence).faults == [
        "3 accounts were expected, and 1 billed and 1 held.",
        "Of 12 accounts with water, 12 were neither billed nor held: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more.",
    ]
