"""Reads that come with orders: looked at, asked about, posted once, or kept as a question."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from contracts.metering import Reading, ReadKind
from contracts.orders import OrderKind
from tests.metering.conversion import House, service_points
from tests.metering.crews import Crews
from tests.metering.running import DAY, done, sentence


def given(value: int, on: date = DAY, kind: ReadKind = ReadKind.CUSTOMER) -> Reading:
    return Reading(date=on, value=Decimal(value), kind=kind)


@pytest.mark.parametrize("kind", [OrderKind.DISCONNECT, OrderKind.RESTORE, OrderKind.START_READ, OrderKind.REREAD])
async def test_a_read_with_an_order_is_posted_as_an_actual_read(crews: Crews, kind: OrderKind) -> None:
    done(await crews.report(await crews.sent(kind), value="11000"))
    (read,) = await crews.cycle.news()
    assert (read.kind, read.current.value, read.quantity) == (ReadKind.ACTUAL, Decimal(11_000), Decimal(1000))


async def test_an_order_for_a_read_is_not_done_without_it(crews: Crews) -> None:
    request = await crews.sent(OrderKind.FINAL_READ)
    assert "give it" in sentence(await crews.report(request), 422)


async def test_water_may_be_shut_off_without_a_read(crews: Crews) -> None:
    request = await crews.sent(OrderKind.DISCONNECT)
    done(await crews.report(request, remark="the glass is fogged"))
    (told,) = await crews.completed(request)
    assert told.read is None
    assert await crews.cycle.news() == []


async def test_a_high_read_is_asked_about_and_posted_when_it_is_confirmed(crews: Crews) -> None:
    request = await crews.sent(OrderKind.FINAL_READ)
    doubt = sentence(await crews.report(request, value="60000"), 409)
    assert doubt.startswith("60000 means 50000 gal since 2023-02-01, where about 4000 is usual.")
    assert (await crews.shown(request))["state"] == "dispatched"
    done(await crews.report(request, value="60000", confirmed=True))
    (read,) = await crews.cycle.news()
    assert read.quantity == Decimal(50_000)


async def test_a_read_below_the_last_one_completes_the_order_when_confirmed_and_waits_for_the_office(
    crews: Crews,
) -> None:
    request = await crews.sent(OrderKind.DISCONNECT)
    assert "is below the last read, 10000" in sentence(await crews.report(request, value="9000"), 409)
    shown = done(await crews.report(request, value="9000", confirmed=True))
    assert (shown["state"], shown["read_id"]) == ("completed", None)
    assert "below the last read" in shown["question"]
    assert await crews.cycle.news() == []
    questions = await crews.metering.get("/orders", question=True)
    assert str(request.order_id) in [one["id"] for one in questions]


async def test_a_question_is_answered_by_posting_once_the_read_before_is_corrected(crews: Crews) -> None:
    first = await crews.sent(OrderKind.REREAD)
    wrong = done(await crews.report(first, value="13000", on=str(DAY - timedelta(days=2))))
    request = await crews.sent(OrderKind.FINAL_READ)
    done(await crews.report(request, value="12000", confirmed=True))
    path = f"/orders/{request.order_id}/read"
    assert "Correct the read before it" in sentence(await crews.metering.as_("specialist").post(path, json={}), 409)
    await crews.metering.post(f"/reads/{wrong['read_id']}/correction", {"value": "11000", "why": "a slip of the pen"})
    shown = await crews.metering.post(path, {})
    assert (shown["question"], shown["read_id"] is not None) == (None, True)
    assert (await crews.cycle.news())[-1].quantity == Decimal(1000)


async def test_a_read_that_the_register_cannot_show_is_refused(crews: Crews) -> None:
    request = await crews.sent(OrderKind.FINAL_READ)
    assert "cannot show 1000000" in sentence(await crews.report(request, value="1000000", confirmed=True), 422)


async def test_nothing_is_done_on_a_day_that_has_not_come(crews: Crews) -> None:
    request = await crews.sent(OrderKind.FINAL_READ)
    late = str(DAY + timedelta(days=1))
    assert "has not come" in sentence(await crews.report(request, value="12000", on=late), 422)


async def test_a_final_read_is_also_where_the_next_party_begins(crews: Crews) -> None:
    final, start = await crews.sent(OrderKind.FINAL_READ), await crews.asked(OrderKind.START_READ)
    done(await crews.report(final, value="12000"))
    (ended,), (begun,) = await crews.completed(final), await crews.completed(start)
    assert ended.read == begun.read
    assert len(await crews.cycle.news()) == 1


async def test_a_start_read_that_shows_what_the_final_read_did_is_the_same_read(crews: Crews) -> None:
    done(await crews.report(await crews.sent(OrderKind.FINAL_READ), value="12000"))
    later = await crews.sent(OrderKind.START_READ, wanted_on=DAY - timedelta(days=1))
    done(await crews.report(later, value="12000"))
    (told,) = await crews.completed(later)
    assert told.read is not None
    assert told.read.kind is ReadKind.FINAL
    assert len(await crews.cycle.news()) == 1


async def test_nobody_is_sent_for_a_start_read_on_the_day_of_the_final_read(crews: Crews) -> None:
    done(await crews.report(await crews.sent(OrderKind.FINAL_READ), value="12000"))
    start = await crews.asked(OrderKind.START_READ)
    (told,) = await crews.completed(start)
    assert (told.crew, told.read and told.read.value) == ("office", Decimal(12_000))
    assert len(await crews.cycle.news()) == 1


async def test_a_disconnection_is_never_done_by_a_read_that_was_given(crews: Crews) -> None:
    cut = await crews.asked(OrderKind.DISCONNECT, given_read=given(12_000))
    assert (await crews.shown(cut))["state"] == "requested"


async def test_a_read_that_somebody_has_already_is_posted_and_completes_the_order_without_a_crew(crews: Crews) -> None:
    request = await crews.asked(OrderKind.FINAL_READ, given_read=given(12_000, DAY - timedelta(days=1)))
    (told,) = await crews.completed(request)
    assert (told.crew, told.completed_on) == ("office", DAY - timedelta(days=1))
    (read,) = await crews.cycle.news()
    assert (read.kind, read.current.value) == (ReadKind.FINAL, Decimal(12_000))


async def test_a_read_of_today_may_come_from_a_service_where_today_began_before(crews: Crews) -> None:
    tomorrow = DAY + timedelta(days=1)
    request = await crews.asked(OrderKind.FINAL_READ, given_read=given(12_000, tomorrow), business_date=tomorrow)
    assert (await crews.shown(request))["state"] == "completed"


async def test_a_customers_own_start_read_is_posted_as_such(crews: Crews) -> None:
    await crews.asked(OrderKind.START_READ, given_read=given(12_000))
    (read,) = await crews.cycle.news()
    assert read.kind is ReadKind.CUSTOMER


@pytest.mark.parametrize(
    ("value", "on", "why"),
    [
        (90_000, DAY, "where about 4000 is usual"),
        (9_000, DAY, "below the last read"),
        (9_999_999, DAY, "cannot show"),
        (12_000, DAY - timedelta(days=90), "no two posted reads lie around that day"),
        (12_000, DAY + timedelta(days=1), "a day to come"),
    ],
)
async def test_a_given_read_that_looks_wrong_leaves_the_order_open_with_the_question(
    crews: Crews, value: int, on: date, why: str
) -> None:
    request = await crews.asked(OrderKind.FINAL_READ, given_read=given(value, on))
    shown = await crews.shown(request)
    assert shown["state"] == "requested"
    assert why in shown["question"]
    assert await crews.completed(request) == []


async def test_a_point_without_any_read_is_shut_off_all_the_same(crews: Crews) -> None:
    new = House(9, crews.cycle.name)
    await crews.metering.send("/imports/service_points", service_points([new]))
    request = await crews.sent(OrderKind.DISCONNECT, service_point_id=new.id)
    shown = done(await crews.report(request, value="17"))
    assert shown["state"] == "completed"
    assert "no earlier read" in shown["question"]
