"""What went to whom, with proof; who gets copies; what bounces; whom to welcome."""

import csv
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts.accounts import AccountChanged, AccountStatus, Contact, ContactChanged, ContactRole, ServiceAgreement
from contracts.billing import BusinessDayDone, BusinessDayStarted
from contracts.delinquency import Step
from contracts.ids import thing_id
from contracts.notices import NoticeFailed, NoticeSent
from contracts.orders import OrderKind
from contracts.payments import ReturnKind
from deploy.local.places import Places
from tests.conftest import GivenDatabase, GivenTopics
from tests.notifications.builders import TOWN, a_case, a_final_bill, a_restore, a_return, an_address
from tests.notifications.test_service import ACCOUNT, DAY, NUMBER, Desk, a_desk, bill, contact, desk  # noqa: F401
from tests.running import apply_town, eventually, messages, settled

NEXT_DAY = date(2023, 8, 9)


def people(service_line: str = "412 Cottonwood Ln") -> ContactChanged:
    """A customer of e-bill who gets mail elsewhere, an owner, and a daughter who asked to be told."""
    customer = contact().contacts[0].model_copy(update={"mailing": an_address("PO Box 7")})
    others = [
        Contact(person_id=UUID(int=number), role=role, name=name, mailing=an_address(f"{number} Main St"))
        for number, role, name in (
            (8, ContactRole.OWNER, "Owner LLC"),
            (9, ContactRole.THIRD_PARTY, "Ana Delgado"),
            (10, ContactRole.AGENT, "Agent Inc"),
        )
    ]
    return contact().model_copy(update={"contacts": (customer, *others), "service_address": an_address(service_line)})


async def mail_all(desk: Desk, name: str, mailed_on: date, kinds: str = "") -> dict[str, Any]:  # noqa: F811
    assert (await desk.client.post(f"/mailings/{name}{kinds}")).status_code == 200
    await settled(desk.client)
    mailing: dict[str, Any] = (await desk.client.get(f"/mailings/{name}")).json()
    pieces = sum(one["notices"] for one in mailing["files"])
    confirmed = {"mailed_on": str(mailed_on), "pieces": pieces, "why": "the house's receipt 88"}
    assert (await desk.client.post(f"/mailings/{name}/confirm", json=confirmed)).json() == pieces
    return mailing


async def deliveries(desk: Desk, **wanted: str) -> list[dict[str, Any]]:  # noqa: F811
    answer = await desk.client.get("/deliveries", params=wanted)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def history(desk: Desk, notice_id: str) -> list[str]:  # noqa: F811
    shown = (await desk.client.get(f"/notices/{notice_id}")).json()
    return [one["what"] for one in shown["history"]]


async def test_a_shutoff_notice_counts_from_the_confirmed_mailing_and_its_copies_count_for_nothing(desk: Desk) -> None:  # noqa: F811
    await desk.hear(people())
    await desk.hear(a_case(Step.SHUTOFF_NOTICE))
    found = await deliveries(desk, account=NUMBER, kind="shutoff_notice")
    assert sorted((one["role"], one["channel"], one["name"], one["copy_for_information"]) for one in found) == [
        ("occupant", "paper", "occupant", True),
        ("owner", "paper", "Owner LLC", True),
        ("responsible", "email", "Maria Delgado", True),
        ("responsible", "paper", "Maria Delgado", False),
        ("third_party", "paper", "Ana Delgado", True),
    ]
    assert "SHUTOFF NOTICE" in desk.inbox.got[0]["Subject"]
    assert await messages(desk.places, desk.prefix + "NoticeSent") == []

    await desk.hear(BusinessDayStarted(date=NEXT_DAY))
    mailing = await mail_all(desk, "august-9", NEXT_DAY)
    (told,) = await desk.told(NoticeSent, 1)
    assert (str(told.channel), told.sent_date, told.person_id) == ("paper", NEXT_DAY, UUID(int=7))
    (file,) = mailing["files"]
    rows = csv.DictReader((desk.out / f"{file['name']}.csv").read_text().splitlines())
    assert sorted((row["name"], row["line1"]) for row in rows) == [
        ("Ana Delgado", "9 Main St"),
        ("Current occupant", "412 Cottonwood Ln"),
        ("Maria Delgado", "PO Box 7"),
        ("Owner LLC", "8 Main St"),
    ]
    (paper,) = [one for one in found if one["name"] == "Maria Delgado" and one["channel"] == "paper"]
    assert await history(desk, paper["notice_id"]) == ["queued", "printed", "mailed"]


async def test_a_bounce_goes_on_paper_and_is_told_once(desk: Desk) -> None:  # noqa: F811
    await desk.hear(contact())
    await desk.hear(bill())
    (sent,) = await desk.told(NoticeSent, 1)
    report = {"message_id": sent.message_id, "reason": "550 mailbox closed"}
    assert (await desk.client.post("/bounces", json=report)).json()["outcome"] == "paper"
    assert (await desk.client.post("/bounces", json=report)).json()["outcome"] == "known"
    (failed,) = await desk.told(NoticeFailed, 1)
    assert (failed.notice_id, str(failed.falls_back_to)) == (sent.notice_id, "paper")
    paper = (await deliveries(desk, channel="paper"))[0]
    assert (paper["state"], paper["instead_of"]) == ("queued", str(sent.notice_id))
    assert await history(desk, str(sent.notice_id)) == ["queued", "sent", "bounced"]
    unknown = report | {"message_id": "<somebody@else.example>"}
    assert (await desk.client.post("/bounces", json=unknown)).status_code == 404
    assert (
        await desk.client.post("/bounces", json=report | {"message_id": f"<{paper['notice_id']}@x.example>"})
    ).status_code == 409


async def test_mail_that_is_put_off_waits_and_says_why(desk: Desk) -> None:  # noqa: F811
    event = contact(email="later@mail.example")
    topic = desk.prefix + "ContactChanged"
    await desk.producer.send_and_wait(topic, event.model_dump_json().encode(), key=str(ACCOUNT).encode())
    await desk.producer.send_and_wait(
        desk.prefix + "BillIssued", bill().model_dump_json().encode(), key=str(ACCOUNT).encode()
    )

    async def put_off() -> bool:
        found = await deliveries(desk, state="queued")
        return bool(found) and "mailbox busy" in (found[0]["reason"] or "")

    await eventually(put_off)
    (waiting,) = await deliveries(desk, state="queued", day="2023-08-08")
    assert (waiting["attempts"], await history(desk, waiting["notice_id"])) == (1, ["queued", "put off"])


async def test_what_was_taken_up_for_people_who_are_then_erased_goes_nowhere(desk: Desk) -> None:  # noqa: F811
    await desk.client.post("/outbound/hold", json={"why": "to erase before it leaves"})
    await desk.hear(contact())
    await desk.hear(bill())
    await desk.producer.send_and_wait(desk.prefix + "ContactChanged", None, key=str(ACCOUNT).encode())
    await settled(desk.client)
    await desk.client.post("/outbound/release", json={"why": "erased"})
    await settled(desk.client)
    (kept,) = await deliveries(desk)
    assert (kept["state"], kept["name"], desk.inbox.got) == ("cancelled", None, [])


async def test_mail_waits_for_the_town_to_be_told_and_then_leaves_at_once(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics, tmp_path: Path
) -> None:
    async with a_desk(places, database, topic_prefix, make_topics, tmp_path) as early:
        for event in (contact(), bill()):
            topic = topic_prefix + type(event).__name__
            await early.producer.send_and_wait(topic, event.model_dump_json().encode(), key=str(ACCOUNT).encode())

        async def queued() -> bool:
            return [one["state"] for one in await deliveries(early)] == ["queued"]

        await eventually(queued)
        await apply_town(early.client)
        await settled(early.client)
        assert len(early.inbox.got) == 1
        assert (await deliveries(early))[0]["attempts"] == 1


def opened(on: date, number: str = NUMBER) -> AccountChanged:
    account = thing_id(TOWN, "account", number)
    water = ServiceAgreement(agreement_id=thing_id(TOWN, "agreement", number), service="water", start=on)
    return AccountChanged(
        account_id=account, number=number, version=1, status=AccountStatus.ACTIVE, opened=on, cycle="1",
        premise_id=UUID(int=5), responsible_person_id=UUID(int=7), agreements=(water,), business_date=on,
    )  # fmt: skip


async def test_only_who_came_since_the_towns_first_day_is_welcomed_and_once(desk: Desk) -> None:  # noqa: F811
    await desk.hear(opened(date(2019, 5, 1), "10001111"))
    await desk.hear(contact(ebill=False).model_copy(update={"account_id": opened(DAY, "10001111").account_id}))
    await desk.hear(opened(DAY))
    assert await deliveries(desk, kind="welcome") == []
    await desk.hear(contact(ebill=False))
    await desk.hear(opened(DAY).model_copy(update={"version": 2, "autopay": True}))
    await desk.hear(BusinessDayStarted(date=NEXT_DAY))
    (welcome,) = await deliveries(desk, kind="welcome")
    assert (welcome["account"], welcome["about"]) == (NUMBER, str(ACCOUNT))


async def test_each_matter_is_told_by_its_own_letter(desk: Desk) -> None:  # noqa: F811
    await desk.hear(contact(ebill=False))
    for event in (
        a_case(Step.STATUS_LETTER),
        a_case(Step.DOOR_HANGER),
        a_case(Step.SHUT_OFF),
        a_restore(),
        a_restore(order_id=UUID(int=2), kind=OrderKind.DISCONNECT),
        a_return(),
        a_return(return_id=UUID(int=3), kind=ReturnKind.MISPOSTING),
        a_final_bill(),
    ):
        await desk.hear(event)
    kinds = sorted(one["kind"] for one in await deliveries(desk))
    assert kinds == ["bill", "door_hanger", "final", "restored", "returned_payment", "status_letter"]
    mailing = await mail_all(desk, "all", DAY)
    assert sorted(one["kind"] for one in mailing["files"]) == kinds
    assert sorted(str(one.kind) for one in await desk.told(NoticeSent, 6)) == kinds


async def test_door_hangers_are_printed_alone_in_the_order_of_the_street(desk: Desk) -> None:  # noqa: F811
    await desk.hear(contact(ebill=True))
    await desk.hear(bill().model_copy(update={"autopay": True}))
    for place, line in enumerate(("90 Elm St", "8 Elm St", "100 Ash Ave")):
        account = thing_id(TOWN, "account", str(place))
        await desk.hear(people(line).model_copy(update={"account_id": account, "number": f"{place}", "ebill": True}))
        await desk.hear(a_case(Step.DOOR_HANGER, account_id=account, case_id=UUID(int=place)))
    mailing = await mail_all(desk, "hangers", DAY, "?kind=door_hanger")
    (file,) = mailing["files"]
    assert (file["kind"], file["notices"], file["pages"]) == ("door_hanger", 3, 1)
    rows = list(csv.DictReader((desk.out / f"{file['name']}.csv").read_text().splitlines()))
    assert [(row["line1"], row["page"], row["card"]) for row in rows] == [
        ("100 Ash Ave", "1", "1"), ("8 Elm St", "1", "2"), ("90 Elm St", "1", "3"),
    ]  # fmt: skip


async def test_a_day_ends_with_what_the_day_before_sent_and_what_it_left(desk: Desk) -> None:  # noqa: F811
    await desk.hear(contact())
    await desk.hear(bill())
    await desk.hear(contact(ebill=False, version=2))
    await desk.hear(a_case(Step.STATUS_LETTER, business_date=DAY))
    of_the_day_itself = a_case(Step.REMINDER, case_id=UUID(int=1), business_date=NEXT_DAY)
    await desk.hear(of_the_day_itself)
    await desk.hear(BusinessDayStarted(date=NEXT_DAY))
    done = (await desk.told(BusinessDayDone, 2))[-1]
    assert done.date == NEXT_DAY
    assert done.counts == {
        "welcomes queued": 0,
        "bill sent": 1,
        "status letter not yet sent": 1,
        "notices not yet sent": 1,
    }
