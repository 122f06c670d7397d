"""Late charges and returned payments in the running service: by the day, by message, over HTTP."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import httpx
import pytest
from fastapi import FastAPI

from contracts.topics import ACCOUNT_CHANGED, CHARGE_ASSESSED, PAYMENT_RECEIVED, PAYMENT_RETURNED
from tests.billing.late_builders import a_fee, a_return
from tests.billing.office import DAY, a_payment, an_account
from tests.billing.service import publish
from tests.running import apply_town, bearer, running, settled

DUE = DAY + timedelta(1)
FREE = DUE + timedelta(11)
"""Ten days after March 2, moved on from Sunday, March 12."""
OPENING = (
    "account,item,kind,service,amount,billed,due\n"
    f"1,A1,bill,water,40.00,2023-02-10,{DUE}\n2,A2,bill,sewer,60.00,2023-02-10,{DUE}\n"
)


@pytest.fixture
async def billing(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Two accounts that owe 40.00 and 60.00, and the day on which a late charge is due."""
    async with running(app) as client:
        await apply_town(client)
        await begin(client, DAY)
        await publish(app, ACCOUNT_CHANGED, an_account("1"), an_account("2"))
        answer = await client.post("/imports/opening_items", content=OPENING)
        assert answer.status_code == 200, answer.text
        for passed in range(1, (FREE - DAY).days + 2):
            await begin(client, DAY + timedelta(passed))
        await settled(client)
        yield client


async def begin(client: httpx.AsyncClient, day: date) -> None:
    answer = await client.post("/days", json={"date": str(day), "override_why": "only billing runs here"})
    assert answer.status_code == 200, answer.text


async def test_a_charge_is_proposed_approved_and_taken_back_by_a_payment_that_was_on_time(
    billing: httpx.AsyncClient, app: FastAPI
) -> None:
    (today,) = [one for one in (await billing.get("/days/today")).json()["done"] if one["service"] == "billing"]
    assert today["counts"]["late charges proposed"] == 2
    assert today["money"]["late charges proposed"] == "5.00"
    proposed = (await billing.get("/late-charges/proposed")).json()
    assert [(one["account"], one["base"], one["amount"]) for one in proposed] == [
        ("1", "40.00", "2.00"),
        ("2", "60.00", "3.00"),
    ]
    assert {one["free_through"] for one in proposed} == {str(FREE)}
    answer = (await billing.post("/late-charges/approve", json={"why": "looked through"})).json()
    assert answer["charges"] == 2
    await settled(billing)
    assert (await billing.get("/accounts/1/balance")).json()["owed"] == "42.00"
    await publish(app, PAYMENT_RECEIVED, a_payment("1", "40.00", effective_date=FREE))
    await settled(billing)
    assert (await billing.get("/accounts/1/balance")).json()["owed"] == "0.00"
    (shown,) = (await billing.get("/late-charges", params={"account": "1"})).json()
    assert (shown["state"], shown["decided_by"]) == ("reversed", "pat")
    assert (await billing.get("/ledger/verify")).json()["sentences"] == []


async def test_a_charge_can_be_waived_before_and_after_it_was_posted(billing: httpx.AsyncClient) -> None:
    first, second = (await billing.get("/late-charges/proposed")).json()
    waived = await billing.post(f"/late-charges/{first['charge_id']}/waive", json={"why": "the mail was late"})
    assert (waived.json()["state"], waived.json()["why"]) == ("waived", "the mail was late")
    await billing.post("/late-charges/approve", json={"why": "looked through", "charges": [second["charge_id"]]})
    await settled(billing)
    assert (await billing.get("/accounts/2/balance")).json()["owed"] == "63.00"
    await billing.post(f"/late-charges/{second['charge_id']}/waive", json={"why": "the mail was late"})
    assert (await billing.get("/accounts/2/balance")).json()["owed"] == "60.00"
    assert (await billing.get("/ledger/verify")).json()["sentences"] == []


async def test_only_a_coordinator_decides(billing: httpx.AsyncClient) -> None:
    (one, _) = (await billing.get("/late-charges/proposed", headers=bearer("clerk"))).json()
    for path in ("/late-charges/approve", f"/late-charges/{one['charge_id']}/waive"):
        assert (await billing.post(path, json={"why": "me"}, headers=bearer("specialist"))).status_code == 403
    assert (await billing.get("/late-charges", params={"account": "nobody"})).status_code == 404


async def test_a_payment_that_came_back_and_its_fee_are_in_the_books(billing: httpx.AsyncClient, app: FastAPI) -> None:
    await publish(app, PAYMENT_RETURNED, a_return("1", "40.00"))  # waits for the payment
    await publish(app, CHARGE_ASSESSED, a_fee("1", "30.00"))
    await publish(app, PAYMENT_RECEIVED, a_payment("1", "40.00"))
    assert (await settled(billing))["waiting_facts"] == 0
    balance = (await billing.get("/accounts/1/balance")).json()
    assert (balance["owed"], balance["past_due"], balance["payments_through"]) == ("70.00", "40.00", 1)
    assert (await billing.get("/ledger/verify")).json()["sentences"] == []
