"""Work orders on the running service: asked for, given to a crew, done, told."""

from datetime import timedelta
from decimal import Decimal

from contracts.accounts import AccountChanged, AccountStatus, ServiceAgreement
from contracts.metering import Reading, ReadKind
from contracts.orders import CancelCause, OrderKind, ServiceOrderRequested
from contracts.topics import ACCOUNT_CHANGED, SERVICE_ORDER_REQUESTED
from tests.metering.conversion import House, service_points
from tests.metering.crews import Crews
from tests.metering.running import DAY, done, sentence


async def test_a_final_read_is_asked_for_dispatched_done_posted_and_told(crews: Crews) -> None:
    request = await crews.sent(OrderKind.FINAL_READ)
    shown = done(await crews.report(request, value="12000", remark="nobody home"))
    assert (shown["state"], shown["crew"], shown["value"]) == ("completed", crews.crew, "12000")
    (told,) = await crews.completed(request)
    assert told.read == Reading(date=DAY, value=Decimal(12000), kind=ReadKind.FINAL)
    assert (told.kind, told.crew, told.about, told.completed_on) == ("final_read", crews.crew, request.about, DAY)
    assert (told.withdrawn, told.remark) == (False, "nobody home")
    (read,) = await crews.cycle.news()
    assert (str(read.read_id), read.kind, read.quantity) == (shown["read_id"], ReadKind.FINAL, Decimal(2000))


async def test_the_same_report_twice_completes_once(crews: Crews) -> None:
    request = await crews.sent(OrderKind.FINAL_READ)
    first, second = [done(await crews.report(request, value="12000")) for _ in range(2)]
    assert first == second
    assert len(await crews.completed(request)) == 1
    assert "completed already" in sentence(await crews.report(request, value="12001"), 409)


async def test_an_order_that_comes_twice_is_one(crews: Crews) -> None:
    request = await crews.asked(OrderKind.FINAL_READ)
    await crews.metering.publish(SERVICE_ORDER_REQUESTED, request)
    assert len([one for one in await crews.metering.get("/orders") if one["id"] == str(request.order_id)]) == 1


async def test_an_order_that_comes_again_with_other_content_is_a_dead_letter(crews: Crews) -> None:
    request = await crews.asked(OrderKind.FINAL_READ)
    changed = request.model_copy(update={"reason": "something else"})
    await crews.metering.publish(SERVICE_ORDER_REQUESTED, changed)
    letters = done(await crews.metering.as_("it").get("/dead-letters"))
    assert any(str(request.order_id) in letter["reason"] for letter in letters)
    assert (await crews.shown(request))["reason"] == "moving out"


async def test_an_order_for_a_service_point_that_is_not_known_yet_waits_for_its_import(crews: Crews) -> None:
    later = House(9, crews.cycle.name)
    request = await crews.asked(OrderKind.FINAL_READ, service_point_id=later.id)
    assert (await crews.metering.as_("field").get(f"/orders/{request.order_id}")).status_code == 404
    await crews.metering.send("/imports/service_points", service_points([later]))
    assert (await crews.shown(request))["service_point"] == later.key


async def test_an_order_taken_back_is_cancelled(crews: Crews) -> None:
    request = await crews.asked(OrderKind.DISCONNECT)
    await crews.withdraw(request)
    await crews.withdraw(request)
    (told,) = await crews.cancelled(request)
    assert (told.cause, told.reason, told.about) == (CancelCause.WITHDRAWN, "paid in full", request.about)
    (left,) = (await crews.dispatch(request))["left_off"]
    assert (left["why"], left["cancelled"]) == ("It is cancelled already.", False)


async def test_an_order_that_is_taken_back_before_it_arrives_is_cancelled_as_it_arrives(crews: Crews) -> None:
    request = crews.request(OrderKind.DISCONNECT)
    await crews.withdraw(request)
    await crews.metering.publish(SERVICE_ORDER_REQUESTED, request)
    assert (await crews.shown(request))["state"] == "cancelled"
    assert [told.cause for told in await crews.cancelled(request)] == [CancelCause.WITHDRAWN]


async def test_an_order_that_could_not_be_done_is_cancelled_with_the_reason(crews: Crews) -> None:
    request = await crews.sent(OrderKind.RESTORE)
    shown = done(await crews.report(request, not_possible="a locked gate"))
    assert (shown["state"], shown["cause"], shown["ended_why"]) == ("cancelled", "not_possible", "a locked gate")
    assert [told.cause for told in await crews.cancelled(request)] == [CancelCause.NOT_POSSIBLE]


async def test_orders_are_listed_by_what_is_asked_for_in_walking_order(crews: Crews) -> None:
    old = await crews.asked(OrderKind.FINAL_READ, 2, business_date=DAY - timedelta(days=10))
    cut = await crews.sent(OrderKind.DISCONNECT, 1)
    start = await crews.asked(OrderKind.START_READ, 0, wanted_on=DAY + timedelta(days=3))
    await crews.metering.post("/orders/assign", {"crew": crews.crew, "orders": [str(old.order_id)]})

    async def listed(**query: object) -> list[str]:
        mine = {str(one.order_id): name for one, name in ((old, "old"), (cut, "cut"), (start, "start"))}
        return [mine[one["id"]] for one in await crews.metering.get("/orders", **query) if one["id"] in mine]

    assert await listed() == ["cut", "old", "start"]
    assert await listed(day=str(DAY)) == ["cut", "old"]
    assert await listed(kind="start_read") == ["start"]
    assert await listed(crew=crews.crew, state="assigned") == ["old"]
    assert await listed(older_than=9) == ["old"]
    assert await listed(older_than=10) == []
    aged = await crews.shown(old)
    assert (aged["age_days"], aged["meter"], aged["address"]) == (10, crews.houses[2].meter, "3 Main St")


async def test_the_account_number_stands_with_the_order(crews: Crews) -> None:
    request = await crews.asked(OrderKind.FINAL_READ)
    await crews.metering.publish(ACCOUNT_CHANGED, _account(crews, request))
    assert (await crews.shown(request))["account"] == "10-0042"


def _account(crews: Crews, request: ServiceOrderRequested) -> AccountChanged:
    house = crews.houses[0]
    served = ServiceAgreement(agreement_id=request.order_id, service="water", service_point_id=house.id, start=DAY)
    return AccountChanged(
        account_id=request.account_id, version=1, number="10-0042", status=AccountStatus.ACTIVE, opened=DAY,
        cycle=house.cycle, premise_id=house.id, responsible_person_id=request.account_id, agreements=(served,),
        business_date=DAY,
    )  # fmt: skip


async def test_who_may_not_send_a_crew_is_told_so(crews: Crews) -> None:
    request = await crews.asked(OrderKind.FINAL_READ)
    body = {"crew": crews.crew, "orders": [str(request.order_id)]}
    assert "roles" in sentence(await crews.metering.as_("field").post("/orders/dispatch", json=body), 403)
