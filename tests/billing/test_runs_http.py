"""A run over HTTP: what each person may do, what they are answered, and the import of usage."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.billing.run_builders import MARCH, MARCH_READ, RunOffice, a_read, customer, point
from tests.billing.service import http_alone
from tests.running import bearer

BODY = {"cycle": "1", "period_start": "2023-03-01", "period_end": "2023-04-01", "bill_date": "2023-04-03"}
WHY = {"why": "reviewed with the exceptions list"}


@pytest.fixture
async def client(town: RunOffice) -> AsyncIterator[httpx.AsyncClient]:
    async with http_alone(town.engine, "specialist", "coordinator", "auditor", "it") as client:
        yield client


async def test_a_run_from_its_beginning_to_its_close(town: RunOffice, client: httpx.AsyncClient) -> None:
    await town.street(["1", "2"])
    await town.hear(customer("3"))
    run = await town.preview()
    assert (await client.post("/runs", json=BODY)).json()["id"] == str(run.id)
    shown = (await client.get(f"/runs/{run.id}")).json()
    assert (shown["state"], shown["accounts"], shown["totals"]["total"]) == (
        "review", {"expected": 2, "held": 1}, "104.00"
    )  # fmt: skip
    holds = (await client.get(f"/runs/{run.id}/holds")).json()
    assert [(one["account"], one["hold_code"]) for one in holds] == [("3", "no_read")]
    exceptions = (await client.get(f"/runs/{run.id}/exceptions", params={"code": "first_bill"})).json()
    assert {one["account"] for one in exceptions} == {"1", "2"}
    ahead = (await client.get(f"/runs/{run.id}/accounts/1")).json()
    held = await client.get(f"/runs/{run.id}/accounts/3")
    assert (held.status_code, held.json()["error"].split(":")[0]) == (409, "Account 3 is held")
    assert (await client.post(f"/runs/{run.id}/approve", json=WHY)).json()["state"] == "issuing"
    await town.work()
    number = ahead["number"]
    assert (await client.get(f"/bills/{number}")).json()["bill"] == ahead
    assert (await client.get(f"/bills/{number}/rederive")).json()["identical"] is True
    assert [one["number"] for one in (await client.get("/bills", params={"account": "1"})).json()] == [number]
    register = await client.get(f"/runs/{run.id}/register.csv")
    assert (register.headers["content-type"].split(";")[0], len(register.text.splitlines())) == ("text/csv", 4)
    revenue = (await client.get("/reports/revenue", params={"first": "2023-04-01", "last": "2023-04-30"})).json()
    assert {one["service"]: one["amount"] for one in revenue} == {
        "garbage": "30.00", "sewer": "20.00", "water": "54.00"
    }  # fmt: skip
    assert (await client.get(f"/runs/{run.id}/certificate")).json()["holds"] is True
    assert (await client.get(f"/runs/{run.id}/comparison")).json()["before"] is None
    assert (await client.post(f"/runs/{run.id}/close", json=WHY)).json()["state"] == "closed"
    audit = (await client.get(f"/audit/run {run.id}")).json()
    assert [one["action"] for one in audit] == ["start", "approve", "close"]


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("clerk", "/runs", 403),
        ("specialist", "/runs/{run}/approve", 403),
        ("specialist", "/runs/{run}/undo", 403),
        ("auditor", "/runs/{run}/close", 403),
        ("cashier", "/runs/{run}/recalculate", 403),
    ],
)
async def test_nobody_decides_about_a_run_who_should_not(
    town: RunOffice, client: httpx.AsyncClient, role: str, path: str, status: int
) -> None:
    await town.street(["1"])
    run = await town.preview()
    headers = bearer(role)
    answer = await client.post(path.format(run=run.id), json=BODY | WHY, headers=headers)
    assert answer.status_code == status
    assert (await town.see(run)).state == "review"


async def test_usage_of_the_old_system_is_imported_once_and_pictured_on_the_bill(
    town: RunOffice, client: httpx.AsyncClient
) -> None:
    rows = [f"1,water,2022-{month:02d}-01,{month}000,gal,{'yes' if month == 6 else ''}" for month in range(1, 13)]
    body = "\n".join(["service_point,service,period_end,quantity,unit,estimated", *rows])
    assert (await client.post("/imports/usage", content=body)).json()["imported"] == 12
    again = (await client.post("/imports/usage", content=body, params={"control_rows": 12})).json()
    assert (again["imported"], again["repeated"], again["ties"]) == (0, 12, True)
    refused = await client.post("/imports/usage", content=body + "\n1,water,2023-13-01,1,gal,")
    assert (refused.status_code, refused.json()["report"]["refused"][0]["line"]) == (422, 14)
    shown = (await client.get(f"/usage/points/{point('1')}")).json()
    assert [one["period_end"] for one in shown][:2] == ["2022-01-01", "2022-02-01"]
    await town.street(["1"])
    await town.bill()
    pictured = (await town.bills())["1"].usage_history
    assert (len(pictured), str(pictured[-1].period_end), pictured[5].estimated) == (12, "2022-12-01", True)


async def test_what_the_former_occupant_used_is_not_pictured(town: RunOffice, client: httpx.AsyncClient) -> None:
    body = "service_point,service,period_end,quantity,unit,estimated\n1,water,2019-12-01,999,gal,\n"
    await client.post("/imports/usage", content=body)
    rows = "1,water,2022-11-01,5000,gal,\n1,water,2023-02-01,6000,gal,\n"
    await client.post("/imports/usage", content=body + rows)
    account = customer("1")
    water = account.agreements[0].model_copy(update={"start": MARCH_READ.replace(month=1)})
    await town.hear(account.model_copy(update={"agreements": (water,)}))
    await town.read(a_read("1", 1000))
    await town.bill(MARCH)
    assert [month.quantity for month in (await town.bills())["1"].usage_history] == [6000]


async def test_reads_that_wait_are_listed(town: RunOffice, client: httpx.AsyncClient) -> None:
    await town.read(a_read("9", 1000))
    [shown] = (await client.get("/usage/unattributed")).json()
    assert (shown["meter_number"], shown["days_waiting"]) == ("M9", 2)
    assert (await client.get("/usage/corrections")).json() == []
