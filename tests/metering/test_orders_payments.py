"""Nobody who paid is shut off: payments against dispatch and completion, on the running service."""

import asyncio
from datetime import timedelta

from contracts.orders import CancelCause, OrderKind
from tests.metering.conversion import READ_ON
from tests.metering.crews import Crews
from tests.metering.cycle import Cycle, saw
from tests.metering.running import DAY, done, sentence


async def test_a_payment_before_dispatch_cancels_the_order_there_and_then_with_the_sentence(crews: Crews) -> None:
    cut = await crews.asked(OrderKind.DISCONNECT)
    other = await crews.asked(OrderKind.DISCONNECT, 1)
    await crews.pay(seq=8)
    given = await crews.dispatch(cut, other)
    assert given["orders"] == [str(other.order_id)]
    (left,) = given["left_off"]
    assert (left["order"], left["cancelled"]) == (str(cut.order_id), True)
    assert left["why"].startswith("Payment 8 of the account came after the order was made")
    assert [told.cause for told in await crews.cancelled(cut)] == [CancelCause.PAYMENT]


async def test_a_payment_that_the_order_knows_of_stops_nothing(crews: Crews) -> None:
    cut = await crews.asked(OrderKind.DISCONNECT)
    await crews.pay(seq=7)
    assert (await crews.dispatch(cut))["left_off"] == []


async def test_a_pending_payment_stops_the_crew_until_it_fails(crews: Crews) -> None:
    first, second = await crews.asked(OrderKind.DISCONNECT), await crews.asked(OrderKind.DISCONNECT)
    pending = await crews.promise()
    (left,) = (await crews.dispatch(first))["left_off"]
    assert "on its way" in left["why"]
    await crews.fail(pending)
    assert (await crews.dispatch(second))["left_off"] == []


async def test_a_failure_that_is_heard_of_before_its_pending_payment_holds_nothing_for_good(crews: Crews) -> None:
    cut = await crews.asked(OrderKind.DISCONNECT)
    other = await crews.promise(1, expires=DAY + timedelta(days=3))
    await crews.fail(other, 0)
    assert (await crews.dispatch(cut))["left_off"] == []


async def test_a_payment_while_the_crew_is_out_calls_it_back(crews: Crews) -> None:
    cut = await crews.sent(OrderKind.DISCONNECT)
    await crews.pay()
    shown = await crews.shown(cut)
    assert shown["state"] == "called_back"
    assert shown["do_not"].startswith("Payment 8")
    assert sentence(await crews.report(cut, value="10500"), 409).count("Do not do it") == 1
    done(await crews.report(cut, not_possible="left off as told"))
    assert [told.cause for told in await crews.cancelled(cut)] == [CancelCause.PAYMENT]
    assert await crews.completed(cut) == []


async def test_a_crew_that_was_faster_than_the_call_says_so_and_everybody_hears_that_it_had_been_taken_back(
    crews: Crews,
) -> None:
    cut = await crews.sent(OrderKind.DISCONNECT)
    await crews.pay()
    done(await crews.report(cut, value="10500", done_before=True))
    (told,) = await crews.completed(cut)
    assert told.withdrawn
    assert await crews.cancelled(cut) == []


async def test_after_completion_neither_payment_nor_withdrawal_changes_the_outcome(crews: Crews) -> None:
    cut = await crews.sent(OrderKind.DISCONNECT)
    done(await crews.report(cut, value="10500"))
    await crews.pay()
    await crews.withdraw(cut)
    assert [told.withdrawn for told in await crews.completed(cut)] == [False]
    assert await crews.cancelled(cut) == []


async def test_water_that_was_shut_off_after_the_order_had_ended_is_restored_by_an_order_of_its_own(
    crews: Crews,
) -> None:
    cut = await crews.sent(OrderKind.DISCONNECT)
    await crews.pay()
    done(await crews.report(cut, not_possible="left off"))
    assert "shut off all the same" in sentence(await crews.report(cut, value="10500"), 409)
    for _ in range(2):
        done(await crews.report(cut, value="10500", done_before=True))
    (restore,) = await crews.metering.get("/orders", crew=crews.crew, kind="restore")
    assert (restore["state"], restore["account_id"]) == ("assigned", str(cut.account_id))
    assert "without a fee" in restore["reason"]
    assert len(await crews.cancelled(cut)) == 1
    assert await crews.completed(cut) == []


async def test_payments_and_dispatch_that_race_never_miss_each_other(cycle: Cycle) -> None:
    crews = await Crews.begin(cycle, count=20)
    cuts = [await crews.asked(OrderKind.DISCONNECT, place) for place in range(20)]

    async def pay_one_by_one() -> None:
        for place in range(20):
            await crews.pay(place)

    async def dispatch_one_by_one() -> None:
        for cut in cuts:
            await crews.dispatch(cut)

    await asyncio.gather(pay_one_by_one(), dispatch_one_by_one())
    states = {(await crews.shown(cut))["state"] for cut in cuts}
    assert states <= {"cancelled", "called_back"}


async def test_usage_where_the_water_is_off_is_questioned_until_it_is_restored(crews: Crews) -> None:
    day_before = READ_ON - timedelta(days=4)
    cut = await crews.sent(OrderKind.DISCONNECT)
    done(await crews.report(cut, value="10500", on=str(day_before)))
    await crews.cycle.start()
    house, *others = crews.houses
    await crews.cycle.walked({house: saw(11_800), **{other: saw(14_000) for other in others}})
    assert [(one["service_point"], one["findings"]) for one in await crews.cycle.review()] == [(house.key, ["off"])]
    restore = await crews.sent(OrderKind.RESTORE)
    doubt = sentence(await crews.report(restore, value="11800"), 409)
    assert f"off since {day_before}" in doubt
    done(await crews.report(restore, value="11800", confirmed=True))
    assert [one["findings"] for one in await crews.cycle.review(state="questioned")] == []
