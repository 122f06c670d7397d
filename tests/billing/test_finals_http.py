"""Final bills and refunds over HTTP, and the day that makes them."""

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from sqlalchemy import text

from contracts.ids import derived_id
from contracts.metering import ReadKind
from services.billing.days.work import DAY
from tests.billing.final_builders import LEFT, FinalOffice, a_pack, gone
from tests.billing.office import Office, a_payment
from tests.billing.run_builders import MARCH_READ, a_read
from tests.billing.service import http_alone

WHY = {"why": "seen with the supervisor"}


@pytest.fixture
async def town(office: Office) -> FinalOffice:
    """Accounts 1 and 2 have ended; only 1 was read. A person approves final bills here."""
    town = FinalOffice(office)
    await town.open(a_pack(approve=True))
    await town.street(["1", "2"])
    await town.bill()
    await town.hear(gone("1"), gone("2"))
    await town.read(a_read("1", 2000, LEFT, MARCH_READ, kind=ReadKind.FINAL))
    await town.day()
    return town


@pytest.fixture
async def client(town: FinalOffice) -> AsyncIterator[httpx.AsyncClient]:
    async with http_alone(town.engine, "specialist", "coordinator") as client:
        yield client


async def test_what_waits_is_listed_with_its_age_and_what_is_proposed_is_approved(
    town: FinalOffice, client: httpx.AsyncClient
) -> None:
    [waits] = (await client.get("/finals/waiting")).json()
    assert (waits["account"], waits["code"], waits["days_waiting"]) == ("2", "no_final_read", 1)
    [proposed] = (await client.get("/finals/proposed")).json()
    ahead = (await client.get("/finals/accounts/1")).json()
    assert (proposed["account"], proposed["total"]) == ("1", ahead["current_charges"])
    [decided] = (await client.post("/finals/approve", json={"accounts": ["1"], **WHY})).json()
    assert (decided["state"], decided["total"]) == ("billed", ahead["current_charges"])
    assert (await client.get(f"/bills/{ahead['number']}")).json()["bill"] == ahead
    again = await client.post("/finals/approve", json={"accounts": ["1"], **WHY})
    assert (again.status_code, again.json()["error"][:34]) == (409, "Account 1 has no final bill propos")


async def test_an_account_is_held_and_let_go(town: FinalOffice, client: httpx.AsyncClient) -> None:
    assert (await client.post("/finals/hold", json={"account": "1", **WHY})).status_code == 204
    assert {one["account"]: one["code"] for one in (await client.get("/finals/waiting")).json()} == {
        "1": "by_hand", "2": "no_final_read"
    }  # fmt: skip
    assert (await client.post("/finals/let-go", json={"account": "1", **WHY})).status_code == 204
    assert (await client.post("/finals/let-go", json={"account": "1", **WHY})).status_code == 409


async def test_credit_is_given_back_once_and_within_its_bounds(town: FinalOffice, client: httpx.AsyncClient) -> None:
    await town.office.pay(a_payment("2", "92.00"))
    order = {"account": "2", "amount": "30.00", "refund_id": str(derived_id("refund", 1)), **WHY}
    first, second = [(await client.post("/refunds", json=order)).json() for _ in range(2)]
    assert (first, first["state"], first["amount"]) == (second, "due", "30.00")
    assert [one["account"] for one in (await client.get("/refunds")).json()] == ["2"]
    too_much = await client.post("/refunds", json={"account": "2", "amount": "30.00", **WHY})
    assert (too_much.status_code, "10.00 of credit" in too_much.json()["error"]) == (422, True)
    [kept] = (await client.get("/finals/credits")).json()
    assert (kept["account"], kept["credit"]) == ("2", "10.00")


async def test_a_final_bill_is_part_of_billings_day(town: FinalOffice) -> None:
    await town.read(a_read("2", 1000, LEFT, MARCH_READ, kind=ReadKind.FINAL))
    async with town.by("billing") as tx:
        await tx.execute(text("delete from business_day where day > '2023-04-17'"))
        await DAY.begin(tx, date(2023, 4, 18))
    for worker in DAY.workers:
        await town.chunks(worker)
    [row] = await town.office.rows("select result from chunk where phase = 'final bills' and state = 'done'")
    assert row["result"]["counts"] == {"final bills proposed": 2}
