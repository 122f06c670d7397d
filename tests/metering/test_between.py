"""Reads between two cycle reads: a move-out, an exchanged meter."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.metering import ReadKind
from tests.metering.conversion import House
from tests.metering.cycle import Cycle, saw
from tests.metering.running import sentence

NEW = {"meter": "NEW-1", "size": "1", "dials": 7, "unit": "gal", "start": "3"}
EXCHANGE = {"on": "2023-02-10", "old_final": "11500", "new": NEW, "why": "the register was fogged"}
MOVE_OUT = {"value": "12000", "read_on": "2023-02-14", "why": "moving to Greeley"}


async def exchange(cycle: Cycle, house: House, **changes: Any) -> Any:
    return await cycle.metering.post(f"/service-points/{house.key}/exchange", EXCHANGE | changes)


async def test_a_final_read_is_posted_at_once_and_the_period_goes_on_from_it(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.metering.post(f"/service-points/{house.key}/reads", MOVE_OUT)
    final, rest = await cycle.posted_as({house: saw(14_000)})
    assert (final.kind, final.quantity, str(final.current.date)) == (ReadKind.FINAL, Decimal(2000), "2023-02-14")
    assert (rest.previous, rest.quantity) == (final.current, Decimal(2000))
    usage = await cycle.metering.get(f"/service-points/{house.key}/usage")
    assert usage["periods"][-1] == {"period_end": "2023-03-01", "quantity": "4000", "estimated": False}


async def test_the_same_final_read_again_changes_nothing(cycle: Cycle) -> None:
    (house,) = await cycle.of(House(1, cycle.name))
    answers = [await cycle.metering.post(f"/service-points/{house.key}/reads", MOVE_OUT) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(await cycle.news()) == 1


async def test_an_exchange_posts_what_the_old_meter_counted_and_the_new_one_counts_on(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await exchange(cycle, house)
    read = await cycle.read_of(house)
    assert (read["meter"], read["previous_value"]) == ("NEW-1", "3")
    assert (await cycle.walked({house: saw(2503)}))["clean"] == 1
    await cycle.accept_clean()
    await cycle.post()
    old, new = await cycle.news()
    assert (old.kind, old.meter_number, old.quantity) == (ReadKind.EXCHANGE, house.meter, Decimal(1500))
    assert (new.meter_number, new.dials, new.previous.value, new.quantity) == ("NEW-1", 7, Decimal(3), Decimal(2500))
    usage = await cycle.metering.get(f"/service-points/{house.key}/usage")
    assert usage["periods"][-1]["quantity"] == "4000"


async def test_a_reading_of_the_old_meter_says_nothing_about_the_new_one(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.walked({house: saw(14_000)})
    await cycle.accept_clean()
    await exchange(cycle, house)
    read = await cycle.read_of(house)
    assert (read["state"], read["value"], read["findings"]) == ("awaited", None, ["missing"])


async def test_the_meters_of_a_service_point_are_kept(cycle: Cycle) -> None:
    (house,) = await cycle.of(House(1, cycle.name))
    await exchange(cycle, house)
    point = await cycle.metering.get(f"/service-points/{house.key}")
    assert [(meter["number"], meter["installed"], meter["removed"]) for meter in point["meters"]] == [
        ("NEW-1", "2023-02-10", None),
        (house.meter, "2015-06-01", "2023-02-10"),
    ]


async def test_an_exchange_may_change_the_unit(cycle: Cycle) -> None:
    (house,) = await cycle.opened(House(1, cycle.name))
    kgal = NEW | {"unit": "kgal", "decimals": 2}
    await exchange(cycle, house, new=kgal | {"start": "0"})
    assert (await cycle.walked({house: saw("2.5")}))["clean"] == 1
    await cycle.accept_clean()
    await cycle.post()
    assert [(event.unit, event.quantity) for event in await cycle.news()] == [
        ("gal", Decimal(1500)),
        ("kgal", Decimal("2.5")),
    ]


async def test_the_last_reading_of_an_exchanged_meter_is_corrected_without_touching_the_new_one(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    (read,) = (await exchange(cycle, house))["reads"]
    (new,) = (
        await cycle.metering.post(f"/reads/{read}/correction", {"value": "11600", "why": "misread on the bench"})
    )["reads"]
    corrected = {str(event.read_id): event for event in await cycle.news()}[new]
    assert (corrected.kind, corrected.quantity) == (ReadKind.EXCHANGE, Decimal(1600))
    assert (await cycle.read_of(house))["previous_value"] == "3"


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        (
            "reads",
            MOVE_OUT | {"value": "9000"},
            422,
            "9000 is below the last read, 10000 of 2023-02-01.",
        ),
        ("reads", MOVE_OUT | {"read_on": "2023-01-31"}, 422, "2023-01-31 is before its last read, of 2023-02-01."),
        ("reads", MOVE_OUT | {"value": "1000000"}, 422, "A register of 6 dials cannot show 1000000."),
        ("reads", MOVE_OUT | {"kind": "estimated"}, 422, "The request is not valid: see body.kind"),
        ("exchange", EXCHANGE | {"old_final": "9000"}, 422, "9000 is below the last read, 10000 of 2023-02-01."),
        (
            "exchange",
            EXCHANGE | {"new": NEW | {"start": "10000000"}},
            422,
            "A register of 7 dials cannot show",
        ),
        (
            "exchange",
            EXCHANGE | {"new": NEW | {"dials": 0}},
            422,
            "The new meter makes no sense: a register of 0",
        ),
        ("exchange", EXCHANGE | {"new": NEW | {"unit": "liters"}}, 422, "The request is not valid: see body.new.unit"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    cycle: Cycle, path: str, body: dict[str, Any], status: int, told: str
) -> None:
    (house,) = await cycle.of(House(1, cycle.name))
    refused = await cycle.metering.as_("specialist").post(f"/service-points/{house.key}/{path}", json=body)
    assert sentence(refused, status).startswith(told)
    assert await cycle.news() == []


async def test_a_service_point_nobody_knows_is_not_found(cycle: Cycle) -> None:
    refused = await cycle.metering.as_("specialist").post("/service-points/NOWHERE/reads", json=MOVE_OUT)
    assert sentence(refused, 404) == "There is no service point with a meter in place called NOWHERE."
