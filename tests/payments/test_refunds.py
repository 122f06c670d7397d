"""A refund leaves once: approved by another person when it is large, put into one file, paid or given up."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.auth import local_token
from contracts.billing import RefundDue, RefundReason
from contracts.ids import thing_id
from contracts.payments import RefundCancelled, RefundPaid
from services.payments.policy import Refunds
from services.payments.refunds.rules import why_not_by
from tests.payments.builders import DAY, Desk
from tests.running import KEY, settled

ACCOUNT = thing_id("windsor-co", "account", "10001")
OTHER = {"Authorization": f"Bearer {local_token(KEY, 'kim', ['coordinator'])}"}


async def ask(desk: Desk, amount: str = "412.50", actor: str = "billing", refund_id: UUID | None = None) -> UUID:
    due = RefundDue(
        refund_id=refund_id or uuid4(), account_id=ACCOUNT, amount=Decimal(amount), reason=RefundReason.FINAL_BILL,
        business_date=DAY,
    )  # fmt: skip
    await desk.send("RefundDue", due.model_dump_json().encode(), str(ACCOUNT), [("actor", actor.encode())])
    await settled(desk.client)
    return due.refund_id


async def act(desk: Desk, refund: UUID, what: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
    return await desk.client.post(f"/refunds/{refund}/{what}", json=body, headers=headers)


async def approved(desk: Desk, **given: Any) -> UUID:
    refund = await ask(desk, **given)
    assert (await act(desk, refund, "approve", why="final bill checked")).status_code == 200
    return refund


def test_only_above_the_limit_another_person_must_approve() -> None:
    limit = Refunds(second_person_above=Decimal("100.00"))
    assert why_not_by(limit, Decimal("100.00"), "pat", "pat") == ""
    assert why_not_by(limit, Decimal("100.01"), "kim", "pat") == ""
    assert "Another person" in why_not_by(limit, Decimal("100.01"), "pat", "pat")


async def test_a_refund_is_listed_with_its_age_and_told_once_however_often_it_comes(desk: Desk) -> None:
    refund = await ask(desk)
    await ask(desk, refund_id=refund)
    (listed,) = (await desk.client.get("/refunds")).json()
    assert (listed["account_number"], listed["amount"], listed["days"], listed["state"]) == (
        "10001",
        "412.50",
        0,
        "due",
    )


async def test_the_same_refund_with_another_amount_is_kept_as_a_dead_letter(desk: Desk) -> None:
    refund = await ask(desk)
    await ask(desk, "500.00", refund_id=refund)
    (letter,) = (await desk.client.get("/dead-letters")).json()
    assert "other content" in letter["reason"]
    assert [one["amount"] for one in (await desk.client.get("/refunds")).json()] == ["412.50"]


async def test_a_large_refund_is_not_approved_by_who_brought_it_about(desk: Desk) -> None:
    refund = await ask(desk, actor="pat")
    refused = await act(desk, refund, "approve", why="final bill checked")
    assert (refused.status_code, "Another person must approve it" in refused.json()["error"]) == (403, True)
    assert (await act(desk, refund, "approve", OTHER, why="final bill checked")).json()["approved_by"] == "kim"


async def test_an_approved_refund_is_paid_once(desk: Desk) -> None:
    refund = await approved(desk)
    for _ in range(2):
        paid = await act(desk, refund, "paid", method="check", reference="20451")
        assert (paid.status_code, paid.json()["state"]) == (200, "paid")
    other = await act(desk, refund, "paid", method="check", reference="20452")
    assert (other.status_code, other.json()["error"]) == (409, "The refund is paid already.")
    (told,) = await desk.told(RefundPaid)
    assert (told.refund_id, told.reference, told.amount, told.paid_on) == (refund, "20451", Decimal("412.50"), DAY)


async def test_a_refund_that_nobody_approved_is_not_paid(desk: Desk) -> None:
    refused = await act(desk, await ask(desk), "paid", method="check", reference="20451")
    assert (refused.status_code, "was not approved" in refused.json()["error"]) == (409, True)


@pytest.mark.parametrize("day", ["2023-03-14", "2023-03-16"])
async def test_a_refund_is_paid_between_its_due_day_and_today(desk: Desk, day: str) -> None:
    refused = await act(desk, await approved(desk), "paid", method="ach", reference="7", paid_on=day)
    assert (refused.status_code, day in refused.json()["error"]) == (409, True)


async def test_a_cancelled_refund_is_told_and_stays_cancelled(desk: Desk) -> None:
    refund = await approved(desk)
    assert (await act(desk, refund, "cancel", reason="transferred to account 10002")).json()["state"] == "cancelled"
    assert (await act(desk, refund, "paid", method="check", reference="20451")).status_code == 409
    assert (await act(desk, refund, "cancel", reason="transferred to account 10002")).status_code == 409
    assert [one.refund_id for one in await desk.told(RefundCancelled)] == [refund]
    assert await desk.told(RefundPaid) == []


async def vouchers(desk: Desk, name: str) -> Any:
    return await desk.client.post("/refunds/vouchers", json={"name": name})


async def test_a_voucher_file_is_made_once_and_no_refund_stands_in_two(desk: Desk) -> None:
    first = await approved(desk)
    await ask(desk, "10.00")
    file = await vouchers(desk, "2023-03-15")
    header, line = file.text.splitlines()
    assert header == "voucher,account,amount,reason,due_on,approved_by,refund_id"
    assert line == f"2023-03-15-001,10001,412.50,final_bill,2023-03-15,pat,{first}"

    second = await approved(desk, amount="20.00")
    assert (await vouchers(desk, "2023-03-15")).content == file.content
    assert str(second) in (later := (await vouchers(desk, "2023-03-16")).text)
    assert str(first) not in later
    assert (await vouchers(desk, "2023-03-17")).status_code == 409
