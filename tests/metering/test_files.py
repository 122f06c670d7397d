"""Route files over HTTP: sent out, brought back, and all that goes wrong on the way."""

from datetime import date, timedelta

import pytest

from deploy.local.demo.handheld import collect
from tests.metering.conversion import READ_ON, House, houses
from tests.metering.cycle import Cycle, saw
from tests.metering.running import sentence


async def test_a_route_goes_out_in_the_towns_format_with_limits_for_the_reader(cycle: Cycle) -> None:
    (house,) = await cycle.opened(House(1, cycle.name, last=10_000, usual=5_000))
    reading_line = next(line for line in (await cycle.file()).splitlines() if line.startswith("RDGDT"))
    previous, low, high = (int(reading_line[first:last]) for first, last in ((78, 88), (68, 78), (58, 68)))
    assert (previous, low, high) == (10_000, 11_000, 22_500)
    assert house.key in await cycle.file(format="csv")


async def test_the_file_is_named_for_its_cycle_route_and_day(cycle: Cycle) -> None:
    await cycle.opened(count=1)
    response = await cycle.metering.as_("field").get(f"{cycle.path}/routes/{cycle.name}-01/file")
    name = f"cycle-{cycle.name}-route-{cycle.name}-01-2023-03-01.v4"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize("format", ["neptune-v4", "csv"])
async def test_what_the_reader_saw_is_loaded_back(cycle: Cycle, format: str) -> None:
    first, second = await cycle.opened(count=2)
    report = await cycle.walked({first: saw(14_000), second: saw(15_000, leak=True)}, format=format)
    assert (report["meters"], report["clean"], report["format"]) == (2, 2, format)
    read = await cycle.read_of(second)
    assert (read["value"], read["quantity"], read["findings"], read["kind"]) == ("15000", "5000", ["leak"], "actual")


async def test_the_same_file_again_is_harmless_and_answers_what_it_did(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    file = collect(await cycle.file(), {house.key: saw(14_000)}, READ_ON)
    first = await cycle.load(file)
    await cycle.accept_clean()
    again = await cycle.load(file)
    assert again == first | {"again": True}
    assert (await cycle.read_of(house))["state"] == "accepted"


async def test_a_file_that_says_the_same_changes_nothing(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.walked({house: saw(14_000)})
    report = await cycle.walked({house: saw(14_000)}, format="csv")
    assert (report["unchanged"], report["clean"]) == (1, 0)


async def test_a_later_file_without_a_reading_does_not_forget_the_one_there_is(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.walked({house: saw(14_000)})
    await cycle.walked({house: saw(None, code="03")})
    assert (await cycle.read_of(house))["value"] == "14000"


async def test_a_meter_without_a_reading_keeps_the_readers_code(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.walked({house: saw(None, code="03")})
    read = await cycle.read_of(house)
    assert (read["state"], read["findings"], read["code"]) == ("questioned", ["missing"], "03")


async def test_rereads_go_out_alone_and_their_second_reading_counts(cycle: Cycle) -> None:
    odd, fine = await cycle.opened(count=2)
    await cycle.walked({odd: saw(90_000), fine: saw(14_000)})
    await cycle.decide("reread", finding="high")
    file = await cycle.file(rereads_only=True)
    assert (odd.key in file, fine.key in file) == (True, False)
    report = await cycle.load(collect(file, {odd.key: saw(14_100)}, READ_ON + timedelta(days=1)))
    assert report["clean"] == 1
    read = await cycle.read_of(odd)
    assert (read["value"], read["read_on"], read["findings"]) == ("14100", "2023-03-02", [])


async def test_a_reread_that_shows_the_same_is_a_new_answer(cycle: Cycle) -> None:
    (odd,) = await cycle.opened(count=1)
    await cycle.walked({odd: saw(90_000)})
    await cycle.decide("reread", finding="high")
    await cycle.walked({odd: saw(90_000)}, format="csv")
    assert (await cycle.read_of(odd))["state"] == "questioned"


def csv_of(*rows: str) -> str:
    return "service_point,meter,reading,read_date\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("NOWHERE,M1,5,", "Service point NOWHERE is not in this reading; check the cycle, or take it in first."),
        ("{key},M999,5,", "Service point {key} has meter {meter}, the file says M999; record the exchange, then load"),
        (
            "{key},{meter},5,2023-01-01",
            "Service point {key} was read on 2023-01-01, outside this reading's days",
        ),
        ("{key},{meter},1000000,", "Service point {key}: A register of 6 dials cannot show 1000000."),
        ("{key},{meter},12.5,", "Service point {key}: A register with 0 decimals cannot show 12.5."),
        ("{key},{meter},12x,", "Line 2, position 3 (reading): `12x` is not a reading such as 1234 or 1234.5"),
    ],
)
async def test_a_line_that_cannot_be_used_is_told_and_the_rest_is_loaded(cycle: Cycle, row: str, told: str) -> None:
    house, other = await cycle.opened(count=2)
    names = {"key": house.key, "meter": house.meter}
    report = await cycle.load(csv_of(row.format(**names), f"{other.key},{other.meter},14000,"), format="csv")
    (bad,) = report["refused"]
    assert bad["line"] == 2
    assert bad["reason"].startswith(told.format(**names))
    assert report["clean"] == 1


async def test_a_meter_named_twice_in_a_file_is_told(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    row = f"{house.key},{house.meter}"
    report = await cycle.load(csv_of(f"{row},14000,", f"{row},15000,"), format="csv")
    assert [bad["reason"] for bad in report["refused"]] == [f"Service point {house.key} stands in the file twice."]
    assert (await cycle.read_of(house))["value"] == "14000"


async def test_a_file_does_not_overrule_what_was_accepted(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.walked({house: saw(14_000)})
    await cycle.accept_clean()
    report = await cycle.load(csv_of(f"{house.key},{house.meter},15000,"), format="csv")
    (bad,) = report["refused"]
    assert bad["reason"] == (
        f"Service point {house.key} is accepted with 14000; the file says 15000. Correct the read instead."
    )


async def test_a_damaged_file_loads_nothing(cycle: Cycle) -> None:
    houses_ = await cycle.opened(count=2)
    file = collect(await cycle.file(), {house.key: saw(14_000) for house in houses_}, READ_ON)
    cut = "".join(line for line in file.splitlines(keepends=True) if not line.startswith("RTETR"))
    refused = await cycle.metering.as_("field").post(f"{cycle.path}/files", content=cut)
    assert sentence(refused, 422).startswith("Nothing was loaded. Line 11, position 1 (record id): COMTR cannot follow")
    assert {read["state"] for read in await cycle.review()} == {"awaited"}
    mended = await cycle.load(file)
    assert mended["clean"] == 2


@pytest.mark.parametrize(
    ("content", "query", "told"),
    [
        (b"\x89PNG\r\n", "", "The file is not plain text: byte 1 is 0x89. Take it from the handheld again."),
        (b"", "", "Nothing was loaded. Line 1, position 1 (record id): the file ends before its last record"),
        (b"COMHD", "?format=sensus", "`sensus` is no format of route files; known are neptune-v4, csv."),
        (b"meter,reading\n", "?format=csv", "Nothing was loaded. Line 1, position 1 (header): the header row has no"),
    ],
)
async def test_a_file_of_another_kind_is_refused(cycle: Cycle, content: bytes, query: str, told: str) -> None:
    await cycle.opened(count=1)
    refused = await cycle.metering.as_("field").post(f"{cycle.path}/files{query}", content=content)
    assert sentence(refused, 422).startswith(told)


async def test_a_key_too_long_for_a_handheld_is_refused_rather_than_cut(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.metering.post(
        f"/service-points/{house.key}/exchange",
        {
            "on": str(date(2023, 2, 10)),
            "old_final": "10100",
            "why": "test",
            "new": {"meter": "Ø-1", "size": "1", "dials": 6, "unit": "gal", "start": "0"},
        },
    )
    refused = await cycle.metering.as_("field").get(f"{cycle.path}/routes/{cycle.name}-01/file")
    assert sentence(refused, 422) == (
        f"Route {cycle.name}-01 can't be written as neptune-v4: MTRDT meter: `Ø-1` does not fit 20 plain characters."
    )
    assert "Ø-1" in await cycle.file(format="csv")


async def test_a_route_nobody_knows_is_not_found(cycle: Cycle) -> None:
    await cycle.opened(*houses(1, cycle.name))
    refused = await cycle.metering.as_("field").get(f"{cycle.path}/routes/nowhere/file")
    assert "There is no route in this reading called nowhere" in sentence(refused, 404)
