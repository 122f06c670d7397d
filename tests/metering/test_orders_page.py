"""The crew's page: opened by a sealed link on its day, read on a phone, reported on without a script."""

from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import SecretStr

from chassis.refusal import Refused
from contracts.orders import CancelCause, OrderKind, ServiceOrderRequested
from services.metering.orders import link
from tests.metering.crews import Crews
from tests.metering.running import DAY, KEY


class Phone:
    """A phone that scanned the code, and nothing else: no token."""

    def __init__(self, crews: Crews, path: str) -> None:
        self.http, self.path = crews.metering.stranger(), path

    @classmethod
    async def of(cls, crews: Crews) -> "Phone":
        answer = await crews.metering.get("/orders/crew-link", crew=crews.crew)
        return cls(crews, urlsplit(answer["url"]).path)

    async def look(self) -> str:
        answer = await self.http.get(self.path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, request: ServiceOrderRequested, **fields: str) -> httpx.Response:
        return await self.http.post(f"{self.path}/orders/{request.order_id}", data=fields)


class Tags(HTMLParser):
    """What a browser would find on a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, *tags: str) -> list[dict[str, Any]]:
        return [attributes for tag, attributes in self.found if tag in tags]


async def test_a_crew_sees_its_orders_of_the_day_and_reports_one_done(crews: Crews) -> None:
    request = await crews.sent(OrderKind.FINAL_READ)
    phone = await Phone.of(crews)
    page = await phone.look()
    for told in (
        "Final read: 1 Main St",
        crews.houses[0].meter,
        "10000 on Feb 1",
        "The pit is behind the shed.",
        "1 to do",
    ):
        assert told in page
    answer = await phone.send(request, did="done", value="12,000", time="14:05", remark="gate code 12")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"#o-{request.order_id}")
    assert "Done. The meter showed 12000." in await phone.look()
    (told_,) = await crews.completed(request)
    assert told_.completed_at == datetime(2023, 3, 1, 21, 5, tzinfo=UTC)
    assert (told_.crew, told_.remark) == (crews.crew, "gate code 12")


async def test_a_read_that_looks_wrong_is_asked_about_and_taken_when_it_is_confirmed(crews: Crews) -> None:
    request = await crews.sent(OrderKind.FINAL_READ)
    phone = await Phone.of(crews)
    asked = await phone.send(request, did="done", value="60000", remark="leak?")
    assert asked.status_code == 409
    assert "60000 means 50000 gal" in asked.text
    assert 'value="leak?"' in asked.text
    assert "I looked again: the meter shows 60000" in asked.text
    other = await phone.send(request, did="done", value="61000", confirmed="60000")
    assert other.status_code == 409
    assert (await phone.send(request, did="done", value="60000", confirmed="60000")).status_code == 303
    assert len(await crews.completed(request)) == 1


@pytest.mark.parametrize(("value", "time", "told"), [("12a", "", "not a number"), ("12000", "25:99", "not a time")])
async def test_what_makes_no_sense_is_said_beside_what_was_typed(
    crews: Crews, value: str, time: str, told: str
) -> None:
    request = await crews.sent(OrderKind.FINAL_READ)
    answer = await (await Phone.of(crews)).send(request, did="done", value=value, time=time)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{value}"' in answer.text
    assert (await crews.shown(request))["state"] == "dispatched"


async def test_a_crew_is_told_not_to_cut_and_says_that_it_left_it_off(crews: Crews) -> None:
    request = await crews.sent(OrderKind.DISCONNECT)
    phone = await Phone.of(crews)
    await crews.pay()
    page = await phone.look()
    assert "Do not shut off" in page
    assert "Payment 8 of the account" in page
    blind = await phone.send(request, did="done", value="10500")
    assert blind.status_code == 409
    assert "Do not do it" in blind.text
    assert (await phone.send(request, did="not", reason="left off: it was called back")).status_code == 303
    assert [told.cause for told in await crews.cancelled(request)] == [CancelCause.PAYMENT]


async def test_a_crew_that_was_faster_says_so_on_the_page(crews: Crews) -> None:
    request = await crews.sent(OrderKind.DISCONNECT)
    await crews.pay()
    phone = await Phone.of(crews)
    assert (await phone.send(request, did="before", value="10500")).status_code == 303
    assert [told.withdrawn for told in await crews.completed(request)] == [True]


async def test_not_possible_takes_a_reason(crews: Crews) -> None:
    request = await crews.sent(OrderKind.RESTORE)
    phone = await Phone.of(crews)
    assert (await phone.send(request, did="not", reason=" ")).status_code == 422
    assert (await phone.send(request, did="not", reason="a locked gate")).status_code == 303
    assert "Not to be done: a locked gate" in await phone.look()


async def test_what_people_wrote_is_text_and_never_markup(crews: Crews) -> None:
    request = await crews.sent(OrderKind.FINAL_READ, instructions="<script>alert(1)</script>")
    phone = await Phone.of(crews)
    answer = await phone.send(request, did="done", value='"><script>alert(2)</script>')
    assert "<script" not in await phone.look() + answer.text


async def test_a_link_opens_its_crew_and_its_day_and_nothing_else(crews: Crews) -> None:
    await crews.sent(OrderKind.FINAL_READ)
    phone = await Phone.of(crews)
    crew, day, seal = phone.path.split("/")[2:]
    for path in (
        f"/crew/South/{day}/{seal}",
        f"/crew/{crew}/{DAY + timedelta(days=1)}/{seal}",
        f"/crew/{crew}/{day}/{seal[:-1]}{'A' if seal[-1] != 'A' else 'B'}",
        f"/crew/{crew}/{day}/x",
    ):
        answer = await phone.http.get(path)
        assert answer.status_code == 404
        assert "today&#39;s sheet" in answer.text


async def test_a_crew_cannot_report_on_another_crews_order(crews: Crews) -> None:
    phone = await Phone.of(crews)
    request = await crews.asked(OrderKind.FINAL_READ)
    await crews.metering.post("/orders/dispatch", {"crew": "Somebody else", "orders": [str(request.order_id)]})
    assert (await phone.send(request, did="done", value="12000")).status_code == 404
    assert (await crews.shown(request))["state"] == "dispatched"


async def test_the_page_is_kept_nowhere_and_loads_nothing(crews: Crews) -> None:
    phone = await Phone.of(crews)
    headers = (await phone.http.get(phone.path)).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]


async def test_every_field_has_a_label_every_id_is_one_and_the_page_says_its_language_and_title(crews: Crews) -> None:
    back = await crews.sent(OrderKind.DISCONNECT)
    await crews.pay()
    final = await crews.sent(OrderKind.FINAL_READ, 1)
    phone = await Phone.of(crews)
    asked = await phone.send(final, did="done", value="60000")
    assert str(back.order_id) in asked.text
    tags = Tags(asked.text)
    labels = {label["for"] for label in tags.all("label")}
    fields = [one for one in tags.all("input") if one.get("type") != "hidden"]
    assert fields
    assert {one["id"] for one in fields} == labels
    ids = [one["id"] for _, one in tags.found if one.get("id")]
    assert len(ids) == len(set(ids))
    assert tags.all("html") == [{"lang": "en"}]
    assert "<title>Error: " in asked.text
    assert not tags.all("script", "img", "link")
    described = [one["aria-describedby"] for one in fields if "aria-describedby" in one]
    assert described
    assert set(described) <= set(ids)


async def test_the_sheet_is_printed_for_those_who_may_see_it(crews: Crews) -> None:
    await crews.sent(OrderKind.FINAL_READ)
    answer = await crews.metering.as_("field").get("/orders/sheet", params={"crew": crews.crew})
    assert answer.content.startswith(b"%PDF-")
    assert (await crews.metering.as_("cashier").get("/orders/sheet")).status_code == 403
    nobody = await crews.metering.as_("field").get("/orders/sheet", params={"crew": "Nobody"})
    assert nobody.status_code == 404


async def test_open_orders_are_counted_for_prometheus(crews: Crews) -> None:
    page = (await crews.metering.stranger().get("/metrics")).text
    assert 'curbstop_orders_open{kind="disconnect"}' in page
    assert "curbstop_orders_expired" in page


def test_a_link_of_yesterday_says_so() -> None:
    key, crew, day = SecretStr(KEY), "North", date(2023, 3, 1)
    seal = link.path_of(key, crew, day).rsplit("/", 1)[1]
    link.refuse_other(key, crew, day, seal, day)
    with pytest.raises(Refused, match="was for March 1"):
        link.refuse_other(key, crew, day, seal, day + timedelta(days=1))


def test_without_a_signing_key_no_link_holds() -> None:
    with pytest.raises(Refused):
        link.refuse_other(None, "North", DAY, "", DAY)
