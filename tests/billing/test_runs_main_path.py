"""From reads to bills: a cycle is previewed, approved by another person, issued, certified and closed."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from chassis.refusal import Refused
from contracts.billing import BillIssued, BillKind
from services.billing.runs import registers, starting
from services.billing.runs.starting import RunOrder
from tests.billing.office import a_payment
from tests.billing.run_builders import (
    APRIL,
    APRIL_READ,
    FEBRUARY_READ,
    MARCH,
    MARCH_READ,
    RunOffice,
    a_read,
    agreement,
    charges,
    customer,
)

D = Decimal


async def test_a_bill_charges_the_meters_usage_and_the_services_without_a_meter(town: RunOffice) -> None:
    await town.street(["1"], gallons=5000)
    await town.bill()
    bill = (await town.bills())["1"]
    # 12 + 5 x 3 of water (the rates of the read's day), 5 + 5 x 1 of sewer by the water used, one cart.
    assert charges(bill) == {"water": D("27.00"), "sewer": D("10.00"), "garbage": D("15.00")}
    assert (bill.current_charges, bill.amount_due) == (D("52.00"), D("52.00"))
    assert (bill.period_start, bill.period_end) == (FEBRUARY_READ, MARCH_READ)
    assert [(one.meter_number, one.quantity) for one in bill.reads] == [("M1", D(5000))]


async def test_every_line_says_its_rule_and_the_tariff_version_it_follows(town: RunOffice) -> None:
    await town.street(["1"])
    await town.bill()
    usage = next(line for line in (await town.bills())["1"].lines if (line.service, line.code) == ("water", "usage"))
    assert (usage.quantity, usage.unit, usage.rate, usage.amount) == (D(5), "kgal", D(3), D("15.00"))
    assert usage.rule
    assert usage.tariff_version == "2023-04-01"


async def test_a_bill_carries_what_was_owed_and_paid_before(town: RunOffice) -> None:
    await town.street(["1"])
    await town.bill()
    await town.office.pay(a_payment("1", "40.00"))
    await town.read(a_read("1", 1000, APRIL_READ, MARCH_READ))
    await town.bill(APRIL)
    bill = (await town.bills())["1"]
    assert (bill.previous_balance, bill.payments, bill.current_charges) == (D("52.00"), D("40.00"), D("36.00"))
    assert bill.amount_due == D("48.00")
    assert (await town.office.balance("1")).owed == D("48.00")
    assert (await town.office.verdict()).ok


async def test_what_was_previewed_is_what_is_issued(town: RunOffice) -> None:
    await town.street([str(number) for number in range(1, 21)])
    run = await town.preview()
    async with town.by("sally") as tx:
        previewed = await registers.totals(tx, run)
    run = await town.approve(run)
    async with town.by("sally") as tx:
        issued = await registers.totals(tx, run)
    assert issued == previewed
    assert issued.total == D("1040.00") == sum(bill.current_charges for bill in (await town.bills()).values())


async def test_the_database_knows_how_many_bills_a_run_has_once_it_is_issued(town: RunOffice) -> None:
    await town.street([str(number) for number in range(1, 21)])
    run = await town.bill()
    async with town.by("sally") as tx:
        plan = await tx.execute(text("explain (format json) select 1 from bill where run_id = :run"), {"run": run.id})
        assert plan.scalar_one()[0]["Plan"]["Plan Rows"] == 20


async def test_one_bill_can_be_seen_whole_before_it_is_issued(town: RunOffice) -> None:
    await town.street(["1"])
    run = await town.preview()
    async with town.by("sally") as tx:
        ahead = await registers.bill_ahead(tx, run, "1")
    await town.approve(run)
    assert ahead == (await town.bills())["1"]


async def test_bills_read_as_their_contract_says_letter_by_letter(town: RunOffice) -> None:
    await town.street(["1"])
    await town.bill()
    [row] = await town.office.rows("select id, document::text from bill")
    [sent] = await town.office.rows("select value, kept_in, kept_id from outbox where topic = 'BillIssued'")
    assert sent == {"value": None, "kept_in": "bill", "kept_id": row["id"]}
    assert BillIssued.model_validate_json(row["document"]).model_dump_json() == row["document"]


async def test_starting_the_same_run_twice_is_the_same_run(town: RunOffice) -> None:
    await town.street(["1"])
    assert (await town.preview()).id == (await town.preview()).id


async def test_another_person_than_the_one_who_began_the_run_approves_it(town: RunOffice) -> None:
    await town.street(["1"])
    run = await town.preview()
    with pytest.raises(Refused, match="another person"):
        await town.approve(run, "sally")
    assert (await town.see(run)).state == "review"


async def test_a_cycle_is_billed_period_after_period(town: RunOffice) -> None:
    await town.street(["1"])
    await town.preview()
    with pytest.raises(Refused, match="Finish or undo it first"):
        await town.preview(APRIL)
    with pytest.raises(Refused, match="no cycle 9"):
        await town.preview(RunOrder(cycle="9", period_end=MARCH_READ, bill_date=date(2023, 4, 3)))


async def test_a_due_date_is_never_on_a_weekend(town: RunOffice) -> None:
    await town.street(["1"])
    run = await town.preview(MARCH.model_copy(update={"bill_date": date(2023, 4, 2)}))
    assert run.due_date == date(2023, 4, 24)


async def test_a_final_bill_ends_with_the_service(town: RunOffice) -> None:
    last = date(2023, 3, 16)
    await town.hear(customer("1", *(agreement("1", one, end=last) for one in ("water", "garbage"))))
    await town.read(a_read("1", 2000, until=last))
    await town.bill()
    bill = (await town.bills())["1"]
    assert (bill.kind, bill.period_end) == (BillKind.FINAL, last)


async def test_a_closed_run_keeps_its_certificate(town: RunOffice) -> None:
    await town.street(["1", "2"])
    run = await town.close(await town.bill())
    assert run.state == "closed"
    assert run.certificate is not None
    assert run.certificate["accounts"]["billed"] == 2
    with pytest.raises(Refused, match="closed"):
        await town.undo(run)


async def test_the_register_lists_every_account_with_its_charges_by_service(town: RunOffice) -> None:
    await town.street(["1", "2"])
    await town.hear(customer("3"))
    run = await town.bill()
    async with town.by("sally") as tx:
        lines = "".join([part async for part in registers.register_csv(tx, run)]).splitlines()
    assert lines[0] == "account,bill,state,current_charges,amount_due,hold,exceptions,garbage,sewer,water"
    assert len(lines) == 4
    assert sum("held" in line and "no water read" in line for line in lines) == 1
    assert sum(line.endswith("first_bill,15,10.00,27.00") or ",27.00" in line for line in lines) == 2


async def test_a_run_is_compared_with_the_one_before(town: RunOffice) -> None:
    await town.street(["1"])
    await town.bill()
    await town.read(a_read("1", 1000, APRIL_READ, MARCH_READ))
    run = await town.bill(APRIL)
    async with town.by("sally") as tx:
        found = await registers.comparison(tx, run)
    changes = {one.service: one.change for one in found.services}
    assert changes == {"water": D("-12.00"), "sewer": D("-4.00"), "garbage": D(0)}


async def test_nothing_to_bill_is_said(town: RunOffice) -> None:
    with pytest.raises(Refused, match="No account of cycle 1"):
        await town.preview()


async def test_a_run_that_is_not_there_is_said(town: RunOffice) -> None:
    async with town.by("sally") as tx:
        with pytest.raises(Refused, match="no run"):
            await starting.approve(tx, MARCH_RUN_OF_NOBODY, "why")


MARCH_RUN_OF_NOBODY = agreement("1", "water").agreement_id
