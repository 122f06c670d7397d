"""Billing's ledger as a running service: messages in, balances out, the office's questions answered."""

import csv
import io
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from contracts.billing import BalanceChanged, BusinessDayDone, BusinessDayStarted
from contracts.topics import ACCOUNT_CHANGED, BUSINESS_DAY_DONE, PAYMENT_RECEIVED, SERVICES
from deploy.local.places import Places
from tests.billing.office import DAY, a_payment, an_account
from tests.billing.service import publish
from tests.running import apply_town, bearer, messages, running, settled

OPENING = (
    "account,item,kind,service,amount,billed,due\n"
    "1,A1,bill,water,40.00,2022-12-05,2022-12-25\n1,A2,bill,sewer,4.00,2023-02-10,2023-03-02\n"
)


@pytest.fixture
async def billing(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Billing with the town's pack, the first day begun and what account 1 owed the old system."""
    async with running(app) as client:
        await apply_town(client)
        assert (await client.post("/days", json={"date": str(DAY)})).json()["began"] is True
        await publish(app, ACCOUNT_CHANGED, an_account("1"))
        answer = await client.post("/imports/opening_items", content=OPENING, params={"control_amount": "44.00"})
        assert answer.status_code == 200, answer.text
        await settled(client)
        yield client


async def _balances(places: Places, prefix: str) -> list[BalanceChanged]:
    return [BalanceChanged.model_validate_json(one.value) for one in await messages(places, prefix + "BalanceChanged")]


async def test_a_payment_on_the_topic_changes_the_balance_that_is_told(
    billing: httpx.AsyncClient, app: FastAPI, places: Places, topic_prefix: str
) -> None:
    await publish(app, PAYMENT_RECEIVED, a_payment("1", "41.00"), a_payment("1", "41.00"))
    await settled(billing)
    told = [(str(one.owed), str(one.past_due), one.payments_through) for one in await _balances(places, topic_prefix)]
    assert told == [("44.00", "40.00", 0), ("3.00", "0.00", 1)]
    balance = (await billing.get("/accounts/1/balance", headers=bearer("clerk"))).json()
    assert (balance["owed"], balance["next_due_date"]) == ("3.00", "2023-03-02")


async def test_a_payment_that_comes_before_its_account_waits_and_then_posts(
    billing: httpx.AsyncClient, app: FastAPI
) -> None:
    await publish(app, PAYMENT_RECEIVED, a_payment("2", "5.00"))
    assert (await settled(billing))["waiting_facts"] == 1
    await publish(app, ACCOUNT_CHANGED, an_account("2"))
    assert (await settled(billing))["waiting_facts"] == 0
    assert (await billing.get("/accounts/2/balance", headers=bearer("cashier"))).json()["credit"] == "5.00"


async def test_days_pass_and_what_becomes_past_due_is_told(
    billing: httpx.AsyncClient, app: FastAPI, places: Places, topic_prefix: str
) -> None:
    others = [name for name in SERVICES if name != "billing"]
    for last, day in (("2023-03-01", "2023-03-02"), ("2023-03-02", "2023-03-03")):
        assert (await billing.get("/days/today")).json()["missing"] == others
        too_soon = await billing.post("/days", json={"date": day})
        assert too_soon.status_code == 409
        assert "accounts, metering, payments, collections and notifications have not" in too_soon.json()["error"]
        await publish(app, BUSINESS_DAY_DONE, *(BusinessDayDone(service=name, date=last) for name in others))
        await settled(billing)
        assert (await billing.post("/days", json={"date": day})).status_code == 200
        await settled(billing)
    begun = await messages(places, topic_prefix + "BusinessDayStarted")
    assert [str(BusinessDayStarted.model_validate_json(one.value).date) for one in begun] == [
        "2023-03-01",
        "2023-03-02",
        "2023-03-03",
    ]
    newest = (await _balances(places, topic_prefix))[-1]
    assert (str(newest.past_due), str(newest.business_date), newest.version) == ("44.00", "2023-03-03", 2)
    today = (await billing.get("/days/today")).json()
    assert (today["date"], today["began"], today["state"]) == ("2023-03-03", False, "done")
    assert ("billing", {"accounts with something newly past due": 1}) in [
        (one["service"], one["counts"]) for one in today["done"]
    ]
    assert [(one["date"], one["missing"]) for one in (await billing.get("/days")).json()] == [
        ("2023-03-03", others),
        ("2023-03-02", []),
        ("2023-03-01", []),
    ]
    skipped = await billing.post("/days", json={"date": "2023-03-05"})
    assert skipped.status_code == 409
    assert "the next one to begin is 2023-03-04" in skipped.json()["error"]


async def test_only_a_coordinator_begins_a_day_before_everybody_is_done(billing: httpx.AsyncClient) -> None:
    wanted = {"date": "2023-03-02", "override_why": "metering is being restored"}
    refused = await billing.post("/days", json=wanted, headers=bearer("it"))
    assert (refused.status_code, "Only a coordinator" in refused.json()["error"]) == (403, True)
    assert (await billing.post("/days", json=wanted, headers=bearer("coordinator"))).json()["began"] is True


async def test_balances_are_sent_again_with_the_versions_they_have(
    billing: httpx.AsyncClient, places: Places, topic_prefix: str
) -> None:
    assert (await billing.post("/republish")).json() == {"BalanceChanged": 1}
    await settled(billing)
    first, again = await _balances(places, topic_prefix)
    assert first == again


async def test_the_books_are_shown_to_those_who_keep_them(billing: httpx.AsyncClient, app: FastAPI) -> None:
    await publish(app, PAYMENT_RECEIVED, a_payment("1", "50.00"))
    await settled(billing)
    trial = (await billing.get("/ledger/trial-balance")).json()
    assert {fund["difference"] for fund in trial["funds"]} == {"0.00"}
    assert (await billing.get("/ledger/verify")).json()["ok"] is True
    aging = (await billing.get("/receivables")).json()
    assert (aging["total"], aging["credit"], aging["customer_balances"]) == ("0.00", "6.00", "-6.00")
    account = (await billing.get("/accounts/1/ledger", headers=bearer("clerk"))).json()
    assert [item["remaining"] for item in account["items"]] == ["0.00", "0.00"]
    assert sum(len(account[part]) for part in ("transfers", "allocations", "credits")) == 5 + 2 + 1


async def test_books_in_which_nothing_stands_yet_can_be_asked_all_the_same(app: FastAPI) -> None:
    async with running(app) as client:
        await apply_town(client)
        await client.post("/days", json={"date": str(DAY)})
        assert (await client.get("/receivables")).json()["total"] == "0.00"
        assert (await client.get("/ledger/trial-balance")).json() == {"accounts": [], "funds": []}
        assert (await client.get("/ledger/verify")).json()["ok"] is True


async def test_receivables_are_aged_by_service(billing: httpx.AsyncClient) -> None:
    sewer, water = (await billing.get("/receivables")).json()["services"]
    assert (sewer["service"], sewer["not_yet_due"]) == ("sewer", "4.00")
    assert (water["service"], water["days_61_to_90"], water["total"]) == ("water", "40.00", "40.00")


async def test_the_journal_is_a_file_for_finance_software(billing: httpx.AsyncClient) -> None:
    span = {"from": "2023-03-01", "to": "2023-03-31"}
    lines = (await billing.get("/ledger/journal", params=span)).json()
    answer = await billing.get("/ledger/journal", params={**span, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows == lines
    assert {(row["fund"], row["code"], row["debit"], row["credit"]) for row in rows} == {
        ("501", "1150", "40.00", "0.00"),
        ("501", "2990", "0.00", "40.00"),
        ("502", "1150", "4.00", "0.00"),
        ("502", "2990", "0.00", "4.00"),
    }
    turned = await billing.get("/ledger/journal", params={"from": "2023-03-31", "to": "2023-03-01"})
    assert turned.status_code == 422


async def test_who_may_see_what(billing: httpx.AsyncClient) -> None:
    for path, role, status in (
        ("/accounts/1/balance", "clerk", 200),
        ("/accounts/1/balance", "field", 403),
        ("/accounts/nobody/balance", "clerk", 404),
        ("/receivables", "specialist", 200),
        ("/ledger/verify", "clerk", 403),
        ("/ledger/journal?from=2023-03-01&to=2023-03-01", "cashier", 403),
        ("/ledger/trial-balance", "auditor", 200),
    ):
        assert (await billing.get(path, headers=bearer(role))).status_code == status, (path, role)
