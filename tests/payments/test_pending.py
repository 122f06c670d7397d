"""Money that is on its way holds late charges and shutoff until it comes, fails, or does not come in time."""

from datetime import date
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest

from contracts.payments import PaymentFailed, PaymentPending
from tests.payments.builders import Counter, payment, post_webhook

PROMISE = {
    "vendor": "phone-pay",
    "reference": "CC-1",
    "account_number": "10001",
    "amount": "80.00",
    "why": "the processor's agent confirmed it by phone",
}


def stage(word: str, key: str = "V-1", **changes: object) -> dict[str, object]:
    return payment(key, stage=word, **changes)


async def test_pending_money_is_told_with_its_last_day_and_then_made_good(counter: Counter) -> None:
    (held,) = await counter.publish(stage("pending"))
    assert (str(held.outcome), held.payment_id) == ("accepted", None)
    assert "no shutoff through 2023-03-20" in held.reason
    (pending,) = await counter.told(PaymentPending)
    assert (pending.expires, pending.amount) == (date(2023, 3, 20), Decimal("50.00"))
    (made_good,) = await counter.publish(stage("received"))
    assert str(made_good.outcome) == "accepted"
    (posted,) = await counter.posted()
    assert posted.pending_id == pending.pending_id
    assert await counter.told(PaymentFailed) == []


async def test_money_that_fails_is_released_once(counter: Counter) -> None:
    answers = await counter.publish(stage("pending"), stage("failed"), stage("failed"), stage("pending"))
    assert [str(one.outcome) for one in answers] == ["accepted", "accepted", "duplicate", "duplicate"]
    (pending,), (failed,) = await counter.told(PaymentPending), await counter.told(PaymentFailed)
    assert failed.pending_id == pending.pending_id
    assert await counter.posted() == []


async def test_money_received_after_it_failed_is_money(counter: Counter) -> None:
    answers = await counter.publish(stage("pending"), stage("failed"), stage("received"), stage("failed"))
    assert [str(one.outcome) for one in answers] == ["accepted", "accepted", "accepted", "conflict"]
    assert "that is a return" in answers[-1].reason
    assert len(await counter.posted()) == 1


async def test_the_same_promise_again_changes_nothing_and_another_one_is_refused(counter: Counter) -> None:
    answers = await counter.publish(stage("pending"), stage("pending"), stage("pending", amount="60.00"))
    assert [str(one.outcome) for one in answers] == ["accepted", "duplicate", "conflict"]
    assert len(await counter.told(PaymentPending)) == 1


async def test_stages_in_any_order_post_the_money_once_and_leave_nothing_held(counter: Counter) -> None:
    orders = list(permutations(["pending", "failed", "received"]))
    await counter.publish(*[stage(word, f"V-{number}") for number, order in enumerate(orders) for word in order])
    assert len(await counter.posted()) == len(orders)
    assert (await counter.client.get("/pending")).json() == []


async def test_an_unknown_stage_is_refused(counter: Counter) -> None:
    (answer,) = await counter.publish(stage("dreamt"))
    assert (str(answer.outcome), '"dreamt" is not a stage' in answer.reason) == ("refused", True)


async def test_the_webhook_knows_the_same_stages(counter: Counter) -> None:
    held = await post_webhook(counter, stage("pending"), "msg_1")
    assert held.json()["outcome"] == "accepted"
    assert (await post_webhook(counter, stage("failed"), "msg_2")).json()["outcome"] == "accepted"
    assert (len(await counter.told(PaymentPending)), len(await counter.told(PaymentFailed))) == (1, 1)


async def test_a_promise_for_an_unknown_account_is_told_once_the_account_is_known(counter: Counter) -> None:
    (answer,) = await counter.publish(stage("pending", account_number="77777"))
    assert (str(answer.outcome), "nothing is held" in answer.reason) == ("suspense", True)
    assert await counter.told(PaymentPending) == []
    account = await counter.open_account("77777")
    assert [one.account_id for one in await counter.told(PaymentPending)] == [account]


async def test_money_that_comes_for_another_account_releases_the_one_that_was_promised(counter: Counter) -> None:
    await counter.open_account("10002")
    await counter.publish(stage("pending"), stage("received", account_number="10002"))
    (failed,) = await counter.told(PaymentFailed)
    assert failed.reason == "The money came for account 10002."
    assert [one.pending_id for one in await counter.posted()] == [None]


async def test_a_clerk_registers_a_promise_that_the_vendors_own_message_makes_good(counter: Counter) -> None:
    promised = (await counter.client.post("/pending", json=PROMISE | {"vendor": "bank", "reference": "V-1"})).json()
    assert (promised["state"], promised["expires"]) == ("pending", "2023-03-20")
    assert (await counter.client.get("/accounts/10001/due")).json()["pending"] == "80.00"
    await counter.publish(payment("V-1", amount="80.00"))
    (posted,) = await counter.posted()
    assert str(posted.pending_id) == promised["pending_id"]


async def test_the_same_promise_by_phone_again_changes_nothing(counter: Counter) -> None:
    for _ in range(2):
        assert (await counter.client.post("/pending", json=PROMISE)).status_code == 200
    assert len(await counter.told(PaymentPending)) == 1
    assert (await counter.client.post("/pending", json=PROMISE | {"amount": "81.00"})).status_code == 409


async def test_money_at_the_counter_makes_good_the_promise_it_names(counter: Counter) -> None:
    promised = (await counter.client.post("/pending", json=PROMISE)).json()["pending_id"]
    await counter.take(amount="80.00", tender="card", pending_id=promised)
    assert [one.pending_id for one in await counter.posted()] == [UUID(promised)]
    assert (await counter.client.get("/pending", params={"state": "received"})).json()[0]["pending_id"] == promised


async def test_a_clerk_notes_that_a_promise_was_broken(counter: Counter) -> None:
    promised = (await counter.client.post("/pending", json=PROMISE)).json()["pending_id"]
    broken = await counter.client.post(f"/pending/{promised}/fail", json={"reason": "the card was declined"})
    assert broken.json()["state"] == "failed"
    assert [one.reason for one in await counter.told(PaymentFailed)] == ["the card was declined"]
    again = await counter.client.post(f"/pending/{promised}/fail", json={"reason": "the card was declined"})
    assert again.status_code == 409


@pytest.mark.parametrize(("change", "status"), [({"account_number": "404"}, 404), ({"amount": "99999.00"}, 422)])
async def test_a_promise_that_can_not_be_is_refused(counter: Counter, change: dict[str, str], status: int) -> None:
    assert (await counter.client.post("/pending", json=PROMISE | change)).status_code == status
