"""What becomes of orders: a move waits for its reads, and water that is off or on again shows on the agreement."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.refusal import Refused
from contracts.accounts import AccountChanged
from contracts.metering import Reading, ReadKind
from contracts.orders import (
    CancelCause,
    OrderKind,
    ServiceOrderCancelled,
    ServiceOrderCompleted,
    ServiceOrderRequested,
    ServiceOrderWithdrawn,
)
from services.accounts import announce
from services.accounts.moves import showing, store
from services.accounts.moves.events import take_cancelled, take_completed
from services.accounts.moves.shapes import MoveShown
from tests.accounts.builders import TODAY, Office, account_id, comes, leaves, meter


def completed(order_id: UUID, kind: str = "final_read", day: date = TODAY, **changes: Any) -> ServiceOrderCompleted:
    said: dict[str, Any] = {
        "order_id": order_id, "account_id": account_id("10001"), "service_point_id": meter("P1"),
        "kind": OrderKind(kind), "completed_on": day, "completed_at": datetime(2023, 3, 15, 18, tzinfo=UTC),
        "crew": "Lee", "read": Reading(date=day, value=Decimal(1234), kind=ReadKind.FINAL), "business_date": day,
    }  # fmt: skip
    return ServiceOrderCompleted.model_validate(said | changes)


def not_done(order_id: UUID) -> ServiceOrderCancelled:
    return ServiceOrderCancelled(
        order_id=order_id, account_id=account_id("10001"), service_point_id=meter("P1"), kind=OrderKind.FINAL_READ,
        cause=CancelCause.NOT_POSSIBLE, reason="A car stands on the pit.", business_date=TODAY,
    )  # fmt: skip


async def waiting(office: Office) -> list[MoveShown]:
    async def list_them(tx: Any) -> list[MoveShown]:
        return await showing.shown(tx, await store.waiting(tx))

    return await office.run(list_them)


async def shown(office: Office, move: MoveShown) -> MoveShown:
    async def show(tx: Any) -> MoveShown:
        return (await showing.shown(tx, [await store.find(tx, move.move_id)]))[0]

    return await office.run(show)


async def test_a_move_is_done_once_its_meters_are_read(office: Office) -> None:
    await office.house("P1", "10001")
    move = await office.move(move_out=leaves("10001", "2023-03-14"))
    assert [one.move_id for one in await waiting(office)] == [move.move_id]
    await office.take(take_completed, completed(move.reads[0].order_id))
    done = await shown(office, move)
    assert (done.state, done.reads[0].state, done.reads[0].value, done.reads[0].read_on) == (
        "done", "read", Decimal(1234), TODAY,
    )  # fmt: skip
    assert await waiting(office) == []


async def test_one_read_ends_the_wait_of_both_parties(office: Office) -> None:
    await office.house("P1", "10001")
    out = await office.move(move_out=leaves("10001", "2023-03-14"))
    into = await office.move(request="R2", move_in=comes("P1", "2023-03-15"))
    assert len(await waiting(office)) == 2
    await office.take(take_completed, completed(out.reads[0].order_id))
    assert [(await shown(office, one)).state for one in (out, into)] == ["done", "done"]


async def test_a_move_without_a_meter_is_done_at_once(office: Office) -> None:
    await office.house("P9")
    services = [{"service": "stormwater"}]
    move = await office.move(move_in=comes("P9", "2023-03-15", services=services, cycle="1"))
    assert (move.state, move.reads) == ("done", [])


async def test_a_read_that_could_not_be_taken_keeps_the_move_on_the_list_until_it_is_had(office: Office) -> None:
    await office.house("P1", "10001")
    move = await office.move(move_out=leaves("10001", "2023-03-14"))
    await office.take(take_cancelled, not_done(move.reads[0].order_id))
    (stuck,) = await waiting(office)
    assert (stuck.reads[0].state, stuck.reads[0].remark) == ("not_read", "A car stands on the pit.")

    await office.read_again(move, how="given", given=[{"service_point": "P1", "value": "1234"}])
    (order,) = office.said(ServiceOrderRequested)
    assert (order.order_id != move.reads[0].order_id, order.given_read is not None) == (True, True)
    await office.take(take_completed, completed(order.order_id))
    assert (await shown(office, move)).state == "done"


async def test_a_cancelled_move_takes_its_orders_back(office: Office) -> None:
    await office.house("P1", "10001")
    move = await office.move(move_out=leaves("10001", "2023-03-20"))
    await office.cancel(move)
    assert [one.order_id for one in office.said(ServiceOrderWithdrawn)] == [move.reads[0].order_id]


async def test_a_shared_order_is_taken_back_only_by_the_move_that_asked_for_it(office: Office) -> None:
    await office.house("P1", "10001")
    await office.move(move_out=leaves("10001", "2023-03-20"))
    into = await office.move(request="R2", move_in=comes("P1", "2023-03-21"))
    await office.cancel(into)
    assert office.said(ServiceOrderWithdrawn) == []


async def test_a_move_that_may_be_billed_is_cancelled_only_by_a_coordinator_who_says_why(office: Office) -> None:
    await office.house("P1", "10001")
    move = await office.move(move_out=leaves("10001", "2023-03-14"))
    await office.take(take_completed, completed(move.reads[0].order_id))
    for coordinator, more in ((False, {"billed_why": "the bill was cancelled"}), (True, {})):
        with pytest.raises(Refused, match="a final bill may have gone out"):
            await office.cancel(move, coordinator=coordinator, **more)
    cancelled = await office.cancel(move, coordinator=True, billed_why="the bill was cancelled")
    assert cancelled.state == "cancelled"


async def test_water_that_is_shut_off_and_restored_shows_on_the_agreement(office: Office) -> None:
    await office.house("P1", "10001")
    await office.take(take_completed, completed(uuid4(), "disconnect"))
    assert {one.service: str(one.status) for one in office.snapshot("10001").agreements} == {
        "water": "off_for_non_payment", "stormwater": "active",
    }  # fmt: skip
    await office.take(take_completed, completed(uuid4(), "restore"))
    assert {str(one.status) for one in office.snapshot("10001").agreements} == {"active"}


async def test_a_shutoff_that_is_told_again_does_not_undo_the_restore(office: Office) -> None:
    await office.house("P1", "10001")
    off = completed(uuid4(), "disconnect")
    await office.take(take_completed, off)
    await office.take(take_completed, completed(uuid4(), "restore"))
    await office.take(take_completed, off, off)
    assert office.said(AccountChanged) == []


async def test_who_comes_to_a_house_whose_water_is_off_has_it_turned_on(office: Office) -> None:
    await office.house("P1", "10001")
    await office.take(take_completed, completed(uuid4(), "disconnect"))
    move = await office.move(move_out=leaves("10001", "2023-03-15"), move_in=comes("P1", "2023-03-16"))
    orders = {str(one.kind): one for one in office.said(ServiceOrderRequested)}
    assert orders.keys() == {"final_read", "restore"}
    assert (orders["restore"].account_id, orders["restore"].given_read) == (account_id("10002"), None)
    for kind, order in orders.items():
        assert (await shown(office, move)).state == "open"
        await office.take(take_completed, completed(order.order_id, kind))
    assert (await shown(office, move)).state == "done"


async def test_a_shutoff_does_not_touch_who_came_after(office: Office) -> None:
    await office.house("P1", "10001")
    await office.move(move_out=leaves("10001", "2023-03-10"), move_in=comes("P1", "2023-03-11"))
    await office.take(take_completed, completed(uuid4(), "disconnect", day=date(2023, 3, 12)))
    assert office.said(AccountChanged) == []


async def test_an_order_of_an_unknown_account_changes_nothing(office: Office) -> None:
    await office.take(take_completed, completed(uuid4(), "disconnect"))
    assert office.told == []


async def test_an_account_is_told_closed_when_its_day_has_come(office: Office) -> None:
    await office.house("P1", "10001")
    await office.move(move_out=leaves("10001", "2023-03-15"))
    assert str(office.snapshot("10001").status) == "active"
    tomorrow = TODAY + timedelta(1)
    await office.begin_day(tomorrow)
    closing = await office.run(lambda tx: store.closing(tx, TODAY, tomorrow))
    assert closing == [str(account_id("10001"))]
    await office.run(lambda tx: announce.announce(tx, {UUID(one) for one in closing}))
    assert str(office.snapshot("10001").status) == "closed"
    assert await office.run(lambda tx: announce.announce(tx, {UUID(one) for one in closing})) == 0


async def test_final_accounts_of_a_day_show_what_their_customer_has_elsewhere(office: Office) -> None:
    await office.house("P1", "10001")
    await office.house("P2", "10002")
    await office.owes("10001", "41.12")
    await office.owes("10002", "120.00", "80.00")
    move = await office.move(move_out=leaves("10001", "2023-03-14"))
    (final,) = await office.run(lambda tx: showing.finals(tx, TODAY))
    assert (final.account_number, final.name, str(final.owed)) == ("10001", "Ana", "41.12")
    assert [one.order_id for one in final.reads] == [move.reads[0].order_id]
    assert [(one.account_number, str(one.past_due)) for one in final.other_accounts] == [("10002", "80.00")]
    assert await office.run(lambda tx: showing.finals(tx, TODAY + timedelta(1))) == []
