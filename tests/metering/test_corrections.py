"""A posted read that was wrong is replaced, never rewritten; what counts from it is posted anew."""

from datetime import date
from decimal import Decimal
from typing import Any

from contracts.metering import ReadPosted
from tests.metering.conversion import House
from tests.metering.cycle import Cycle, saw
from tests.metering.running import sentence

APRIL = date(2023, 3, 31)
WHY = "two digits were swapped"


async def correct(cycle: Cycle, read: Any, value: str, **more: Any) -> Any:
    return await cycle.metering.post(f"/reads/{read}/correction", {"value": value, "why": WHY} | more)


async def two_months(cycle: Cycle) -> tuple[House, list[ReadPosted]]:
    """A house read and posted in March and April."""
    (house,) = await cycle.opened(count=1)
    await cycle.posted_as({house: saw(14_000)})
    await cycle.metering.post(f"{cycle.path}/close")
    await cycle.start(APRIL)
    return house, await cycle.posted_as({house: saw(18_500)}, APRIL)


async def test_a_corrected_read_takes_the_place_of_the_posted_one(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    (posted,) = await cycle.posted_as({house: saw(14_000)})
    (new,) = (await correct(cycle, posted.read_id, "13500"))["reads"]
    first, second = await cycle.news()
    assert (str(second.read_id), second.replaces) == (new, first.read_id)
    assert (second.previous, second.current.value, second.quantity) == (first.previous, Decimal(13_500), Decimal(3500))
    reads = await cycle.metering.get(f"/service-points/{house.key}/reads")
    assert {read["value"]: read["state"] for read in reads} == {"14000": "replaced", "13500": "posted"}
    usage = await cycle.metering.get(f"/service-points/{house.key}/usage")
    assert usage["periods"][-1]["quantity"] == "3500"


async def test_the_read_after_it_is_posted_anew_with_the_usage_that_follows(cycle: Cycle) -> None:
    _, (march, april) = await two_months(cycle)
    new_march, new_april = (await correct(cycle, march.read_id, "13500"))["reads"]
    news = {str(event.read_id): event for event in await cycle.news()}
    assert news[new_march].quantity + news[new_april].quantity == march.quantity + april.quantity
    assert (news[new_april].replaces, news[new_april].previous.value) == (april.read_id, Decimal(13_500))
    assert (news[new_april].current, news[new_april].quantity) == (april.current, Decimal(5000))


async def test_a_correction_of_a_correction_goes_on_from_the_newest(cycle: Cycle) -> None:
    _, (march, _) = await two_months(cycle)
    once = (await correct(cycle, march.read_id, "13500"))["reads"]
    twice = (await correct(cycle, once[0], "13600"))["reads"]
    news = {str(event.read_id): event for event in await cycle.news()}
    assert [str(news[one].replaces) for one in twice] == once
    assert news[twice[1]].quantity == Decimal(4900)
    refused = await cycle.metering.as_("specialist").post(
        f"/reads/{march.read_id}/correction", json={"value": "1", "why": WHY}
    )
    assert sentence(refused, 409).endswith("was corrected already; correct the one that took its place.")


async def test_the_next_reading_counts_from_the_corrected_read(cycle: Cycle) -> None:
    house, (_, april) = await two_months(cycle)
    await correct(cycle, april.read_id, "18000")
    await cycle.metering.post(f"{cycle.path}/close")
    await cycle.start(date(2023, 5, 1))
    assert (await cycle.read_of(house))["previous_value"] == "18000"


async def test_an_accepted_read_goes_back_to_the_review_when_what_it_counts_from_is_corrected(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    (march,) = await cycle.posted_as({house: saw(14_000)})
    await cycle.metering.post(f"{cycle.path}/close")
    await cycle.start(APRIL)
    await cycle.walked({house: saw(18_000)}, APRIL)
    await cycle.accept_clean()
    await correct(cycle, march.read_id, "17500")
    read = await cycle.read_of(house)
    assert (read["state"], read["previous_value"], read["quantity"]) == ("questioned", "17500", "500")


async def test_a_correction_is_kept_with_who_why_before_and_after(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    (posted,) = await cycle.posted_as({house: saw(14_000)})
    await correct(cycle, posted.read_id, "13500", read_on="2023-02-28")
    entry = (await cycle.metering.get(f"/audit/read {posted.read_id}"))[-1]
    assert (entry["actor"], entry["action"], entry["why"]) == ("a coordinator", "correct", WHY)
    assert (entry["before"]["value"], entry["after"]["value"], entry["after"]["read_on"]) == (
        "14000",
        "13500",
        "2023-02-28",
    )


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"value": "9000"}, "The read of 2023-03-01 would show 9000, below 10000 of 2023-02-01. Correct that one"),
    ({"value": "19000"}, "The read of 2023-03-31 would show 18500, below 19000 of 2023-03-01. Correct that one"),
    ({"value": "1000000"}, "A register of 6 dials cannot show 1000000."),
    ({"value": "13500", "read_on": "2023-01-31"}, "2023-01-31 is before the read it counts from, of 2023-02-01."),
    ({"value": "13500", "read_on": "2023-04-01"}, "2023-04-01 is after the read that follows, of 2023-03-31."),
    ({"value": 13500}, "The request is not valid: see body.value"),
    ({"value": "13500", "why": ""}, "The request is not valid: see body.why"),
]


async def test_a_correction_that_makes_no_sense_changes_nothing(cycle: Cycle) -> None:
    _, (march, _) = await two_months(cycle)
    for change, told in REFUSED:
        path = f"/reads/{march.read_id}/correction"
        refused = await cycle.metering.as_("specialist").post(path, json={"why": WHY} | change)
        assert sentence(refused, 422).startswith(told)
    assert len(await cycle.news()) == 2


async def test_a_read_that_is_not_posted_is_decided_not_corrected(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    read = await cycle.read_of(house)
    refused = await cycle.metering.as_("specialist").post(
        f"/reads/{read['id']}/correction", json={"value": "1", "why": WHY}
    )
    assert sentence(refused, 409).endswith("is awaited, not posted: decide it in its reading's review.")
