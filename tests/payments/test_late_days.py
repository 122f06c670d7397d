"""A town that is late with its days, as after a restore, takes a vendor's money all the same: it waits for its day."""

import json
from datetime import date
from uuid import UUID

import pytest

from contracts.billing import BusinessDayStarted
from contracts.payments import VendorPayment
from services.payments.intake.rules import Message, day_awaited
from tests.payments.builders import DAY, Desk, payment
from tests.running import settled


@pytest.mark.parametrize(
    ("paid", "awaited"),
    [
        (date(2023, 3, 14), None),
        (date(2023, 3, 16), None),
        (date(2023, 3, 17), date(2023, 3, 16)),
        (date(2023, 4, 19), date(2023, 4, 18)),
        (date(2023, 4, 20), None),
    ],
)
def test_a_payment_waits_for_the_day_before_it_unless_no_town_could_be_so_late(
    paid: date, awaited: date | None
) -> None:
    assert day_awaited(paid, DAY) == awaited


async def test_a_payment_of_a_day_that_has_not_begun_waits_and_is_recorded_when_it_does(desk: Desk) -> None:
    late = payment("V-1", paid_at="2023-03-18T18:00:00Z")
    await desk.send("PaymentReceived.bank", json.dumps(late).encode())
    await settled(desk.client)
    assert await desk.posted() == []
    for day in (date(2023, 3, 16), date(2023, 3, 17)):
        (waiting,) = (await desk.client.get("/waiting")).json()
        assert (waiting["awaits"], waiting["awaited_key"]) == ("business day", "2023-03-17")
        await desk.send("BusinessDayStarted", BusinessDayStarted(date=day).model_dump_json().encode())
        await settled(desk.client)
    (posted,) = await desk.posted()
    assert str(posted.amount) == "50.00"


def test_the_same_place_with_other_content_is_another_message() -> None:
    ids = {outcome_id(payment("V-1")), outcome_id(payment("V-1")), outcome_id(payment("V-2"))}
    assert len(ids) == 2


def outcome_id(said: dict[str, object]) -> UUID:
    return Message("bank", "PaymentReceived.bank/0/0", VendorPayment.model_validate(said)).outcome_id
