"""The review over HTTP: what waits, what was found where, and decisions with who and why."""

from decimal import Decimal

import pytest

from tests.metering.conversion import READ_ON, House, houses, service_points
from tests.metering.cycle import Cycle, saw
from tests.metering.running import sentence


async def test_the_review_finds_what_is_odd_against_each_houses_own_history(cycle: Cycle) -> None:
    town = [
        House(1, cycle.name, last=999_000),
        House(2, cycle.name, usual=9_000),
        House(3, cycle.name),
        House(4, cycle.name, usual=500),
        House(5, cycle.name),
    ]
    over_zero, big, zero, small, backwards = await cycle.opened(*town)
    report = await cycle.walked(
        {
            over_zero: saw(3_000),
            big: saw(30_000),
            zero: saw(10_000),
            small: saw(10_000),
            backwards: saw(9_990),
        }
    )
    assert (report["clean"], report["questioned"]) == (2, 3)
    findings = {read["service_point"]: read["findings"] for read in await cycle.review()}
    assert findings == {over_zero.key: ["rollover"], zero.key: ["zero"], backwards.key: ["negative"]}


async def test_findings_are_counted_by_route(cycle: Cycle) -> None:
    near, far = await cycle.opened(House(1, cycle.name), House(2, cycle.name, walk="02"))
    await cycle.walked({near: saw(90_000)})
    routes = {one["route"]: one for one in await cycle.metering.get(f"{cycle.path}/routes")}
    assert routes[near.route] == {"route": near.route, "reads": {"questioned": 1}, "findings": {"high": 1}}
    assert routes[far.route] == {"route": far.route, "reads": {"awaited": 1}, "findings": {"missing": 1}}


async def test_the_review_can_be_asked_for_a_finding_or_a_route(cycle: Cycle) -> None:
    near, far = await cycle.opened(House(1, cycle.name), House(2, cycle.name, walk="02"))
    await cycle.walked({near: saw(90_000)})
    assert [read["service_point"] for read in await cycle.review(finding="high")] == [near.key]
    assert [read["service_point"] for read in await cycle.review(route=far.route)] == [far.key]
    assert await cycle.review(finding="high", route=far.route) == []


async def test_a_decision_is_kept_with_who_and_why(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.walked({house: saw(90_000)})
    await cycle.decide("accept", "filled the pool", finding="high")
    read = await cycle.read_of(house)
    assert (read["state"], read["decided_by"], read["why"]) == ("accepted", "a coordinator", "filled the pool")
    (entry,) = await cycle.metering.get(f"/audit/read {read['id']}")
    assert (entry["actor"], entry["action"], entry["why"]) == ("a coordinator", "accept", "filled the pool")
    assert (entry["before"]["state"], entry["after"]["state"]) == ("questioned", "accepted")


async def test_what_cannot_be_decided_so_is_told_and_the_rest_is_done(cycle: Cycle) -> None:
    unread, odd = await cycle.opened(count=2)
    await cycle.walked({odd: saw(90_000)})
    report = await cycle.decide("accept", route=odd.route)
    assert report["decided"] == 1
    (told,) = report["not_possible"]
    assert (told["service_point"], "no reading to accept" in told["reason"]) == (unread.key, True)


async def test_an_estimate_is_refused_after_the_towns_limit_of_them_in_a_row(cycle: Cycle) -> None:
    await cycle.opened(count=1)
    for month in (4, 5, 6):
        assert (await cycle.decide("estimate", finding="missing"))["decided"] == 1
        await cycle.post()
        await cycle.metering.post(f"{cycle.path}/close")
        await cycle.start(READ_ON.replace(month=month))
    report = await cycle.decide("estimate", finding="missing")
    assert report["decided"] == 0
    assert "was estimated 3 times in a row; the town's limit is 3" in report["not_possible"][0]["reason"]


async def test_a_customers_reading_is_keyed_in_and_reviewed(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    read = await cycle.read_of(house)
    keyed = {"value": "14500", "read_on": str(READ_ON), "kind": "customer", "why": "called in"}
    await cycle.metering.post(f"{cycle.path}/reads/{read['id']}/reading", keyed)
    assert await cycle.accept_clean() == 1
    await cycle.post()
    (event,) = await cycle.news()
    assert (event.quantity, event.kind) == (Decimal(4500), "customer")


async def test_a_meter_nothing_is_known_of_begins_to_count_where_it_is_first_read(cycle: Cycle) -> None:
    town = houses(1, cycle.name)
    await cycle.metering.send("/imports/service_points", service_points(town))
    cycle.town = town
    await cycle.start()
    report = await cycle.walked({town[0]: saw(321)})
    assert report["questioned"] == 1
    await cycle.decide("accept", "new development", finding="first")
    await cycle.post()
    (event,) = await cycle.news()
    assert (event.quantity, event.previous.value, event.current.value) == (Decimal(0), Decimal(321), Decimal(321))


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"decision": "accept", "why": "because", "reads": []}, 200, ""),
        ({"decision": "accept", "why": "because"}, 422, "Name the reads, a finding or a route"),
        (
            {"decision": "wave through", "why": "because", "finding": "high"},
            422,
            "The request is not valid: see body",
        ),
        ({"decision": "accept", "why": "", "finding": "high"}, 422, "The request is not valid: see body.why"),
        ({"decision": "accept", "finding": "high"}, 422, "The request is not valid: see body.why"),
        (
            {"decision": "accept", "why": "because", "reads": ["00000000-0000-0000-0000-000000000001"]},
            404,
            "1 of the reads named are not in this reading, 00000000-0000-0000-0000-000000000001 among them.",
        ),
    ],
)
async def test_a_decision_about_nothing_or_without_a_reason_is_refused(
    cycle: Cycle, body: dict[str, object], status: int, told: str
) -> None:
    await cycle.opened(count=1)
    response = await cycle.metering.as_("specialist").post(f"{cycle.path}/decisions", json=body)
    assert response.status_code == status, response.text
    assert response.json().get("error", "").startswith(told)


@pytest.mark.parametrize(
    ("keyed", "told"),
    [
        ({"value": 14500}, "The request is not valid: see body.value"),
        ({"value": "1e4"}, "The request is not valid: see body.value"),
        ({"value": "14500.5"}, "A register with 0 decimals cannot show 14500.5."),
        ({"value": "14500", "read_on": "2023-06-01"}, "2023-06-01 lies outside this reading's days 2023-02-24 to 2023"),
        ({"value": "14500", "kind": "estimated"}, "The request is not valid: see body.kind"),
    ],
)
async def test_a_keyed_reading_that_makes_no_sense_is_refused(
    cycle: Cycle, keyed: dict[str, object], told: str
) -> None:
    (house,) = await cycle.opened(count=1)
    read = await cycle.read_of(house)
    body = {"read_on": str(READ_ON), "why": "called in"} | keyed
    refused = await cycle.metering.as_("specialist").post(f"{cycle.path}/reads/{read['id']}/reading", json=body)
    assert told in sentence(refused, 422)
