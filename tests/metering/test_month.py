"""A cycle from import to posted reads, as the office lives it."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.ids import thing_id
from contracts.metering import ReadKind
from contracts.topics import READ_POSTED, USAGE_FLAGGED
from deploy.local.demo.handheld import Seen, collect
from tests.metering.conversion import READ_ON, House, houses, last_reads, service_points, usage
from tests.metering.running import Metering

pytestmark = pytest.mark.stack


async def imported(metering: Metering, all_: list[House]) -> None:
    """Bring a town in, in the order that suits least."""
    await metering.send("/imports/usage", usage(all_))
    await metering.send("/imports/last_reads", last_reads(all_))
    await metering.send("/imports/service_points", service_points(all_))


async def opened(metering: Metering, all_: list[House]) -> str:
    """A reading of cycle 1 that is open."""
    await imported(metering, all_)
    reading = await metering.post("/readings", {"cycle": "1", "read_on": str(READ_ON)})
    await metering.settled()
    return str(reading["id"])


async def loaded(metering: Metering, reading: str, seen: dict[str, Seen], route: str = "101", **query: Any) -> Any:
    """Unload a route, walk it, load it back."""
    file = await metering.get(f"/readings/{reading}/routes/{route}/file", **query)
    return await metering.send(f"/readings/{reading}/files", collect(file, seen, READ_ON), **query)


def point(house: House) -> Any:
    return thing_id("windsor-co", "service_point", house.key)


async def test_a_cycle_is_imported_sent_out_loaded_back_reviewed_and_posted(metering: Metering) -> None:
    town = houses(4)
    reading = await opened(metering, town)
    report = await loaded(
        metering,
        reading,
        {
            town[0].key: Seen(Decimal(14_000)),
            town[1].key: Seen(Decimal(40_000), leak=True),
            town[2].key: Seen(None, "07"),
        },
    )
    assert (report["clean"], report["questioned"], report["unread"], report["refused"]) == (1, 1, 1, [])

    waiting = await metering.get(f"/readings/{reading}/review")
    assert [(read["service_point"], read["findings"]) for read in waiting] == [
        (town[1].key, ["high", "leak"]),
        (town[2].key, ["missing"]),
        (town[3].key, ["missing"]),
    ]
    assert await metering.post(f"/readings/{reading}/accept-clean", {}) == {"reads": 1}
    high = {"decision": "accept", "reads": [waiting[0]["id"]], "why": "the owner confirms a broken pipe"}
    assert (await metering.post(f"/readings/{reading}/decisions", high))["decided"] == 1
    missing = {"decision": "estimate", "finding": "missing", "why": "snow on the pits"}
    assert (await metering.post(f"/readings/{reading}/decisions", missing))["decided"] == 2

    run = (await metering.post(f"/readings/{reading}/post"))["run"]
    await metering.settled()
    posting = await metering.get(f"/readings/postings/{run}")
    assert (posting["state"], posting["posted"], posting["flagged"]) == ("done", 4, 2)

    posted = {event.service_point_id: event for event in await metering.published(READ_POSTED)}
    assert {event.quantity for event in posted.values()} == {Decimal(4000), Decimal(30_000)}
    clean = posted[point(town[0])]
    assert (clean.previous.value, clean.current.value, clean.kind) == (
        Decimal(10_000),
        Decimal(14_000),
        ReadKind.ACTUAL,
    )
    assert (clean.meter_number, clean.cycle, clean.route, clean.dials) == ("M0000001", "1", "101", 6)
    assert posted[point(town[3])].kind is ReadKind.ESTIMATED
    assert {event.flag.value for event in await metering.published(USAGE_FLAGGED)} == {"high", "leak"}

    closed = await metering.post(f"/readings/{reading}/close")
    assert (closed["state"], closed["reads"]) == ("closed", {"posted": 4})
