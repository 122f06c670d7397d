"""A vendor publishes to its own door: good money posts once; every other message is answered and visible."""

import asyncio
import json
from typing import Any

import pytest

from tests.payments.builders import Desk, payment, post_webhook
from tests.running import settled


async def test_good_money_posts_once_and_is_numbered_without_a_gap(desk: Desk) -> None:
    answers = await desk.publish(payment("V-1"), payment("V-2", amount="25.00"), payment("V-1"))
    assert [str(one.outcome) for one in answers] == ["accepted", "accepted", "duplicate"]
    posted = await desk.posted()
    assert [(one.payment_seq, str(one.amount)) for one in posted] == [(1, "50.00"), (2, "25.00")]


async def test_the_same_id_with_another_amount_changes_nothing_and_is_kept(desk: Desk) -> None:
    await desk.publish(payment("V-1"))
    (answer,) = await desk.publish(payment("V-1", amount="500.00"))
    assert str(answer.outcome) == "conflict"
    assert len(await desk.posted()) == 1
    (letter,) = (await desk.client.get("/dead-letters")).json()
    assert "other content" in letter["reason"]


async def test_a_letter_that_the_vendor_was_answered_about_stays_open_when_it_is_redriven(desk: Desk) -> None:
    await desk.publish(payment("V-1", amount="-50.00"))
    (letter,) = (await desk.client.get("/dead-letters")).json()
    redriven = await desk.client.post(f"/dead-letters/{letter['id']}/redrive")
    assert (redriven.status_code, "must send what is right" in redriven.json()["error"]) == (422, True)
    assert await desk.posted() == []
    assert [one["id"] for one in (await desk.client.get("/dead-letters")).json()] == [letter["id"]]
    closed = await desk.client.post(f"/dead-letters/{letter['id']}/settle", json={"why": "sent again as V-2"})
    assert closed.json()["settled_by"] == "pat"
    assert (await desk.client.get("/dead-letters")).json() == []
    (noted,) = (await desk.client.get(f"/audit/dead letter {letter['id']}")).json()
    assert (noted["action"], noted["why"]) == ("settle", "sent again as V-2")


async def test_money_without_an_account_waits_in_suspense_until_the_account_is_known(desk: Desk) -> None:
    (answer,) = await desk.publish(payment("V-1", account_number="77777"))
    assert str(answer.outcome) == "suspense"
    (waiting,) = (await desk.client.get("/suspense")).json()
    assert (waiting["account_number"], waiting["amount"], waiting["days"]) == ("77777", "50.00", 0)
    account = await desk.open_account("77777")
    await settled(desk.client)
    (posted,) = await desk.posted()
    assert posted.account_id == account
    assert (await desk.client.get("/suspense")).json() == []


async def test_a_person_can_assign_money_in_suspense(desk: Desk) -> None:
    (answer,) = await desk.publish(payment("V-1", account_number="1000l"))
    to = {"account_number": "10001", "why": "the payer wrote an l for a 1"}
    assigned = await desk.client.post(f"/suspense/{answer.payment_id}/assign", json=to)
    assert assigned.json()["state"] == "posted"
    again = await desk.client.post(f"/suspense/{answer.payment_id}/assign", json=to)
    assert again.status_code == 409
    assert len(await desk.posted()) == 1


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (payment("V-1", amount="-50.00"), "not above zero"),
        (payment("V-1", amount=50.25), "decimal string"),
        (payment("V-1", amount="1e3"), "decimal string"),
        ({"vendor_payment_id": "V-1"}, "account_number"),
        (payment("V-1", paid_at="2023-03-15T18:00:00"), "zone"),
        (payment("V-1", currency="EUR"), "USD"),
        (b"{not json", "not valid"),
        (b"\xff\xfe", "not valid"),
        (b"[]", "not valid"),
    ],
)
async def test_a_bad_message_is_answered_kept_and_stops_nothing(
    desk: Desk, value: dict[str, Any] | bytes, word: str
) -> None:
    refused, accepted = await desk.publish(value, payment("V-9"))
    assert (str(refused.outcome), str(accepted.outcome)) == ("refused", "accepted")
    assert word in refused.reason
    (letter,) = (await desk.client.get("/dead-letters")).json()
    assert word in letter["reason"]
    assert len(await desk.posted()) == 1


async def test_strange_headers_do_not_stop_a_payment(desk: Desk) -> None:
    headers = [("traceparent", b"\xff\xfe"), ("x-null", None)]
    await desk.send("PaymentReceived.bank", json.dumps(payment("V-1")).encode(), headers=headers)
    await settled(desk.client)
    assert len(await desk.posted()) == 1


async def test_the_same_payment_by_signed_webhook_gives_the_same_result(desk: Desk) -> None:
    await desk.publish(payment("V-1"))
    answer = await post_webhook(desk, payment("V-1"), "msg_1")
    assert answer.json()["outcome"] == "duplicate"
    answer = await post_webhook(desk, payment("V-2"), "msg_2")
    assert answer.json()["outcome"] == "accepted"
    again = await post_webhook(desk, payment("V-2"), "msg_2")
    assert again.json() == answer.json()
    assert len(await desk.posted()) == 2


async def test_a_webhook_with_a_wrong_signature_is_refused(desk: Desk) -> None:
    answer = await post_webhook(desk, payment("V-1"), "msg_1", "whsec_" + "b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldA==")
    assert answer.status_code == 401
    assert await desk.posted() == []


async def test_a_webhook_id_without_end_is_refused(desk: Desk) -> None:
    assert (await post_webhook(desk, payment("V-1"), "m" * 151)).status_code == 422


async def test_a_broken_webhook_body_is_answered_like_a_broken_message(desk: Desk) -> None:
    answer = await post_webhook(desk, payment("V-1", amount=50), "msg_1")
    assert answer.json()["outcome"] == "refused"
    assert "decimal string" in answer.json()["reason"]


async def test_a_webhook_body_that_is_not_json_is_refused_and_not_taken_for_a_wrong_signature(desk: Desk) -> None:
    answer = await post_webhook(desk, '{"vendor_payment_id": "V-1",', "msg_1")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "refused")


BATCH = (
    "reference,account,amount,tender,channel,payer,received\n"
    "R1,10001,20.00,cash,counter,,2023-03-15\n"
    "R2,10001,30.00,check,counter,,2023-03-15\n"
)


async def test_a_balanced_batch_posts_once(desk: Desk) -> None:
    for repeated in (False, True):
        answer = await desk.client.post("/batches/B1?cash=20.00&check=30.00", content=BATCH.encode())
        assert answer.json()["repeated"] is repeated
    assert sorted(str(one.amount) for one in await desk.posted()) == ["20.00", "30.00"]


@pytest.mark.parametrize(
    ("text", "counted", "word"),
    [
        (BATCH, "cash=20.00&check=29.00", "check: entered 30.00, counted 29.00"),
        (BATCH + "R2,10001,1.00,cash,counter,,2023-03-15\n", "cash=21.00&check=30.00", "R2 stands on line 3 too"),
        (BATCH + "R3,10001,-1.00,cash,counter,,2023-03-15\n", "cash=19.00&check=30.00", "amount"),
        (BATCH + "R3,10001\n", "cash=20.00&check=30.00", "number of cells"),
    ],
)
async def test_a_bad_batch_posts_nothing(desk: Desk, text: str, counted: str, word: str) -> None:
    answer = await desk.client.post(f"/batches/B1?{counted}", content=text.encode())
    assert answer.status_code == 422
    assert word in answer.json()["error"]
    assert await desk.posted() == []


async def test_a_cashier_sees_money_that_is_not_in_the_balance_yet(desk: Desk) -> None:
    taken = {"receipt": "77", "account_number": "10001", "amount": "50.00", "tender": "cash"}
    assert (await desk.client.post("/payments", json=taken)).json()["payment_seq"] == 1
    due = (await desk.client.get("/accounts/10001/due")).json()
    assert due["note"] == "50.00 received, posting"
    other = await desk.client.post("/payments", json=taken | {"amount": "51.00"})
    assert other.status_code == 409


async def test_two_copies_number_an_accounts_payments_without_a_gap(desk: Desk) -> None:
    takings = [
        desk.client.post(
            "/payments", json={"receipt": f"c{n}", "account_number": "10001", "amount": "1.00", "tender": "cash"}
        )
        for n in range(12)
    ]
    numbers = [answer.json()["payment_seq"] for answer in await asyncio.gather(*takings)]
    assert sorted(numbers) == list(range(1, 13))
