"""Money that is on its way holds late charges and shutoff until it comes, fails, or does not come in time."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest

from contracts.billing import BusinessDayDone
from contracts.payments import PaymentFailed, PaymentPending
from tests.payments.builders import DAY, Desk, payment, post_webhook
from tests.running import settled

PROMISE = {
    "vendor": "phone-pay",
    "reference": "CC-1",
    "account_number": "10001",
    "amount": "80.00",
    "why": "the processor's agent confirmed it by phone",
}


def stage(word: str, key: str = "V-1", **changes: object) -> dict[str, object]:
    return payment(key, stage=word, **changes)


async def test_pending_money_is_told_with_its_last_day_and_then_made_good(desk: Desk) -> None:
    (held,) = await desk.publish(stage("pending"))
    assert (str(held.outcome), held.payment_id) == ("accepted", None)
    assert "no shutoff through 2023-03-20" in held.reason
    (pending,) = await desk.told(PaymentPending)
    assert (pending.expires, pending.amount) == (date(2023, 3, 20), Decimal("50.00"))
    (made_good,) = await desk.publish(stage("received"))
    assert str(made_good.outcome) == "accepted"
    (posted,) = await desk.posted()
    assert posted.pending_id == pending.pending_id
    assert await desk.told(PaymentFailed) == []


async def test_money_that_fails_is_released_once(desk: Desk) -> None:
    answers = await desk.publish(stage("pending"), stage("failed"), stage("failed"), stage("pending"))
    assert [str(one.outcome) for one in answers] == ["accepted", "accepted", "duplicate", "duplicate"]
    (pending,), (failed,) = await desk.told(PaymentPending), await desk.told(PaymentFailed)
    assert failed.pending_id == pending.pending_id
    assert await desk.posted() == []


async def test_money_received_after_it_failed_is_money(desk: Desk) -> None:
    answers = await desk.publish(stage("pending"), stage("failed"), stage("received"), stage("failed"))
    assert [str(one.outcome) for one in answers] == ["accepted", "accepted", "accepted", "conflict"]
    assert "that is a return" in answers[-1].reason
    assert len(await desk.posted()) == 1


async def test_the_same_promise_again_changes_nothing_and_another_one_is_refused(desk: Desk) -> None:
    answers = await desk.publish(stage("pending"), stage("pending"), stage("pending", amount="60.00"))
    assert [str(one.outcome) for one in answers] == ["accepted", "duplicate", "conflict"]
    assert len(await desk.told(PaymentPending)) == 1


async def test_stages_in_any_order_post_the_money_once_and_leave_nothing_held(desk: Desk) -> None:
    orders = list(permutations(["pending", "failed", "received"]))
    await desk.publish(*[stage(word, f"V-{number}") for number, order in enumerate(orders) for word in order])
    assert len(await desk.posted()) == len(orders)
    assert (await desk.client.get("/pending")).json() == []


async def test_an_unknown_stage_is_refused(desk: Desk) -> None:
    (answer,) = await desk.publish(stage("dreamt"))
    assert (str(answer.outcome), '"dreamt" is not a stage' in answer.reason) == ("refused", True)


async def test_the_webhook_knows_the_same_stages(desk: Desk) -> None:
    held = await post_webhook(desk, stage("pending"), "msg_1")
    assert held.json()["outcome"] == "accepted"
    assert (await post_webhook(desk, stage("failed"), "msg_2")).json()["outcome"] == "accepted"
    assert (len(await desk.told(PaymentPending)), len(await desk.told(PaymentFailed))) == (1, 1)


async def test_a_promise_for_an_unknown_account_is_told_once_the_account_is_known(desk: Desk) -> None:
    (answer,) = await desk.publish(stage("pending", account_number="77777"))
    assert (str(answer.outcome), "nothing is held" in answer.reason) == ("suspense", True)
    assert await desk.told(PaymentPending) == []
    account = await desk.open_account("77777")
    await settled(desk.client)
    assert [one.account_id for one in await desk.told(PaymentPending)] == [account]


async def test_money_that_comes_for_another_account_releases_the_one_that_was_promised(desk: Desk) -> None:
    await desk.open_account("10002")
    await settled(desk.client)
    await desk.publish(stage("pending"), stage("received", account_number="10002"))
    (failed,) = await desk.told(PaymentFailed)
    assert failed.reason == "The money came for account 10002."
    assert [one.pending_id for one in await desk.posted()] == [None]


async def test_a_promise_that_is_not_kept_in_time_expires_with_the_day(desk: Desk) -> None:
    await desk.publish(stage("pending"))
    for later in range(1, 6):
        await desk.begin_day(DAY + timedelta(later))
    assert await desk.told(PaymentFailed) == []
    await desk.begin_day(DAY + timedelta(6))
    (failed,) = await desk.told(PaymentFailed)
    assert failed.reason == "The payment was pending and did not come by 2023-03-20."
    done = (await desk.told(BusinessDayDone))[-1]
    assert (done.counts["promises expired"], done.money["expired"]) == (1, Decimal("50.00"))


async def test_a_clerk_registers_a_promise_that_the_vendors_own_message_makes_good(desk: Desk) -> None:
    promised = (await desk.client.post("/pending", json=PROMISE | {"vendor": "bank", "reference": "V-1"})).json()
    assert (promised["state"], promised["expires"]) == ("pending", "2023-03-20")
    assert (await desk.client.get("/accounts/10001/due")).json()["pending"] == "80.00"
    await desk.publish(payment("V-1", amount="80.00"))
    (posted,) = await desk.posted()
    assert str(posted.pending_id) == promised["pending_id"]


async def test_the_same_promise_by_phone_again_changes_nothing(desk: Desk) -> None:
    for _ in range(2):
        assert (await desk.client.post("/pending", json=PROMISE)).status_code == 200
    assert len(await desk.told(PaymentPending)) == 1
    assert (await desk.client.post("/pending", json=PROMISE | {"amount": "81.00"})).status_code == 409


async def test_money_at_the_counter_makes_good_the_promise_it_names(desk: Desk) -> None:
    promised = (await desk.client.post("/pending", json=PROMISE)).json()["pending_id"]
    await desk.take(amount="80.00", tender="card", pending_id=promised)
    assert [one.pending_id for one in await desk.posted()] == [UUID(promised)]
    assert (await desk.client.get("/pending", params={"state": "received"})).json()[0]["pending_id"] == promised


async def test_a_clerk_notes_that_a_promise_was_broken(desk: Desk) -> None:
    promised = (await desk.client.post("/pending", json=PROMISE)).json()["pending_id"]
    broken = await desk.client.post(f"/pending/{promised}/fail", json={"reason": "the card was declined"})
    assert broken.json()["state"] == "failed"
    assert [one.reason for one in await desk.told(PaymentFailed)] == ["the card was declined"]
    again = await desk.client.post(f"/pending/{promised}/fail", json={"reason": "the card was declined"})
    assert again.status_code == 409


@pytest.mark.parametrize(("change", "status"), [({"account_number": "404"}, 404), ({"amount": "99999.00"}, 422)])
async def test_a_promise_that_can_not_be_is_refused(desk: Desk, change: dict[str, str], status: int) -> None:
    assert (await desk.client.post("/pending", json=PROMISE | change)).status_code == status


async def test_a_day_done_says_what_the_day_before_brought_and_what_waits(desk: Desk) -> None:
    await desk.publish(payment("V-1"), payment("V-2"), stage("pending", "V-3"), payment("V-4", account_number="9"))
    await desk.take(amount="20.00")
    await desk.begin_day(DAY + timedelta(1))
    done = (await desk.told(BusinessDayDone))[-1]
    assert done.money == {
        "counter payments the day before": Decimal("20.00"),
        "online payments the day before": Decimal("150.00"),
        "promises the day before": Decimal("50.00"),
        "payments in suspense": Decimal("50.00"),
        "promises waited for": Decimal("50.00"),
    }
    assert done.counts["online payments the day before"] == 3
