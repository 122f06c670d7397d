"""A refund leaves once: approved by another person when it is large, put into one file, paid or given up."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.auth import local_token
from chassis.consume import Subscription
from chassis.edge import transaction
from chassis.envelope import new_trace
from contracts.billing import RefundDue, RefundReason
from contracts.ids import thing_id
from contracts.payments import RefundCancelled, RefundPaid
from contracts.topics import REFUND_DUE
from services.payments import tallies
from services.payments.policy import Refunds
from services.payments.refunds.events import take_refunds
from services.payments.refunds.rules import why_not_by
from tests.payments.builders import DAY, Counter
from tests.running import KEY

ACCOUNT = thing_id("windsor-co", "account", "10001")
OTHER = {"Authorization": f"Bearer {local_token(KEY, 'kim', ['coordinator'])}"}


async def ask(counter: Counter, amount: str = "412.50", actor: str = "billing", refund_id: UUID | None = None) -> UUID:
    due = RefundDue(
        refund_id=refund_id or uuid4(), account_id=ACCOUNT, amount=Decimal(amount), reason=RefundReason.FINAL_BILL,
        business_date=DAY,
    )  # fmt: skip
    await counter.handle(Subscription(REFUND_DUE, take_refunds), due, actor=actor)
    return due.refund_id


async def act(counter: Counter, refund: UUID, what: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
    return await counter.client.post(f"/refunds/{refund}/{what}", json=body, headers=headers)


async def approved(counter: Counter, **given: Any) -> UUID:
    refund = await ask(counter, **given)
    assert (await act(counter, refund, "approve", why="final bill checked")).status_code == 200
    return refund


def test_only_above_the_limit_another_person_must_approve() -> None:
    limit = Refunds(second_person_above=Decimal("100.00"))
    assert why_not_by(limit, Decimal("100.00"), "pat", "pat") == ""
    assert why_not_by(limit, Decimal("100.01"), "kim", "pat") == ""
    assert "Another person" in why_not_by(limit, Decimal("100.01"), "pat", "pat")


async def test_a_refund_is_listed_with_its_age_and_told_once_however_often_it_comes(counter: Counter) -> None:
    refund = await ask(counter)
    await ask(counter, refund_id=refund)
    (listed,) = (await counter.client.get("/refunds")).json()
    assert (listed["account_number"], listed["amount"], listed["days"], listed["state"]) == (
        "10001",
        "412.50",
        0,
        "due",
    )


async def test_a_refund_counts_as_waiting_from_the_day_after_it_was_asked_for(counter: Counter) -> None:
    await ask(counter)
    async with transaction(counter.engine, "payments", "a test", new_trace()) as tx:
        waiting = [await tallies.waiting(tx, day) for day in (DAY, DAY + timedelta(1))]
    assert [("refunds due", 1, Decimal("412.50")) in one for one in waiting] == [False, True]


async def test_the_same_refund_with_another_amount_is_kept_as_a_dead_letter(counter: Counter) -> None:
    refund = await ask(counter)
    await ask(counter, "500.00", refund_id=refund)
    (letter,) = (await counter.client.get("/dead-letters")).json()
    assert "other content" in letter["reason"]
    assert [one["amount"] for one in (await counter.client.get("/refunds")).json()] == ["412.50"]


async def test_a_large_refund_is_not_approved_by_who_brought_it_about(counter: Counter) -> None:
    refund = await ask(counter, actor="pat")
    refused = await act(counter, refund, "approve", why="final bill checked")
    assert (refused.status_code, "Another person must approve it" in refused.json()["error"]) == (403, True)
    assert (await act(counter, refund, "approve", OTHER, why="final bill checked")).json()["approved_by"] == "kim"


async def test_an_approved_refund_is_paid_once(counter: Counter) -> None:
    refund = await approved(counter)
    for _ in range(2):
        paid = await act(counter, refund, "paid", method="check", reference="20451")
        assert (paid.status_code, paid.json()["state"]) == (200, "paid")
    other = await act(counter, refund, "paid", method="check", reference="20452")
    assert (other.status_code, other.json()["error"]) == (409, "The refund is paid already.")
    (told,) = await counter.told(RefundPaid)
    assert (told.refund_id, told.reference, told.amount, told.paid_on) == (refund, "20451", Decimal("412.50"), DAY)


async def test_a_refund_that_nobody_approved_is_not_paid(counter: Counter) -> None:
    refused = await act(counter, await ask(counter), "paid", method="check", reference="20451")
    assert (refused.status_code, "was not approved" in refused.json()["error"]) == (409, True)


@pytest.mark.parametrize("day", ["2023-03-14", "2023-03-16"])
async def test_a_refund_is_paid_between_its_due_day_and_today(counter: Counter, day: str) -> None:
    refused = await act(counter, await approved(counter), "paid", method="ach", reference="7", paid_on=day)
    assert (refused.status_code, day in refused.json()["error"]) == (409, True)


async def test_a_cancelled_refund_is_told_and_stays_cancelled(counter: Counter) -> None:
    refund, why = await approved(counter), "transferred to account 10002"
    assert (await act(counter, refund, "cancel", reason=why)).json()["state"] == "cancelled"
    assert (await act(counter, refund, "paid", method="check", reference="20451")).status_code == 409
    assert (await act(counter, refund, "cancel", reason=why)).status_code == 409
    assert [one.refund_id for one in await counter.told(RefundCancelled)] == [refund]
    assert await counter.told(RefundPaid) == []


async def vouchers(counter: Counter, name: str) -> Any:
    return await counter.client.post("/refunds/vouchers", json={"name": name})


async def test_a_voucher_file_is_made_once_and_no_refund_stands_in_two(counter: Counter) -> None:
    first = await approved(counter)
    await ask(counter, "10.00")
    file = await vouchers(counter, "2023-03-15")
    header, line = file.text.splitlines()
    assert header == "voucher,account,amount,reason,due_on,approved_by,refund_id"
    assert line == f"2023-03-15-001,10001,412.50,final_bill,2023-03-15,pat,{first}"

    second = await approved(counter, amount="20.00")
    assert (await vouchers(counter, "2023-03-15")).content == file.content
    assert str(second) in (later := (await vouchers(counter, "2023-03-16")).text)
    assert str(first) not in later
    assert (await vouchers(counter, "2023-03-17")).status_code == 409
