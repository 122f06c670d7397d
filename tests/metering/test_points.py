"""Service points, who is served there, and the routes they are read on."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.accounts import AccountChanged, AccountStatus, AgreementStatus, ServiceAgreement
from contracts.topics import ACCOUNT_CHANGED
from tests.metering.conversion import House, houses, service_points
from tests.metering.cycle import Cycle, saw
from tests.metering.running import sentence


def account(
    house: House, version: int = 1, number: str = "70001", id_: UUID | None = None, **span: Any
) -> AccountChanged:
    agreement = ServiceAgreement(
        agreement_id=uuid4(), service="water", service_point_id=house.id, **({"start": date(2020, 1, 1)} | span)
    )
    return AccountChanged(
        account_id=id_ or uuid4(),
        version=version,
        number=number,
        status=AccountStatus.ACTIVE,
        opened=date(2020, 1, 1),
        cycle=house.cycle,
        premise_id=uuid4(),
        responsible_person_id=uuid4(),
        agreements=(agreement,),
        business_date=date(2023, 3, 1),
    )


async def served(cycle: Cycle, house: House) -> list[str]:
    point = await cycle.metering.get(f"/service-points/{house.key}")
    return [one["number"] for one in point["served"]]


async def test_the_route_file_names_the_account_served_on_the_day(cycle: Cycle) -> None:
    here, vacant, gone, later = await cycle.of(*houses(4, cycle.name))
    await cycle.metering.publish(
        ACCOUNT_CHANGED,
        account(here, number="70001"),
        account(vacant, number="70002", status=AgreementStatus.VACANT),
        account(gone, number="70003", end=date(2023, 2, 15)),
        account(later, number="70004", start=date(2023, 3, 2)),
    )
    await cycle.start()
    premises = [line[103:127].split() for line in (await cycle.file()).splitlines() if line.startswith("PRMDT")]
    assert premises == [["70001", "ACTI"], ["INAC"], ["INAC"], ["INAC"]]


async def test_usage_where_nobody_is_served_waits_for_a_person_and_none_does_not(cycle: Cycle) -> None:
    served_, empty, leaking = await cycle.of(*houses(3, cycle.name))
    await cycle.metering.publish(
        ACCOUNT_CHANGED,
        account(served_, number="70001"),
        account(empty, number="70002", end=date(2023, 2, 15)),
        account(leaking, number="70003", status=AgreementStatus.OFF_FOR_NON_PAYMENT),
    )
    await cycle.start()
    await cycle.walked({served_: saw(14_000), empty: saw(10_000), leaking: saw(14_000)})
    assert [(read["service_point"], read["findings"]) for read in await cycle.review()] == [(leaking.key, ["vacant"])]


async def test_an_account_may_come_before_the_service_point_it_is_served_at(cycle: Cycle) -> None:
    house = House(1, cycle.name)
    await cycle.metering.publish(ACCOUNT_CHANGED, account(house))
    await cycle.of(house)
    assert await served(cycle, house) == ["70001"]


async def test_the_newest_snapshot_of_an_account_wins_in_whatever_order(cycle: Cycle) -> None:
    old, new = await cycle.of(*houses(2, cycle.name))
    id_ = uuid4()
    moved = account(new, version=2, id_=id_)
    await cycle.metering.publish(ACCOUNT_CHANGED, moved)
    await cycle.metering.publish(ACCOUNT_CHANGED, account(old, version=1, id_=id_), moved)
    assert (await served(cycle, old), await served(cycle, new)) == ([], ["70001"])


async def test_a_new_development_gets_a_route_and_its_houses_are_put_on_it_in_walking_order(cycle: Cycle) -> None:
    first, second, third = await cycle.of(*houses(3, cycle.name))
    name = f"{cycle.name}-77"
    await cycle.metering.post("/routes", {"name": name, "cycle": cycle.name})
    body = {"service_points": [third.key, first.key], "why": "Ridge at Harmony is built"}
    moved = await cycle.metering.as_("specialist").put(f"/routes/{name}/stops", json=body)
    assert moved.json() == {"stops": 2}
    routes = {one["name"]: one["stops"] for one in await cycle.metering.get("/routes", cycle=cycle.name)}
    assert routes == {name: 2, second.route: 1}
    assert (await cycle.metering.get(f"/service-points/{first.key}"))["sequence"] == 20


async def test_stops_that_are_not_named_follow_as_they_were(cycle: Cycle) -> None:
    town = await cycle.opened(count=3)
    body = {"service_points": [town[2].key], "why": "walk from the east"}
    await cycle.metering.as_("specialist").put(f"/routes/{town[0].route}/stops", json=body)
    lines = [line for line in (await cycle.file()).splitlines() if line.startswith("MTRDT")]
    assert [line[17:37].strip() for line in lines] == [town[2].key, town[0].key, town[1].key]


@pytest.mark.parametrize(
    ("keys", "status", "told"),
    [
        (["NOWHERE"], 404, "There is no service point NOWHERE. Nothing was moved."),
        (["{key}", "{key}"], 422, "A service point is named twice; a meter is read once on a walk."),
        ([], 422, "The request is not valid: see body.service_points."),
    ],
)
async def test_a_walk_that_makes_no_sense_is_refused(cycle: Cycle, keys: list[str], status: int, told: str) -> None:
    (house,) = await cycle.of(House(1, cycle.name))
    body = {"service_points": [key.format(key=house.key) for key in keys], "why": "because"}
    refused = await cycle.metering.as_("specialist").put(f"/routes/{house.route}/stops", json=body)
    assert sentence(refused, status) == told


async def test_a_point_under_way_in_another_cycle_stays_there_until_that_is_closed(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.metering.post("/routes", {"name": f"{cycle.name}-x", "cycle": f"{cycle.name}x"})
    body = {"service_points": [house.key], "why": "because"}
    refused = await cycle.metering.as_("specialist").put(f"/routes/{cycle.name}-x/stops", json=body)
    assert sentence(refused, 409).startswith(f"{house.key} is being read in another cycle now")


async def test_a_route_is_created_once_and_in_one_cycle(cycle: Cycle) -> None:
    route = {"name": f"{cycle.name}-r", "cycle": cycle.name}
    await cycle.metering.post("/routes", route)
    await cycle.metering.post("/routes", route)
    refused = await cycle.metering.as_("specialist").post("/routes", json=route | {"cycle": "Z"})
    assert sentence(refused, 409) == f"Route {cycle.name}-r is there already, in cycle {cycle.name}."


async def test_usage_is_shown_with_its_trend(cycle: Cycle) -> None:
    (house,) = await cycle.of(House(1, cycle.name))
    usage = await cycle.metering.get(f"/service-points/{house.key}/usage")
    assert len(usage["periods"]) == 24
    assert (usage["trend"]["average"], usage["trend"]["change"]) == ("4000", "0")


async def test_a_point_without_usage_has_no_trend(cycle: Cycle) -> None:
    house = House(1, cycle.name)
    await cycle.metering.send("/imports/service_points", service_points([house]))
    usage = await cycle.metering.get(f"/service-points/{house.key}/usage")
    assert (usage["periods"], usage["trend"]) == ([], None)


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("cashier", "GET", "/readings"),
        ("field", "POST", "/readings"),
        ("clerk", "POST", "/readings"),
        ("field", "POST", "{reading}/decisions"),
        ("clerk", "POST", "{reading}/accept-clean"),
        ("clerk", "POST", "{reading}/post"),
        ("specialist", "POST", "{reading}/close"),
        ("auditor", "POST", "{reading}/files"),
        ("auditor", "GET", "{reading}/routes/101/file"),
        ("clerk", "POST", "/imports/service_points"),
        ("clerk", "POST", "/reads/00000000-0000-0000-0000-000000000001/correction"),
        ("field", "POST", "/service-points/SP/exchange"),
        ("clerk", "PUT", "/routes/101/stops"),
    ],
)
async def test_nobody_does_what_is_not_theirs(cycle: Cycle, role: str, method: str, path: str) -> None:
    place = path.format(reading="/readings/00000000-0000-0000-0000-000000000001")
    refused = await cycle.metering.as_(role).request(method, place)
    assert sentence(refused, 403).startswith(f"a {role} may not do this")


async def test_nobody_sees_anything_without_signing_in(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.walked({house: saw(14_000)})
    async with cycle.metering.stranger() as stranger:
        for path in ("/readings", cycle.path, f"{cycle.path}/review", f"/service-points/{house.key}"):
            assert "Sign in first" in sentence(await stranger.get(path), 401)
