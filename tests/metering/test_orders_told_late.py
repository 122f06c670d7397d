"""A move that is told late: its read lies between two that are posted, and divides what was counted between them."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.metering import Reading, ReadKind, ReadPosted
from contracts.orders import OrderKind, ServiceOrderRequested
from tests.metering.conversion import LAST_ON
from tests.metering.crews import Crews
from tests.metering.cycle import saw
from tests.metering.running import DAY, done

MOVED = date(2023, 2, 14)


async def month(crews: Crews) -> ReadPosted:
    """The first house is read at 14,000 on March 1, and posted."""
    await crews.cycle.start()
    (posted,) = await crews.cycle.posted_as({crews.houses[0]: saw(14_000)})
    return posted


async def final(crews: Crews, value: int, on: date = MOVED) -> ServiceOrderRequested:
    read = Reading(date=on, value=Decimal(value), kind=ReadKind.CUSTOMER)
    return await crews.asked(OrderKind.FINAL_READ, given_read=read, wanted_on=on)


async def test_a_read_between_two_posted_ones_divides_what_was_counted(crews: Crews) -> None:
    march = await month(crews)
    request = await final(crews, 11_500)
    (told,) = await crews.completed(request)
    assert told.completed_on == MOVED
    _, again, new = await crews.cycle.news()
    assert (new.kind, new.previous, new.quantity) == (ReadKind.FINAL, march.previous, Decimal(1500))
    assert (again.replaces, again.previous, again.current) == (march.read_id, new.current, march.current)
    assert again.quantity + new.quantity == march.quantity
    usage = await crews.metering.get(f"/service-points/{crews.houses[0].key}/usage")
    assert usage["periods"][-1] == {"period_end": str(DAY), "quantity": "4000", "estimated": False}


async def test_the_next_cycle_read_counts_from_the_last_one_as_before(crews: Crews) -> None:
    await month(crews)
    await final(crews, 11_500)
    actual = await crews.sent(OrderKind.REREAD)
    done(await crews.report(actual, value="14200"))
    assert (await crews.cycle.news())[-1].quantity == Decimal(200)


async def test_who_moves_in_the_same_day_begins_with_that_read(crews: Crews) -> None:
    await month(crews)
    await final(crews, 11_500)
    read = Reading(date=MOVED, value=Decimal(11_500), kind=ReadKind.CUSTOMER)
    start = await crews.asked(OrderKind.START_READ, given_read=read, wanted_on=MOVED)
    (told,) = await crews.completed(start)
    assert told.read == Reading(date=MOVED, value=Decimal(11_500), kind=ReadKind.FINAL)
    assert len(await crews.cycle.news()) == 3


@pytest.mark.parametrize(
    ("value", "on", "why"),
    [
        (15_000, MOVED, "does not lie between the reads around it, 10000 of 2023-02-01 and 14000 of 2023-03-01"),
        (9_000, MOVED, "does not lie between"),
        (11_000, LAST_ON, "The read of that day is posted, 10000: correct it instead"),
        (9_000, date(2023, 1, 14), "no two posted reads lie around that day"),
    ],
)
async def test_one_that_does_not_fit_leaves_the_order_open_with_the_question(
    crews: Crews, value: int, on: date, why: str
) -> None:
    await month(crews)
    request = await final(crews, value, on)
    shown = await crews.shown(request)
    assert shown["state"] == "requested"
    assert why in shown["question"]
