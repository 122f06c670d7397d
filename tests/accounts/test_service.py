"""accounts tells of an account once its premise and responsible person are known, whichever file came first."""

from collections.abc import AsyncIterator
from typing import TypeVar

import httpx
import pytest

from chassis.settings import Settings
from contracts.accounts import AccountChanged, ContactChanged
from deploy.local.places import Places
from services.accounts.app import build
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import apply_town, bearer, environment, messages, running, settled, topics_of

PREMISES = "premise,line1,line2,city,state,zip,parcel,inside_city\nP1,12 Oak St,,Windsor,CO,80550,R100,true\n"
PEOPLE = (
    "person,name,email,phone,line1,line2,city,state,zip,language\n"
    "N1,Ana Díaz,ana@example.org,970-555-0101,12 Oak St,,Windsor,CO,80550,es\n"
)
ACCOUNTS = (
    "account,premise,responsible,co_responsible,owner,cycle,opened,closed,ebill,autopay,level_pay\n"
    "10001,P1,N1,,,1,2020-05-01,,true,false,false\n"
)
AGREEMENTS = (
    "account,service,service_point,start,end,status,attributes\n"
    "10001,water,S1,2020-05-01,,active,class=residential;meter_size=3/4\n"
    "10001,stormwater,,2020-05-01,,active,class=residential\n"
)
E = TypeVar("E", AccountChanged, ContactChanged)


@pytest.fixture
async def accounts(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> AsyncIterator[httpx.AsyncClient]:
    make_topics(topics_of("accounts"), topic_prefix)
    settings = Settings(**environment(places, database("accounts", migrated=True), topic_prefix))
    async with running(build(settings)) as client:
        await apply_town(client)
        yield client


async def post(client: httpx.AsyncClient, file: str, text: str, **query: object) -> httpx.Response:
    return await client.post(f"/imports/{file}", content=text.encode(), params={k: str(v) for k, v in query.items()})


async def events(places: Places, prefix: str, model: type[E]) -> list[E]:
    return [model.model_validate_json(one.value) for one in await messages(places, prefix + model.__name__)]


async def test_an_account_is_told_of_when_its_files_came_in_any_order(
    accounts: httpx.AsyncClient, places: Places, topic_prefix: str
) -> None:
    for file, text in [("agreements", AGREEMENTS), ("accounts", ACCOUNTS), ("people", PEOPLE), ("premises", PREMISES)]:
        answer = await post(accounts, file, text)
        assert answer.status_code == 200, answer.text
    await settled(accounts)

    told = await events(places, topic_prefix, AccountChanged)
    contacts = await events(places, topic_prefix, ContactChanged)
    assert [one.number for one in told] == ["10001"]
    assert {one.service for one in told[-1].agreements} == {"water", "stormwater"}
    assert contacts[-1].contacts[0].name == "Ana Díaz"


async def test_a_name_never_travels_in_account_changed(
    accounts: httpx.AsyncClient, places: Places, topic_prefix: str
) -> None:
    for file, text in [("premises", PREMISES), ("people", PEOPLE), ("accounts", ACCOUNTS)]:
        await post(accounts, file, text)
    await settled(accounts)
    (record,) = await messages(places, topic_prefix + "AccountChanged")
    assert b"Ana" not in record.value
    assert b"Oak" not in record.value


async def test_importing_the_same_file_again_leaves_one_account(accounts: httpx.AsyncClient) -> None:
    for _ in range(2):
        for file, text in [("premises", PREMISES), ("people", PEOPLE), ("accounts", ACCOUNTS)]:
            assert (await post(accounts, file, text)).status_code == 200
    new = (await accounts.get("/accounts/new", params={"since": "2020-01-01"})).json()
    assert [one["number"] for one in new] == ["10001"]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("10001,P1,N1,,,1,yesterday,,true,false,false", "opened"),
        ("10001,P1,,,,1,2020-05-01,,true,false,false", "responsible"),
        ("10001,P1,N1,,,1,2020-05-01,,perhaps,false,false", "ebill"),
        ("10001,P1,N1", "number of cells"),
    ],
)
async def test_a_bad_row_is_named_and_nothing_is_imported(accounts: httpx.AsyncClient, row: str, word: str) -> None:
    answer = await post(accounts, "accounts", ACCOUNTS + row + "\n")
    assert answer.status_code == 422
    (bad,) = answer.json()["report"]["refused"]
    assert bad["line"] == 3
    assert word in bad["reason"]
    assert (await accounts.get("/accounts/10001")).status_code == 404


async def test_the_rest_is_imported_when_told_to(accounts: httpx.AsyncClient) -> None:
    answer = await post(accounts, "accounts", ACCOUNTS + "10002,P1\n", accept_bad_rows=True)
    assert answer.json()["imported"] == 1
    assert (await accounts.get("/accounts/10001")).status_code == 200


async def test_control_totals_must_tie(accounts: httpx.AsyncClient) -> None:
    answer = await post(accounts, "accounts", ACCOUNTS, control_rows=2)
    assert answer.status_code == 422
    assert answer.json()["report"]["ties"] is False


async def test_a_change_of_enrollment_is_told_and_kept_for_the_auditor(
    accounts: httpx.AsyncClient, places: Places, topic_prefix: str
) -> None:
    for file, text in [("premises", PREMISES), ("people", PEOPLE), ("accounts", ACCOUNTS)]:
        await post(accounts, file, text)
    await settled(accounts)
    change = {"ebill": False, "why": "asked for paper at the counter"}
    assert (await accounts.patch("/accounts/10001/enrollment", json=change)).status_code == 200
    await settled(accounts)
    told = await events(places, topic_prefix, AccountChanged)
    assert [one.ebill for one in told] == [True, False]
    assert told[1].version == told[0].version + 1
    entries = (await accounts.get("/audit/account 10001")).json()
    assert [(one["actor"], one["action"]) for one in entries][:1] == [("pat", "enroll")]


async def test_a_cashier_may_look_but_not_import(accounts: httpx.AsyncClient) -> None:
    cashier = bearer("cashier")
    answer = await accounts.post("/imports/accounts", content=ACCOUNTS.encode(), headers=cashier)
    assert answer.status_code == 403
    assert "coordinator" in answer.json()["error"]
    assert (await accounts.get("/accounts/10001", headers={"Authorization": ""})).status_code == 401
