"""The conversion's files: any order, any number of times, every bad row named."""

import pytest

from tests.metering.conversion import LAST_ON, POINT_COLUMNS, House, houses, last_reads, service_points, usage
from tests.metering.cycle import Cycle, saw
from tests.metering.running import sentence

LAST_COLUMNS = "service_point,date,value,kind\n"
USAGE_COLUMNS = "service_point,service,period_end,quantity,unit,estimated\n"


async def test_importing_a_file_again_changes_nothing(cycle: Cycle) -> None:
    town = houses(3, cycle.name)
    for name, file in (("service_points", service_points(town)), ("last_reads", last_reads(town))):
        assert (await cycle.metering.send(f"/imports/{name}", file))["imported"] == 3
        again = await cycle.metering.send(f"/imports/{name}", file)
        assert (again["imported"], again["repeated"], again["refused"]) == (0, 3, [])
    assert (await cycle.metering.send("/imports/usage", usage(town)))["imported"] == 72
    assert (await cycle.metering.send("/imports/usage", usage(town)))["repeated"] == 72


async def test_importing_again_after_reads_were_posted_changes_nothing(cycle: Cycle) -> None:
    (house,) = await cycle.opened(count=1)
    await cycle.posted_as({house: saw(14_000)})
    again = await cycle.metering.send("/imports/last_reads", last_reads([house]))
    assert (again["imported"], again["repeated"]) == (0, 1)
    reads = await cycle.metering.get(f"/service-points/{house.key}/reads")
    assert reads[0]["value"] == "14000"


async def test_a_service_point_on_record_with_other_content_is_refused(cycle: Cycle) -> None:
    (house,) = await cycle.of(*houses(1, cycle.name))
    other = service_points([house]).replace("Main St", "Oak Ave")
    refused = await cycle.metering.as_("it").post("/imports/service_points", content=other)
    assert sentence(refused, 422) == "Nothing of service_points was imported: 1 rows are bad."
    (bad,) = refused.json()["report"]["refused"]
    assert bad == {"line": 2, "reason": f"service point {house.key} was imported with other content; change it there"}


async def test_good_rows_are_imported_beside_bad_ones_only_when_told_to(cycle: Cycle) -> None:
    town = houses(2, cycle.name)
    file = service_points(town) + "broken,row\n"
    assert (await cycle.metering.as_("it").post("/imports/service_points", content=file)).status_code == 422
    report = await cycle.metering.send("/imports/service_points", file, accept_bad_rows=True)
    assert (report["imported"], [bad["line"] for bad in report["refused"]]) == (2, [4])


async def test_control_totals_must_tie(cycle: Cycle) -> None:
    town = houses(2, cycle.name)
    short = await cycle.metering.as_("it").post("/imports/usage?control_amount=1", content=usage(town))
    assert sentence(short, 422) == "Nothing of usage was imported: the control totals don't tie."
    tied = await cycle.metering.send("/imports/usage", usage(town), control_amount=2 * 24 * 4000, control_rows=48)
    assert (tied["ties"], tied["imported"]) == (True, 48)


async def test_a_route_is_of_one_cycle(cycle: Cycle) -> None:
    (house,) = await cycle.of(*houses(1, cycle.name))
    row = service_points([House(2, cycle.name)]).replace(f"water,{cycle.name},{house.route}", f"water,X,{house.route}")
    refused = await cycle.metering.as_("it").post("/imports/service_points", content=row)
    (bad,) = refused.json()["report"]["refused"]
    assert bad["reason"] == f"route {house.route} is of cycle {cycle.name}, not X"


def point_row(**changes: str) -> str:
    columns = POINT_COLUMNS.strip().split(",")
    row = "SP-BAD,P-BAD,water,9,901,10,1 Main St,MBAD,1,1in,6,0,gal,1,2015-06-01"
    usual = dict(zip(columns, row.split(","), strict=True))
    return POINT_COLUMNS + ",".join((usual | changes)[column] for column in columns)


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("service_points", point_row(service_point=""), "service_point: String should have at least 1 character"),
        ("service_points", point_row(service_point="S" * 21), "service_point: String should have at most 20"),
        ("service_points", point_row(service="sewer"), "service: Input should be 'water', 'reclaimed' or 'wholesale'"),
        ("service_points", point_row(sequence="first"), "sequence: Input should be a valid integer"),
        ("service_points", point_row(dials="11"), "dials: Input should be less than or equal to 10"),
        ("service_points", point_row(dials="4", decimals="4"), "a register of 4 dials cannot have 4 decimals"),
        ("service_points", point_row(unit="liters"), "unit: Input should be 'gal'"),
        ("service_points", point_row(multiplier="0"), "multiplier: Input should be greater than 0"),
        ("service_points", point_row(installed="6/1/2015"), "installed: Input should be a valid date"),
        ("service_points", "meter\nM1\n", "missing columns: service_point"),
        ("last_reads", LAST_COLUMNS + f"SP-BAD,{LAST_ON},-1,actual\n", "value: Input should be greater than or equal"),
        ("last_reads", LAST_COLUMNS + f"SP-BAD,{LAST_ON},NaN,actual\n", "value: Input should be a finite number"),
        ("last_reads", LAST_COLUMNS + f"SP-BAD,{LAST_ON},12,guess\n", "kind: Input should be 'actual'"),
        ("last_reads", LAST_COLUMNS + "SP-BAD,2023-02-30,12,actual\n", "date: Input should be a valid date"),
        ("usage", USAGE_COLUMNS + f"SP-BAD,water,{LAST_ON},1.1234567,gal,no\n", "quantity: Decimal input should have"),
        (
            "usage",
            USAGE_COLUMNS + f"SP-BAD,water,{LAST_ON},12,gal,perhaps\n",
            "estimated: Input should be a valid",
        ),
        (
            "usage",
            USAGE_COLUMNS + f"SP-BAD,water,{LAST_ON},12\n",
            "The row has another number of cells",
        ),
    ],
)
async def test_a_bad_row_is_told_with_its_line_and_reason(file: str, content: str, told: str, cycle: Cycle) -> None:
    refused = await cycle.metering.as_("it").post(f"/imports/{file}", content=content)
    (bad,) = refused.json()["report"]["refused"]
    assert told in bad["reason"]


async def test_a_file_that_is_not_text_is_refused(cycle: Cycle) -> None:
    refused = await cycle.metering.as_("it").post("/imports/usage", content=b"\xff\xfe\x00")
    assert "not UTF-8" in sentence(refused, 422)
