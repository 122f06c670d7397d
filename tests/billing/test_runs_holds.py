"""Whoever can't be billed is held with a reason, is billed later for all of it, and is never forgotten."""

from datetime import date
from decimal import Decimal

import pytest

from chassis.refusal import Refused
from contracts.metering import ReadKind
from services.billing.runs import starting
from services.billing.usage import store as usage
from tests.billing.run_builders import (
    APRIL,
    APRIL_READ,
    FEBRUARY_READ,
    MARCH_READ,
    RunOffice,
    a_read,
    agreement,
    charges,
    customer,
    point,
)

D = Decimal


async def test_an_account_whose_meter_was_not_read_is_held_and_the_others_are_billed(town: RunOffice) -> None:
    await town.street(["1"])
    await town.hear(customer("2"))
    run = await town.bill()
    code, reason = (await town.holds(run))["2"]
    assert code == "no_read"
    assert "no water read that closes the period to 2023-04-01" in reason
    assert await town.counted(run) == {"billed": 1, "held": 1}
    certificate = await town.certify(run)
    assert certificate.holds
    assert (certificate.accounts.expected, certificate.accounts.billed, certificate.accounts.held) == (2, 1, 1)


async def test_a_hold_is_released_by_putting_it_right_and_calculating_again(town: RunOffice) -> None:
    await town.street(["1"])
    await town.hear(customer("2"))
    run = await town.preview()
    await town.read(a_read("2", 1000))
    async with town.by("sally") as tx:
        await starting.recalculate(tx, run.id, "read of account 2 posted")
    await town.work()
    await town.approve(run)
    assert (await town.bills()).keys() == {"1", "2"}


async def test_a_held_account_is_billed_for_each_missed_period_by_the_next_run(town: RunOffice) -> None:
    await town.hear(customer("1"))
    await town.bill()
    await town.read(a_read("1", 4000), a_read("1", 2000, APRIL_READ, MARCH_READ))
    await town.bill(APRIL)
    bill = (await town.bills())["1"]
    # Two months of everything: water 12 + 4 x 3 and 12 + 2 x 3, sewer 5 + 4 and 5 + 2, two months of the cart.
    assert charges(bill) == {"water": D("42.00"), "sewer": D("16.00"), "garbage": D("30.00")}
    assert (bill.period_start, bill.period_end) == (FEBRUARY_READ, APRIL_READ)
    assert await town.office.rows("select 1 from unbilled_period where billed_on is null") == []


async def test_a_late_read_over_two_periods_is_billed_once_beside_each_months_cart(town: RunOffice) -> None:
    await town.hear(customer("1"))
    await town.bill()
    await town.read(a_read("1", 6000, APRIL_READ, FEBRUARY_READ))
    await town.bill(APRIL)
    assert charges((await town.bills())["1"]) == {"water": D("30.00"), "sewer": D("11.00"), "garbage": D("30.00")}


async def test_usage_that_two_accounts_claim_is_billed_to_neither(town: RunOffice) -> None:
    moved = date(2023, 3, 15)
    await town.hear(customer("1", agreement("1", "water")))
    await town.hear(customer("2", agreement("2", "water", start=moved, service_point_id=point("1"))))
    await town.read(a_read("1", 5000))
    run = await town.preview()
    assert {code for code, _ in (await town.holds(run)).values()} == {"two_accounts"}


async def test_a_read_of_the_day_it_changed_hands_bills_each_for_their_own(town: RunOffice) -> None:
    moved = date(2023, 3, 15)
    await town.hear(customer("1", agreement("1", "water", end=moved)))
    await town.hear(customer("2", agreement("2", "water", start=moved, service_point_id=point("1"))))
    await town.read(a_read("1", 3000, until=moved, kind=ReadKind.FINAL), a_read("1", 2000, since=moved))
    await town.bill()
    bills = await town.bills()
    # The first leaves in March, under the rates of 2020: 10 + 3 x 2. The other is read in April: 12 + 2 x 3.
    assert (charges(bills["1"])["water"], charges(bills["2"])["water"]) == (D("16.00"), D("18.00"))


async def test_an_exchanged_meters_last_usage_is_billed_with_the_new_ones_first(town: RunOffice) -> None:
    exchanged = date(2023, 3, 20)
    await town.hear(customer("1"))
    await town.read(
        a_read("1", 3000, until=exchanged, kind=ReadKind.EXCHANGE),
        a_read("1", 1000, since=exchanged, meter_number="M1b"),
    )
    await town.bill()
    bill = (await town.bills())["1"]
    assert charges(bill)["water"] == D("24.00")
    assert [read.meter_number for read in bill.reads] == ["M1", "M1b"]


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [({}, "needs `cart_size`"), ({"cart_size": "300 gal"}, "no rate for cart_size 300 gal")],
)
async def test_an_account_that_can_not_be_priced_is_held_with_the_tariffs_sentence(
    town: RunOffice, attributes: dict[str, str], reason: str
) -> None:
    await town.hear(customer("1", agreement("1", "garbage", attributes=attributes)))
    [(code, sentence)] = (await town.holds(await town.preview())).values()
    assert code == "price"
    assert reason in sentence


async def test_a_meter_that_ran_backwards_is_held(town: RunOffice) -> None:
    await town.hear(customer("1"))
    await town.read(a_read("1", -50))
    assert (await town.holds(await town.preview()))["1"][0] == "negative_usage"


async def test_an_account_whose_charges_changed_after_the_review_is_held_at_issue(town: RunOffice) -> None:
    await town.street(["1", "2"])
    run = await town.preview()
    corrected = a_read("1", 9000, replaces=a_read("1", 5000).read_id)
    await town.read(corrected)
    run = await town.approve(run)
    assert (await town.holds(run))["1"][0] == "changed"
    assert (await town.bills()).keys() == {"2"}
    assert (await town.certify(run)).holds


async def test_a_service_on_seasonal_hold_is_not_billed(town: RunOffice) -> None:
    await town.hear(customer("1", agreement("1", "water"), agreement("1", "garbage", status="seasonal_hold")))
    await town.read(a_read("1", 1000))
    run = await town.bill()
    assert charges((await town.bills())["1"]).keys() == {"water"}
    assert (await town.certify(run)).holds


async def test_a_read_that_nobody_claims_waits_and_is_listed_with_its_age(town: RunOffice) -> None:
    await town.read(a_read("77", 1000))
    async with town.by("sally") as tx:
        [row] = await usage.unattributed(tx, 10)
    assert (row["service_point_id"], row["days_waiting"]) == (point("77"), 2)
    await town.hear(customer("77"))
    async with town.by("sally") as tx:
        assert await usage.unattributed(tx, 10) == []
    await town.bill()
    assert "77" in await town.bills()


async def test_an_account_that_became_known_after_the_run_is_held_by_a_person(town: RunOffice) -> None:
    await town.street(["1"])
    run = await town.bill()
    await town.street(["2"])
    assert not (await town.certify(run)).holds
    async with town.by("carl") as tx:
        await starting.hold(tx, run.id, "2", "opened on paper in March, keyed today")
    assert (await town.certify(run)).holds
    with pytest.raises(Refused, match="part of the run already"):
        async with town.by("carl") as tx:
            await starting.hold(tx, run.id, "1", "why")
