"""From past due to restored on the real stack: what people decide, what others hear, and what stops a shutoff."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from contracts.billing import BusinessDayDone, BusinessDayStarted
from contracts.delinquency import AccountDelinquent, CollectionStatusChanged
from contracts.notices import NoticeChannel
from contracts.orders import ServiceOrderRequested, ServiceOrderWithdrawn
from contracts.payments import ChargeAssessed
from services.collections.cases import work
from tests.collections.builders import (
    DAY,
    DUE,
    NOTICE,
    SHUTOFF,
    Desk,
    KafkaDesk,
    account,
    balance,
    bounced,
    cancelled,
    completed,
    falls_due,
    noticed,
    ordered,
    payment,
    pending,
    reminded,
    returned,
    sent,
)


async def steps(desk: Desk) -> list[str]:
    return [str(one.step) for one in await desk.told(CollectionStatusChanged)]


async def fees(desk: Desk) -> dict[str, Decimal]:
    return {str(one.kind): one.amount for one in await desk.told(ChargeAssessed)}


async def test_a_reminder_is_proposed_by_the_day_and_sent_when_a_person_approves(kafka_desk: KafkaDesk) -> None:
    await kafka_desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=DAY))
    (one,) = await kafka_desk.get("/reminders/proposed")
    assert (one["account_number"], one["amount"]) == ("10001", "84.10")
    assert await kafka_desk.told(AccountDelinquent) == []
    assert await kafka_desk.post("/reminders/approve") == {"reminded": 1, "left_out": {}}
    (told,) = await kafka_desk.told(AccountDelinquent)
    assert (str(told.step), told.amount_to_pay, told.deadline) == ("reminder", Decimal("84.10"), date(2023, 3, 27))
    assert "84.10" in told.to_stop


async def test_a_day_waits_for_billings_word_on_what_fell_due_before_it_and_then_takes_its_step(desk: Desk) -> None:
    await desk.hear(account(), falls_due(1, "84.10", on=DUE), BusinessDayStarted(date=DAY))
    assert (await desk.get("/reminders/proposed"), await desk.told(BusinessDayDone)) == ([], [])
    await desk.hear(balance(2, "84.10"))
    (one,) = await desk.get("/reminders/proposed")
    assert one["amount"] == "84.10"
    assert [day.date for day in await desk.told(BusinessDayDone)] == [DAY]


async def test_what_failed_of_a_day_is_done_again_when_somebody_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*given: object) -> None:
        raise ValueError("a mistake in the program")

    with monkeypatch.context() as mistaken:
        mistaken.setattr(work, "save", broken)
        await desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=DAY))
    assert await desk.told(BusinessDayDone) == []
    assert (await desk.client.post(f"/days/{DAY}/retry")).json() == 1
    await desk.work()
    assert [day.date for day in await desk.told(BusinessDayDone)] == [DAY]
    assert len(await desk.get("/reminders/proposed")) == 1


async def test_what_falls_due_on_the_day_itself_keeps_nobody_waiting(desk: Desk) -> None:
    await desk.hear(account(), falls_due(1, "84.10", on=DAY), BusinessDayStarted(date=DAY))
    assert [day.date for day in await desk.told(BusinessDayDone)] == [DAY]


async def test_a_payment_that_came_between_list_and_approval_stops_the_reminder(desk: Desk) -> None:
    await desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=DAY), BusinessDayStarted(date=DAY))
    assert len(await desk.get("/reminders/proposed")) == 1
    await desk.hear(payment(1))
    approved = await desk.post("/reminders/approve")
    assert approved["reminded"] == 0
    assert "not in the balance yet" in approved["left_out"]["10001"]
    assert await desk.told(AccountDelinquent) == []


async def test_a_hold_keeps_an_account_off_the_list_and_is_told(desk: Desk) -> None:
    await desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=date(2023, 3, 11)))
    await desk.post("/accounts/10001/holds", kind="medical", until="2023-04-30", why="certificate of Dr. Lee")
    await desk.hear(BusinessDayStarted(date=DAY))
    assert await desk.get("/reminders/proposed") == []
    (told,) = await desk.told(CollectionStatusChanged)
    assert [(one.kind, one.set_by, one.until, one.items) for one in told.holds] == [
        ("medical", "pat", date(2023, 4, 30), ())
    ]
    assert len(await desk.get("/holds?ending_by=2023-04-30")) == 1


async def test_a_hold_that_is_set_again_is_the_same_hold(desk: Desk) -> None:
    await desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=DAY))
    given = {"kind": "medical", "until": "2023-04-30", "why": "certificate of Dr. Lee"}
    first, again = [await desk.post("/accounts/10001/holds", **given) for _ in range(2)]
    longer = await desk.post("/accounts/10001/holds", **given | {"until": "2023-05-01"})
    assert first == again != longer
    assert len(await desk.get("/holds")) == 2


async def test_a_dispute_about_one_item_is_told_with_the_item(desk: Desk) -> None:
    owes = balance(1, "84.10")
    (disputed,) = [one.item_id for one in owes.past_due_items]
    await desk.hear(account(), owes, BusinessDayStarted(date=DAY))
    await desk.post("/accounts/10001/holds", kind="dispute", items=[str(disputed)], why="the meter was misread")
    (told,) = await desk.told(CollectionStatusChanged)
    assert [(one.kind, one.items) for one in told.holds] == [("dispute", (disputed,))]


async def test_a_paid_account_is_cured_and_an_older_balance_does_not_bring_the_case_back(desk: Desk) -> None:
    await reminded(desk)
    await desk.hear(payment(1), balance(3, "0.00", through=1), balance(2, "84.10"))
    assert await steps(desk) == ["reminder", "cured"]
    (case,) = await desk.get("/accounts/10001/cases")
    assert (case["step"], case["closed"], case["ended"]) == ("cured", "2023-03-15", "cured")


async def test_the_shutoff_notice_says_what_is_to_be_paid_and_from_when_the_water_may_be_off(desk: Desk) -> None:
    await noticed(desk)
    told = {str(one.step): one for one in await desk.told(AccountDelinquent)}
    assert list(told) == ["reminder", "status_letter", "door_hanger", "shutoff_notice"]
    notice = told["shutoff_notice"]
    assert (notice.deadline, notice.earliest_shutoff) == (date(2023, 4, 20), date(2023, 4, 21))
    assert (notice.restore_fee, notice.services) == (Decimal("25.00"), ("water",))
    assert "to keep your service on" in notice.to_stop
    assert await fees(desk) == {"door_hanger": Decimal("10.00")}


async def test_shut_off_and_restored_when_paid_with_their_fees(kafka_desk: KafkaDesk) -> None:
    order = await ordered(kafka_desk)
    assert (order.wanted_on, order.last_day, order.payments_through) == (SHUTOFF, SHUTOFF, 0)
    await kafka_desk.hear(completed(order, SHUTOFF))
    (off,) = await kafka_desk.get("/off")
    assert (off["account_number"], off["off_since"]) == ("10001", str(SHUTOFF))
    late = datetime(2023, 4, 24, 18, tzinfo=UTC)
    await kafka_desk.hear(payment(1, day=SHUTOFF), balance(2, "0.00", through=1), at=late)
    _, restore = await kafka_desk.told(ServiceOrderRequested)
    assert str(restore.kind) == "restore"
    assert await fees(kafka_desk) == {
        "door_hanger": Decimal("10.00"), "disconnect": Decimal("25.00"), "restore": Decimal("25.00"),
    }  # fmt: skip
    await kafka_desk.hear(completed(restore, SHUTOFF))
    assert (await steps(kafka_desk))[-4:] == ["shutoff_ordered", "shut_off", "restore_ordered", "restored"]
    assert (await kafka_desk.told(CollectionStatusChanged))[-1].off_since is None
    assert await kafka_desk.get("/off") == []


async def test_a_payment_made_before_the_crew_came_and_heard_of_after_restores_free(desk: Desk) -> None:
    order = await ordered(desk)
    await desk.hear(completed(order, SHUTOFF, datetime(2023, 4, 24, 17, tzinfo=UTC)))
    await desk.hear(payment(1, day=SHUTOFF), at=datetime(2023, 4, 24, 16, tzinfo=UTC))
    _, restore = await desk.told(ServiceOrderRequested)
    assert "free" in restore.reason
    await desk.hear(balance(2, "0.00", through=1), completed(restore, SHUTOFF))
    assert await fees(desk) == {"door_hanger": Decimal("10.00")}
    assert (await steps(desk))[-1] == "restored"


async def test_a_payment_takes_the_order_back_and_a_crew_that_did_it_all_the_same_restores_free(desk: Desk) -> None:
    order = await ordered(desk)
    await desk.hear(payment(1, day=SHUTOFF))
    (back,) = await desk.told(ServiceOrderWithdrawn)
    assert back.order_id == order.order_id
    await desk.hear(completed(order, SHUTOFF, withdrawn=True))
    assert len(await desk.told(ServiceOrderRequested)) == 2
    assert await fees(desk) == {"door_hanger": Decimal("10.00")}


async def test_money_on_its_way_takes_the_order_back_and_the_account_is_listed_once_it_does_not_come(
    desk: Desk,
) -> None:
    order = await ordered(desk)
    await desk.hear(pending(1, SHUTOFF))
    assert len(await desk.told(ServiceOrderWithdrawn)) == 1
    await desk.hear(cancelled(order, SHUTOFF), BusinessDayStarted(date=date(2023, 4, 25)))
    (listed,) = await desk.get("/shutoffs/2023-04-25")
    assert listed["state"] == "proposed"


async def test_an_order_that_expired_is_listed_again_the_next_day(desk: Desk) -> None:
    order = await ordered(desk)
    await desk.hear(BusinessDayStarted(date=date(2023, 4, 25)))
    assert await desk.get("/shutoffs/2023-04-25") == []
    await desk.hear(cancelled(order, date(2023, 4, 25)))
    assert [one["state"] for one in await desk.get("/shutoffs/2023-04-25")] == ["proposed"]
    assert [one["state"] for one in await desk.get(f"/shutoffs/{SHUTOFF}")] == ["removed"]


async def test_a_bounce_is_no_service_and_paper_counts_from_its_own_day(desk: Desk) -> None:
    case = await noticed(desk)
    await desk.hear(bounced(case, date(2023, 4, 11)), BusinessDayStarted(date=SHUTOFF))
    assert await desk.get(f"/shutoffs/{SHUTOFF}") == []
    assert [one["account_number"] for one in await desk.get("/notices/unserved")] == ["10001"]
    await desk.hear(sent(case, date(2023, 4, 17), NoticeChannel.PAPER), BusinessDayStarted(date=date(2023, 4, 25)))
    assert await desk.get("/shutoffs/2023-04-25") == []
    await desk.hear(BusinessDayStarted(date=date(2023, 4, 26)))
    assert len(await desk.get("/shutoffs/2023-04-26")) == 1


async def test_a_bounce_that_is_heard_of_after_the_crew_came_brings_the_water_back_free(desk: Desk) -> None:
    order = await ordered(desk)
    await desk.hear(completed(order, SHUTOFF), bounced(order.about, SHUTOFF))
    _, restore = await desk.told(ServiceOrderRequested)
    assert "free" in restore.reason
    assert await fees(desk) == {"door_hanger": Decimal("10.00")}


async def test_a_clerk_sees_what_comes_next_and_what_speaks_against_it(desk: Desk) -> None:
    await reminded(desk)
    outlook = await desk.get("/accounts/10001/outlook")
    assert (outlook["step"], outlook["next_step"], outlook["due_on"]) == ("reminder", "status_letter", "2023-03-28")
    assert "this step is due on 2023-03-28" in outlook["against"]
    await desk.hear(payment(1))
    assert "not in the balance yet" in (await desk.get("/accounts/10001/outlook"))["against"]


async def test_a_stop_takes_back_what_is_out_and_nobody_is_listed_while_it_lasts(desk: Desk) -> None:
    await ordered(desk)
    await desk.post("/stops", name="cold snap", first=str(SHUTOFF), last=str(SHUTOFF), why="10 degrees tonight")
    (back,) = await desk.told(ServiceOrderWithdrawn)
    assert "cold snap" in back.reason


async def test_an_account_taken_off_the_list_is_not_ordered_and_its_history_says_why(desk: Desk) -> None:
    await noticed(desk)
    await desk.hear(BusinessDayStarted(date=SHUTOFF))
    await desk.post(f"/shutoffs/{SHUTOFF}/remove", accounts=["10001"], why="a newborn in the house")
    assert await desk.post(f"/shutoffs/{SHUTOFF}/approve") == {"done": 0, "left_out": {}}
    assert await desk.told(ServiceOrderRequested) == []
    happened = [(one["what"], one["why"], one["actor"]) for one in await desk.get("/accounts/10001/history")]
    assert (f"shutoff list of {SHUTOFF}: removed", "a newborn in the house", "pat") in happened
    audit = await desk.get("/audit/account 10001")
    assert audit[-1]["action"] == "remove from shutoff list"


async def test_an_arrangement_shelters_what_it_covers_and_broken_it_gives_way_without_another_notice(
    desk: Desk,
) -> None:
    order = await ordered(desk)
    parts = [{"due": str(SHUTOFF), "amount": "24.10"}, {"due": "2023-05-10", "amount": "60.00"}]
    made = await desk.post("/accounts/10001/arrangements", installments=parts, why="lost her job")
    assert len(await desk.told(ServiceOrderWithdrawn)) == 1
    told = (await desk.told(CollectionStatusChanged))[-1]
    assert str(told.arrangement.arrangement_id) == made["arrangement_id"]
    await desk.hear(
        cancelled(order, SHUTOFF), balance(2, "0.00", deferred="84.10"), BusinessDayStarted(date=date(2023, 4, 25))
    )
    told = (await desk.told(CollectionStatusChanged))[-1]
    assert (str(told.step), told.arrangement) == ("shutoff_notice", None)
    await desk.hear(balance(3, "84.10"), BusinessDayStarted(date=date(2023, 4, 26)))
    assert len(await desk.get("/shutoffs/2023-04-26")) == 1
    assert [one["state"] for one in await desk.get("/arrangements?state=broken")] == ["broken"]


async def test_a_payment_that_is_returned_brings_the_case_back_where_it_stood(desk: Desk) -> None:
    case = await noticed(desk)
    await desk.hear(payment(1, day=NOTICE), balance(2, "0.00", through=1))
    assert (await steps(desk))[-1] == "cured"
    await desk.hear(returned(1, date(2023, 4, 20)), balance(3, "84.10", through=1))
    assert (await steps(desk))[-1] == "shutoff_notice"
    await desk.hear(BusinessDayStarted(date=SHUTOFF))
    (listed,) = await desk.get(f"/shutoffs/{SHUTOFF}")
    assert listed["case_id"] == str(case)
    assert len(await desk.told(AccountDelinquent)) == 4


async def test_nobody_is_shut_off_where_they_moved_out(desk: Desk) -> None:
    await ordered(desk)
    await desk.hear(account(version=2, end=SHUTOFF))
    assert len(await desk.told(ServiceOrderWithdrawn)) == 1


async def test_the_status_is_sent_again_as_it_was(kafka_desk: KafkaDesk) -> None:
    await reminded(kafka_desk)
    assert (await kafka_desk.client.post("/republish")).status_code == 200
    first, again = await kafka_desk.told(CollectionStatusChanged)
    assert first == again
    assert DUE < DAY


async def test_a_declined_step_is_looked_at_again_the_next_day(desk: Desk) -> None:
    await desk.hear(account(), balance(1, "84.10"), BusinessDayStarted(date=DAY))
    await desk.post("/steps/reminder/decline", accounts=["10001"], why="moved last week, ask first")
    assert await desk.get("/steps/reminder/proposed") == []
    await desk.hear(BusinessDayStarted(date=date(2023, 3, 16)))
    assert len(await desk.get("/steps/reminder/proposed")) == 1
    assert await desk.told(AccountDelinquent) == []


async def test_a_notice_is_given_again_as_a_new_case_by_a_person(desk: Desk) -> None:
    case = await noticed(desk)
    await desk.hear(BusinessDayStarted(date=date(2023, 4, 12)))
    again = await desk.post("/accounts/10001/notice-again", why="the letter came back")
    assert (again["proposed"], again["case_id"] != str(case)) == ("shutoff_notice", True)
    await desk.post("/steps/shutoff_notice/approve")
    told = [one.case_id for one in await desk.told(AccountDelinquent) if str(one.step) == "shutoff_notice"]
    assert told == [case, UUID(again["case_id"])]
    await desk.hear(BusinessDayStarted(date=SHUTOFF))
    assert await desk.get(f"/shutoffs/{SHUTOFF}") == []


async def test_a_coordinator_has_the_water_turned_on_free_of_charge(desk: Desk) -> None:
    order = await ordered(desk)
    await desk.hear(completed(order, SHUTOFF))
    assert await desk.post("/accounts/10001/restore", free=True, why="a newborn") == {"done": 1, "left_out": {}}
    assert len(await desk.told(ServiceOrderRequested)) == 2
    assert await fees(desk) == {"door_hanger": Decimal("10.00")}


async def test_what_the_pack_does_not_allow_is_refused_with_the_reason(desk: Desk) -> None:
    await reminded(desk)
    hold = {"kind": "medical", "until": "2024-03-01", "why": "certificate of Dr. Lee"}
    answer = await desk.client.post("/accounts/10001/holds", json=hold)
    assert (answer.status_code, "60 days at most" in answer.json()["error"]) == (403, True)
    parts = [{"due": str(DAY), "amount": "10.00"}, {"due": "2023-05-10", "amount": "74.10"}]
    promise = {"installments": parts, "why": "lost her job"}
    answer = await desk.client.post("/accounts/10001/arrangements", json=promise)
    assert (answer.status_code, "25% down" in answer.json()["error"]) == (409, True)
    answer = await desk.client.post("/shutoffs/2023-03-14/approve", json={"why": "looked through"})
    assert "only today's can" in answer.json()["error"]
