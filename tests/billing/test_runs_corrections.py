"""The past is corrected, never rewritten: a read that replaces a billed one costs the difference, at rates of then."""

from decimal import Decimal

from sqlalchemy import text

from chassis.townpack import Bundle
from contracts.billing import BillKind
from services.billing.bills import store as bills
from services.billing.bills.rederiving import Rederived, rederive
from services.billing.usage import store as usage
from tests.billing.office import account_id
from tests.billing.run_builders import (
    APRIL,
    APRIL_READ,
    MARCH_READ,
    PACK,
    TARIFFS,
    RunOffice,
    a_read,
    agreement,
    charges,
    customer,
)

D = Decimal
MARCH_ACTUAL = a_read("1", 5000)
JUNE_READ = APRIL_READ.replace(month=6)


async def rederived(town: RunOffice, number: str) -> Rederived:
    async with town.by("auditor") as tx:
        return await rederive(tx, await bills.find(tx, number))


async def test_a_read_that_replaces_an_unbilled_one_takes_its_place(town: RunOffice) -> None:
    await town.street(["1"])
    await town.read(a_read("1", 2000, replaces=MARCH_ACTUAL.read_id))
    await town.bill()
    assert charges((await town.bills())["1"])["water"] == D("18.00")


async def test_a_corrected_read_of_a_billed_period_charges_the_difference_on_the_next_bill(town: RunOffice) -> None:
    await town.street(["1"])
    await town.bill()
    await town.read(a_read("1", 3000, replaces=MARCH_ACTUAL.read_id), a_read("1", 1000, APRIL_READ, MARCH_READ))
    async with town.by("sally") as tx:
        assert [row["replaces"] for row in await usage.correcting(tx, 10)] == [MARCH_ACTUAL.read_id]
    run = await town.bill(APRIL)
    bill = (await town.bills())["1"]
    corrected = {(line.service, line.amount) for line in bill.lines if "corrected from bill" in line.description}
    assert corrected == {("water", D("-6.00")), ("sewer", D("-2.00"))}
    # April's own: 12 + 3, 5 + 1, 15.
    assert bill.current_charges == D("36.00") - D("8.00")
    assert (await town.certify(run)).holds
    assert (await town.office.verdict()).ok
    async with town.by("sally") as tx:
        assert await usage.correcting(tx, 10) == []


async def test_a_correction_is_itself_corrected_from_where_it_left_the_period(town: RunOffice) -> None:
    await town.street(["1"])
    await town.bill()
    second = a_read("1", 3000, replaces=MARCH_ACTUAL.read_id)
    await town.read(second, a_read("1", 1000, APRIL_READ, MARCH_READ))
    await town.bill(APRIL)
    third = a_read("1", 4000, replaces=second.read_id)
    await town.read(third, a_read("1", 1000, JUNE_READ, APRIL_READ))
    await town.bill(APRIL.model_copy(update={"period_end": JUNE_READ, "bill_date": JUNE_READ}))
    bill = (await town.bills())["1"]
    corrected = {line.service: line.amount for line in bill.lines if "corrected from bill" in line.description}
    assert corrected == {"water": D("3.00"), "sewer": D("1.00")}
    # March as first billed, then 28.00 with what came back, then 36.00 with what was owed after all.
    assert (await town.office.balance("1")).owed == D("52.00") + D("28.00") + D("40.00")


async def test_the_difference_is_at_the_rates_of_the_bill_it_corrects(town: RunOffice) -> None:
    await town.street(["1"])
    await town.bill()
    dearer = Bundle(
        dict(PACK.files) | {"tariffs/water.yaml": TARIFFS["tariffs/water.yaml"].replace("3}", "9}").encode()}
    )
    await town.open(dearer)
    await town.read(a_read("1", 3000, replaces=MARCH_ACTUAL.read_id), a_read("1", 1000, APRIL_READ, MARCH_READ))
    await town.bill(APRIL)
    bill = (await town.bills())["1"]
    assert charges(bill)["water"] == D("12.00") + D("9.00") - 2 * D("3.00")
    assert (await rederived(town, bill.number)).identical


async def test_a_correction_between_the_two_that_was_never_billed_counts_for_nothing(town: RunOffice) -> None:
    await town.street(["1"])
    await town.bill()
    wrong = a_read("1", 9000, replaces=MARCH_ACTUAL.read_id)
    await town.read(a_read("1", 3000, replaces=wrong.read_id), wrong, a_read("1", 1000, APRIL_READ, MARCH_READ))
    await town.bill(APRIL)
    assert (await town.bills())["1"].current_charges == D("28.00")


async def test_who_has_left_since_gets_a_bill_of_the_difference_alone(town: RunOffice) -> None:
    last = MARCH_READ.replace(month=3, day=16)
    gone = customer("1", *(agreement("1", one, end=last) for one in ("water", "garbage")))
    await town.hear(gone, customer("2"))
    final = a_read("1", 2000, until=last)
    await town.read(final, a_read("2", 1000), a_read("2", 1000, APRIL_READ, MARCH_READ))
    await town.bill()
    await town.read(a_read("1", 1000, until=last, replaces=final.read_id))
    run = await town.bill(APRIL)
    bill = (await town.bills())["1"]
    assert (bill.kind, bill.current_charges, bill.period_end) == (BillKind.CORRECTED, D("-2.00"), last)
    assert (await town.certify(run)).holds
    assert (await rederived(town, bill.number)).identical


async def test_every_bill_can_be_made_again_byte_for_byte_from_what_was_stored_with_it(town: RunOffice) -> None:
    await town.street(["1", "2"])
    await town.bill()
    await town.read(a_read("1", 3000, replaces=MARCH_ACTUAL.read_id))
    await town.read(*(a_read(number, 1000, APRIL_READ, MARCH_READ) for number in ("1", "2")))
    await town.bill(APRIL)
    numbers = [row["number"] for row in await town.office.rows("select number from bill")]
    assert len(numbers) == 4
    for number in numbers:
        assert (await rederived(town, number)).identical


async def test_a_bill_that_was_tampered_with_is_told_apart_from_what_its_inputs_come_to(town: RunOffice) -> None:
    await town.street(["1"])
    await town.bill()
    async with town.by("mallory") as tx:
        await tx.execute(
            text(
                'update bill set document = replace(document::text, \'"current_charges":"52.00"\','
                ' \'"current_charges":"99.00"\')::json where account_id = :account'
            ),
            {"account": account_id("1")},
        )
    found = await rederived(town, (await town.bills())["1"].number)
    assert not found.identical
    assert [(one.field, one.issued, one.again) for one in found.differences] == [("current_charges", "99.00", "52.00")]


async def test_the_usage_a_bill_pictures_has_the_corrected_read_and_not_the_other(town: RunOffice) -> None:
    await town.hear(customer("1"))
    await town.read(MARCH_ACTUAL)
    await town.bill()
    await town.read(a_read("1", 3000, replaces=MARCH_ACTUAL.read_id), a_read("1", 1000, APRIL_READ, MARCH_READ))
    await town.bill(APRIL)
    async with town.by("sally") as tx:
        months = await usage.history(tx, [MARCH_ACTUAL.service_point_id], MARCH_READ, JUNE_READ)
    assert [month.quantity for month in months[MARCH_ACTUAL.service_point_id]] == [D(3000), D(1000)]
