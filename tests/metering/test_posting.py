"""Posting: each read is told once, whatever is repeated; a reading ends only when nobody is forgotten."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest

from tests.metering.conversion import House, houses, last_reads, service_points
from tests.metering.cycle import Cycle, saw
from tests.metering.running import sentence


async def test_posting_again_tells_nothing_twice(cycle: Cycle) -> None:
    first, second = await cycle.opened(count=2)
    await cycle.posted_as({first: saw(14_000)})
    assert (await cycle.metering.post(f"{cycle.path}/post"))["run"] is None
    await cycle.posted_as({second: saw(14_000)})
    assert sorted(event.service_point_id for event in await cycle.news()) == sorted([first.id, second.id])


async def test_posting_pressed_many_times_at_once_tells_each_read_once(cycle: Cycle) -> None:
    town = await cycle.opened(count=30)
    await cycle.walked({house: saw(14_000) for house in town})
    await cycle.accept_clean()
    await asyncio.gather(*(cycle.metering.post(f"{cycle.path}/post") for _ in range(5)))
    await cycle.metering.settled()
    assert len(await cycle.news()) == 30


async def test_the_next_reading_counts_from_what_was_posted(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.posted_as({house: saw(14_000)})
    await cycle.metering.post(f"{cycle.path}/close")
    await cycle.start(date(2023, 3, 31))
    news = await cycle.posted_as({house: saw(18_500)}, date(2023, 3, 31))
    assert [(event.previous.value, event.quantity) for event in news] == [
        (Decimal(10_000), Decimal(4000)),
        (Decimal(14_000), Decimal(4500)),
    ]


async def test_posted_usage_is_history(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.posted_as({house: saw(15_000)})
    usage = await cycle.metering.get(f"/service-points/{house.key}/usage")
    assert usage["periods"][-1] == {"period_end": "2023-03-01", "quantity": "5000", "estimated": False}
    assert (usage["unit"], usage["trend"]["most"], usage["trend"]["most_on"]) == ("gal", "5000", "2023-03-01")


async def test_customers_are_told_of_high_usage_only_once_somebody_accepted_it(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.walked({house: saw(40_000)})
    assert await cycle.flags() == []
    await cycle.decide("accept", finding="high")
    await cycle.post()
    (flag,) = await cycle.flags()
    assert (flag.flag.value, flag.unit) == ("high", "gal")
    assert (flag.quantity, flag.usual_quantity) == (Decimal(30_000), Decimal(4000))


async def test_a_reading_is_not_closed_while_anyone_is_left(cycle: Cycle) -> None:
    read, unread, odd = await cycle.opened(count=3)
    await cycle.walked({read: saw(14_000), odd: saw(90_000)})
    refused = await cycle.metering.as_("coordinator").post(f"{cycle.path}/close")
    assert sentence(refused, 409) == (
        "The reading can't be closed: 1 awaited, 1 clean, 1 questioned. Post or excuse each of them."
    )
    await cycle.accept_clean()
    await cycle.decide("accept", finding="high")
    await cycle.decide("excuse", "the house burned down", finding="missing")
    await cycle.post()
    closed = await cycle.metering.post(f"{cycle.path}/close")
    assert closed["reads"] == {"posted": 2, "excused": 1}
    (excused,) = await cycle.review(state="excused")
    assert (excused["service_point"], excused["why"]) == (unread.key, "the house burned down")


async def test_a_service_point_that_came_in_mid_reading_is_not_forgotten(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    late = House(2, cycle.name)
    await cycle.metering.send("/imports/service_points", service_points([late]))
    await cycle.metering.send("/imports/last_reads", last_reads([late]))
    await cycle.posted_as({house: saw(14_000)})
    refused = await cycle.metering.as_("coordinator").post(f"{cycle.path}/close")
    assert f"1 service points came to the cycle since it was opened, {late.key} among them" in sentence(refused, 409)
    await cycle.metering.post(f"{cycle.path}/take-in")
    await cycle.metering.settled()
    cycle.town.append(late)
    assert len(await cycle.posted_as({late: saw(14_000)})) == 2
    assert (await cycle.metering.post(f"{cycle.path}/close"))["state"] == "closed"


async def test_opening_the_same_reading_again_answers_it_as_it_stands(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.walked({house: saw(14_000)})
    known = cycle.reading
    await cycle.start()
    assert cycle.reading == known
    assert (await cycle.metering.get(cycle.path))["reads"] == {"clean": 1}


async def test_a_cycle_is_read_once_at_a_time(cycle: Cycle) -> None:
    await cycle.opened(count=1)
    body = {"cycle": cycle.name, "read_on": "2023-03-15"}
    refused = await cycle.metering.as_("coordinator").post("/readings", json=body)
    assert sentence(refused, 409) == (
        f"Cycle {cycle.name} is being read already: the reading of 2023-03-01 is open. Close it first."
    )


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (
            {"cycle": "nowhere", "read_on": "2023-03-01"},
            404,
            "Cycle nowhere has no service point with a meter",
        ),
        ({"cycle": "1", "read_on": "March"}, 422, "The request is not valid: see body.read_on"),
        ({"cycle": "1", "read_on": "2023-03-01", "window_from": "2023-03-02"}, 422, "The planned day 2023-03-01 lies"),
    ],
)
async def test_a_reading_that_makes_no_sense_is_refused(
    cycle: Cycle, body: dict[str, str], status: int, told: str
) -> None:
    await cycle.of(*houses(1, cycle.name))
    wanted = body | ({"cycle": cycle.name} if body["cycle"] == "1" else {})
    refused = await cycle.metering.as_("coordinator").post("/readings", json=wanted)
    assert sentence(refused, status).startswith(told)


@pytest.mark.parametrize("action", ["post", "accept-clean", "close", "take-in"])
async def test_a_closed_reading_stays_as_it_is(cycle: Cycle, action: str) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.posted_as({house: saw(14_000)})
    await cycle.metering.post(f"{cycle.path}/close")
    refused = await cycle.metering.as_("coordinator").post(f"{cycle.path}/{action}", json={})
    assert sentence(refused, 409).startswith("The reading is closed; ")


async def test_a_reading_nobody_opened_is_not_found(cycle: Cycle) -> None:
    missing = "00000000-0000-0000-0000-000000000001"
    for path in ("", "/routes", "/review"):
        refused = await cycle.metering.as_("coordinator").get(f"/readings/{missing}{path}")
        assert sentence(refused, 404) == f"There is no reading {missing}."
