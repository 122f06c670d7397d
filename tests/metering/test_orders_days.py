"""What a new day ends: on a service of its own, whose days may pass."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.imports import take_file
from contracts.billing import BusinessDayStarted
from contracts.orders import CancelCause, OrderKind
from contracts.topics import BUSINESS_DAY_DONE, BUSINESS_DAY_STARTED
from deploy.local.places import Places
from services.metering.points import imports
from tests.conftest import GivenDatabase, GivenTopics
from tests.metering.conversion import House, service_points
from tests.metering.crews import Crews
from tests.metering.cycle import Cycle
from tests.metering.running import DAY, running
from tests.running import topics_of

TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
async def crews(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> AsyncIterator[Crews]:
    make_topics(topics_of("metering"), topic_prefix)
    async with running(places, database("metering", migrated=True), topic_prefix) as service:
        yield await Crews.begin(Cycle(service, "1"))


async def begin(crews: Crews) -> None:
    await crews.metering.publish(BUSINESS_DAY_STARTED, BusinessDayStarted(date=TOMORROW))


async def test_the_day_ends_disconnections_of_yesterday_and_leaves_other_orders(crews: Crews) -> None:
    unsent, unreported = await crews.asked(OrderKind.DISCONNECT), await crews.sent(OrderKind.DISCONNECT)
    final = await crews.sent(OrderKind.FINAL_READ)
    called_back = await crews.sent(OrderKind.DISCONNECT, 1)
    await crews.pay(1)
    await begin(crews)
    causes = [(await crews.cancelled(one))[0].cause for one in (unsent, unreported, called_back)]
    assert causes == [CancelCause.EXPIRED, CancelCause.EXPIRED, CancelCause.PAYMENT]
    assert (await crews.shown(final))["state"] == "dispatched"
    told = (await crews.metering.published(BUSINESS_DAY_DONE))[-1]
    assert (told.date, told.counts["work orders ended by the day"]) == (TOMORROW, 3)


async def test_an_order_that_crossed_with_the_import_of_its_service_point_is_taken_up_by_the_day(crews: Crews) -> None:
    later = House(9)
    request = await crews.asked(OrderKind.FINAL_READ, service_point_id=later.id)
    await _arrives_unnoticed(crews, later)
    assert (await crews.metering.as_("field").get(f"/orders/{request.order_id}")).status_code == 404
    await begin(crews)
    assert (await crews.shown(request))["service_point"] == later.key


async def _arrives_unnoticed(crews: Crews, house: House) -> None:
    """As when the import commits after the order has looked for the point, and before it is kept waiting."""
    engine = crews.metering.app.state.kit.engine
    async with transaction(engine, "metering", "a test", new_trace()) as tx:
        driver = await tx.driver()
        await driver.execute("create temp table kept on commit drop as select * from waiting_fact")
        await driver.execute("delete from waiting_fact")
        report = await take_file(tx, imports.FILES[0], service_points([house]).encode(), False, None, None)
        await driver.execute("insert into waiting_fact select * from kept")
        assert report.imported == 1
