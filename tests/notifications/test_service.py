"""A bill leaves by e-mail or in a mailing, once; what can't be delivered falls back to paper."""

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pypdf import PdfReader

from chassis.kafka import credentials
from contracts.accounts import AccountChanged, AccountStatus, Contact, ContactChanged, ContactRole, ServiceAgreement
from contracts.base import Event
from contracts.billing import BillCancelled, BillIssued, BusinessDayStarted
from contracts.ids import thing_id
from contracts.notices import NoticeFailed, NoticeSent
from deploy.local.places import Places
from deploy.local.ports import free_port
from services.notifications.app import build
from services.notifications.delivery import sending
from services.notifications.settings import NotificationsSettings
from tests.conftest import GivenDatabase, GivenTopics
from tests.notifications.builders import TOWN, a_bill, a_flagged_read, an_address
from tests.running import apply_town, environment, eventually, messages, running, settled, topics_of

DAY = date(2023, 8, 8)
NUMBER = "10004217"
ACCOUNT = thing_id(TOWN, "account", NUMBER)


class Inbox:
    """A mail server that keeps what it gets, and refuses one address."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("gone@"):
            return "550 no such person"
        if address.startswith("later@"):
            return "451 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.got.append(message)
        return "250 kept"


class Desk:
    """The running service, a hand on its topics, the mailbox and the print folder."""

    def __init__(self, client: httpx.AsyncClient, producer: AIOKafkaProducer, places: Places, prefix: str) -> None:
        self.client, self.producer, self.places, self.prefix = client, producer, places, prefix
        self.inbox, self.out = Inbox(), Path()

    async def hear(self, event: Event, indent: int | None = None) -> None:
        topic = self.prefix + type(event).__name__
        letters = event.model_dump_json(indent=indent).encode()
        await self.producer.send_and_wait(topic, letters, key=str(ACCOUNT).encode())
        await settled(self.client)

    async def told(self, model: type[Event], count: int) -> list[Any]:
        async def there() -> bool:
            return len(await messages(self.places, self.prefix + model.__name__)) >= count

        await eventually(there)
        found = await messages(self.places, self.prefix + model.__name__)
        return [model.model_validate_json(one.value) for one in found]

    async def notices(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.client.get(f"/accounts/{NUMBER}/notices")).json()
        return found


def contact(email: str | None = "maria@mail.example", ebill: bool = True, version: int = 1) -> ContactChanged:
    person = Contact(
        person_id=UUID(int=7), role=ContactRole.RESPONSIBLE, name="Maria Delgado", email=email, phone="970-555-0101",
        mailing=an_address(),
    )  # fmt: skip
    return ContactChanged(
        account_id=ACCOUNT, version=version, number=NUMBER, service_address=an_address(), contacts=(person,),
        ebill=ebill, business_date=DAY,
    )  # fmt: skip


def bill() -> BillIssued:
    return a_bill(account=NUMBER)


@asynccontextmanager
async def a_desk(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics, tmp_path: Path
) -> AsyncIterator[Desk]:
    """The service as it starts, before a pack was applied and a day began."""
    make_topics(topics_of("notifications"), topic_prefix, 1)
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    settings = NotificationsSettings(
        **environment(places, database("notifications", migrated=True), topic_prefix),
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        print_folder=tmp_path,
    )
    producer = AIOKafkaProducer(bootstrap_servers=places.kafka_servers, **credentials(settings))
    await producer.start()
    try:
        async with running(build(settings)) as client:
            desk = Desk(client, producer, places, topic_prefix)
            desk.inbox, desk.out = inbox, tmp_path
            yield desk
    finally:
        await producer.stop()
        server.stop()


@pytest.fixture
def only_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks for e-mails unless there is news of some. Asked for before the desk."""
    monkeypatch.setattr(sending, "IDLE", 3600.0)


@pytest.fixture
async def desk(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics, tmp_path: Path
) -> AsyncIterator[Desk]:
    async with a_desk(places, database, topic_prefix, make_topics, tmp_path) as desk:
        await apply_town(desk.client)
        await desk.hear(BusinessDayStarted(date=DAY))
        yield desk


async def test_an_e_bill_arrives_once_with_its_pdf_however_often_the_bill_comes(
    only_when_told: None, desk: Desk
) -> None:
    await desk.hear(contact())
    await desk.hear(bill())
    await desk.hear(bill())
    (told,) = await desk.told(NoticeSent, 1)
    (mail,) = desk.inbox.got
    assert mail["Message-ID"] == told.message_id
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["application/pdf"]
    assert f"{bill().amount_due:.2f}" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_a_bill_that_comes_before_its_contact_waits_for_it(desk: Desk) -> None:
    await desk.hear(bill())
    (waiting,) = (await desk.client.get("/waiting")).json()
    assert (waiting["awaits"], waiting["topic"].endswith("BillIssued")) == ("contact", True)
    await desk.hear(contact())
    await desk.told(NoticeSent, 1)
    assert len(desk.inbox.got) == 1


async def test_an_address_that_refuses_mail_falls_back_to_paper(desk: Desk) -> None:
    await desk.hear(contact(email="gone@mail.example"))
    await desk.hear(bill())
    (told,) = await desk.told(NoticeFailed, 1)
    assert (str(told.falls_back_to), "no such person" in told.reason) == ("paper", True)
    paper, email = sorted(await desk.notices(), key=lambda one: str(one["channel"]), reverse=True)
    assert (email["state"], "no such person" in email["reason"]) == ("failed", True)
    assert (paper["state"], paper["instead_of"]) == ("queued", email["notice_id"])


async def test_paper_is_sent_when_the_mailing_house_has_confirmed_and_the_count_ties(desk: Desk) -> None:
    await desk.hear(contact(ebill=False))
    await desk.hear(bill())
    assert (await desk.client.post("/mailings/2023-08-08")).status_code == 200
    await settled(desk.client)
    mailing = (await desk.client.get("/mailings/2023-08-08")).json()
    (file,) = mailing["files"]
    assert (mailing["state"], file["notices"], file["amount_due"]) == ("printed", 1, f"{bill().amount_due:.2f}")
    assert len(PdfReader(desk.out / f"{file['name']}.pdf").pages) == file["pages"]
    rows = list(csv.DictReader((desk.out / f"{file['name']}.csv").read_text().splitlines()))
    assert [(row["account"], row["name"]) for row in rows] == [(NUMBER, "Maria Delgado")]

    wrong = {"mailed_on": str(DAY), "pieces": 2, "why": "their report"}
    assert (await desk.client.post("/mailings/2023-08-08/confirm", json=wrong)).status_code == 422
    assert await messages(desk.places, desk.prefix + "NoticeSent") == []
    right = wrong | {"pieces": 1}
    assert (await desk.client.post("/mailings/2023-08-08/confirm", json=right)).json() == 1
    (told,) = await desk.told(NoticeSent, 1)
    assert (str(told.channel), told.sent_date) == ("paper", DAY)
    assert (await desk.client.post("/mailings/2023-08-08/confirm", json=right)).status_code == 409


async def test_a_mailing_cannot_have_left_on_a_day_that_has_not_come(desk: Desk) -> None:
    await desk.hear(contact(ebill=False))
    await desk.hear(bill())
    await desk.client.post("/mailings/early")
    await settled(desk.client)
    confirmed = {"mailed_on": str(DAY + timedelta(days=1)), "pieces": 1, "why": "their report"}
    answer = await desk.client.post("/mailings/early/confirm", json=confirmed)
    assert (answer.status_code, "has not come yet" in answer.json()["error"]) == (422, True)
    confirmed["mailed_on"] = str(DAY)
    assert (await desk.client.post("/mailings/early/confirm", json=confirmed)).json() == 1


async def test_a_mailing_with_nothing_to_mail_is_refused(desk: Desk) -> None:
    answer = await desk.client.post("/mailings/empty")
    assert (answer.status_code, "nothing to mail" in answer.json()["error"]) == (409, True)


async def test_a_bill_taken_back_is_not_sent_even_if_it_comes_after_that_news(desk: Desk) -> None:
    await desk.hear(contact(ebill=False))
    taken_back = BillCancelled(bill_id=bill().bill_id, account_id=ACCOUNT, reason="wrong read", business_date=DAY)
    await desk.hear(taken_back)
    await desk.hear(bill())
    (notice,) = await desk.notices()
    assert notice["state"] == "cancelled"


async def test_a_tombstone_erases_the_people_and_keeps_that_they_were_told(desk: Desk) -> None:
    await desk.hear(contact())
    await desk.hear(bill())
    await desk.told(NoticeSent, 1)
    await desk.producer.send_and_wait(desk.prefix + "ContactChanged", None, key=str(ACCOUNT).encode())
    await settled(desk.client)
    assert (await desk.client.get(f"/accounts/{NUMBER}/notices")).status_code == 404
    assert (await desk.client.get("/notices")).json()[0]["state"] == "sent"
    assert (await desk.client.get("/dead-letters")).json() == []


async def test_a_clerk_sees_the_bill_as_its_customer_does(desk: Desk) -> None:
    await desk.hear(contact())
    await desk.hear(bill())
    answer = await desk.client.get(f"/accounts/{NUMBER}/bills/{bill().bill_id}.pdf")
    assert (answer.headers["content-type"], answer.content[:4]) == ("application/pdf", b"%PDF")


POINT = a_flagged_read().service_point_id


def occupied(
    start: date = date(2020, 1, 1), end: date | None = None, version: int = 1, number: str = NUMBER
) -> AccountChanged:
    """An account that is served at the service point of flagged reads."""
    agreement = thing_id(TOWN, "agreement", number)
    water = ServiceAgreement(
        agreement_id=agreement, service="water", service_point_id=POINT, start=start, end=end,
    )  # fmt: skip
    return AccountChanged(
        account_id=thing_id(TOWN, "account", number), number=number, version=version, status=AccountStatus.ACTIVE,
        opened=start, cycle="1", premise_id=UUID(int=5), responsible_person_id=UUID(int=7), agreements=(water,),
        business_date=DAY,
    )  # fmt: skip


async def test_unusual_usage_that_is_told_before_anything_of_its_meter_waits_for_it(desk: Desk) -> None:
    await desk.hear(contact(ebill=False))
    await desk.hear(a_flagged_read())
    assert await desk.notices() == []
    await desk.hear(occupied())
    (notice,) = await desk.notices()
    assert (notice["kind"], notice["about"]) == ("high_usage", str(a_flagged_read().read_id))
    assert (await desk.client.get("/waiting")).json() == []


async def test_unusual_usage_is_told_to_whom_the_meter_served_then(desk: Desk) -> None:
    moved = a_flagged_read().read_date
    await desk.hear(contact(ebill=False))
    await desk.hear(occupied(end=moved, version=7))
    await desk.hear(occupied(start=moved, number="10009999"))
    await desk.hear(a_flagged_read())
    assert [notice["kind"] for notice in await desk.notices()] == ["high_usage"]


async def test_unusual_usage_where_nobody_was_served_is_told_to_nobody(desk: Desk) -> None:
    await desk.hear(contact(ebill=False))
    await desk.hear(occupied(end=date(2023, 1, 1)))
    await desk.hear(a_flagged_read())
    assert await desk.notices() == []
    assert (await desk.client.get("/waiting")).json() == []


async def test_the_same_bill_in_other_letters_is_told_once_and_another_one_under_its_id_is_kept(desk: Desk) -> None:
    await desk.hear(contact(ebill=False))
    await desk.hear(bill())
    await desk.hear(bill(), indent=2)
    assert (await desk.client.get("/dead-letters")).json() == []
    await desk.hear(bill().model_copy(update={"number": "another"}))
    (letter,) = (await desk.client.get("/dead-letters")).json()
    assert "came before with other content" in letter["reason"]
    assert len(await desk.notices()) == 1
