"""Services that had begun, unknown to anybody, when their days were billed."""

from datetime import date
from decimal import Decimal

from contracts.accounts import AccountChanged, AgreementStatus
from contracts.billing import BillIssued
from tests.billing.final_builders import FinalOffice, a_pack
from tests.billing.move_builders import JULY_READ, JUNE, MAY, MAY_READ, MOVED, SERVICES, leaves, sound, total_billed
from tests.billing.office import Office
from tests.billing.run_builders import APRIL, APRIL_READ, MARCH_READ, a_read, agreement, charges, customer

D = Decimal


def without(number: str, *services: str, version: int = 1) -> AccountChanged:
    """An account that has all services but some."""
    return customer(number, *(agreement(number, one) for one in SERVICES if one not in services), version=version)


async def billed_without(office: Office, *services: str) -> FinalOffice:
    """House 1, billed through April while nobody knew of some of its services."""
    town = FinalOffice(office)
    await town.open(a_pack())
    await town.hear(without("1", *services))
    await town.read(a_read("1", 5000))
    await town.bill()
    await town.read(a_read("1", 3000, APRIL_READ, MARCH_READ))
    await town.bill(APRIL)
    return town


async def bill_may(town: FinalOffice) -> BillIssued:
    await town.read(a_read("1", 0, MAY_READ, APRIL_READ))
    await town.bill(MAY)
    return (await town.bills())["1"]


async def test_a_service_that_nobody_knew_of_is_charged_for_the_days_that_were_billed_without_it(
    office: Office,
) -> None:
    town = await billed_without(office, "garbage")
    parts = [agreement("1", one) for one in SERVICES[:2]]
    await town.hear(customer("1", *parts, agreement("1", "garbage", start=MOVED), version=2))
    bill = await bill_may(town)
    # Half of April, and May, at 15 dollars a month.
    assert charges(bill)["garbage"] == D("7.50") + D("15.00")
    assert [line.service for line in bill.lines if "corrected from bill" in line.description] == ["garbage"]
    await sound(town)


async def test_a_service_that_had_begun_long_ago_is_charged_for_every_month_billed_without_it_and_no_more(
    office: Office,
) -> None:
    town = await billed_without(office, "garbage")
    await town.hear(customer("1", version=2))
    assert charges(await bill_may(town))["garbage"] == 3 * D("15.00")
    await town.read(a_read("1", 900, JULY_READ, MAY_READ))
    await town.bill(JUNE)
    assert charges((await town.bills())["1"])["garbage"] == D("15.00")
    await sound(town)


async def test_a_service_that_turns_out_not_to_be_there_after_all_is_given_back(office: Office) -> None:
    town = await billed_without(office, "garbage")
    await town.hear(customer("1", version=2))
    await bill_may(town)
    await town.hear(without("1", "garbage", version=3))
    await town.read(a_read("1", 900, JULY_READ, MAY_READ))
    await town.bill(JUNE)
    assert (await total_billed(town, "1"))["garbage"] == 0
    await sound(town)


async def test_months_in_which_a_service_rested_stay_free_of_it_when_the_account_moves_later(office: Office) -> None:
    town = FinalOffice(office)
    await town.open(a_pack())
    resting = agreement("1", "garbage").model_copy(update={"status": AgreementStatus.SEASONAL_HOLD})
    parts = [agreement("1", one) for one in SERVICES[:2]]
    await town.hear(customer("1", *parts, resting))
    await town.read(a_read("1", 5000))
    await town.bill()
    await town.hear(customer("1", version=2))
    await town.read(a_read("1", 3000, APRIL_READ, MARCH_READ))
    await town.bill(APRIL)
    await town.hear(leaves("1", MOVED, version=3))
    await town.day(date(2023, 5, 4))
    # March without the cart; half of April's 15 dollars back.
    assert (await total_billed(town, "1"))["garbage"] == D("15.00") - D("7.50")
    await sound(town)


async def test_a_service_by_volume_that_nobody_knew_of_begins_with_the_next_read(office: Office) -> None:
    town = await billed_without(office, "sewer")
    await town.hear(customer("1", version=2))
    bill = await bill_may(town)
    assert not any("corrected from bill" in line.description for line in bill.lines)
    assert charges(bill)["sewer"] == D("5.00")
