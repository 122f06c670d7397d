"""A payment comes back once and whole; the bank's returns cost a fee, the office's own corrections don't."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.payments import ChargeAssessed, PaymentReturned
from services.payments.policy import CashOnly, FeeStep, ReturnFee
from services.payments.returns.rules import cash_only_until, fee_of, is_cash_only, makes_cash_only
from tests.payments.builders import Counter
from tests.running import bearer

FLORIDA = ReturnFee(
    service="water",
    steps=(
        FeeStep(through=Decimal("50.00"), amount=Decimal("25.00")),
        FeeStep(through=Decimal("300.00"), amount=Decimal("30.00")),
        FeeStep(amount=Decimal("40.00")),
    ),
    percent=Decimal(5),
)
TODAY = date(2023, 3, 15)


@pytest.mark.parametrize(
    ("amount", "fee"),
    [("0.01", "25.00"), ("50.00", "25.00"), ("50.01", "30.00"), ("300.00", "30.00"), ("300.01", "40.00"),
     ("800.00", "40.00"), ("800.10", "40.01"), ("1234.56", "61.73")],
)  # fmt: skip
def test_floridas_fee_goes_by_the_amount_or_five_percent_whichever_is_greater(amount: str, fee: str) -> None:
    assert str(fee_of(FLORIDA, "bank_return", Decimal(amount))) == fee


@given(st.decimals("0.01", "99999", places=2), st.decimals("0.01", "99999", places=2))
def test_a_greater_payment_never_costs_less(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert fee_of(FLORIDA, "chargeback", low) <= fee_of(FLORIDA, "chargeback", high)


@pytest.mark.parametrize("kind", ["void", "misposting"])
def test_the_offices_own_corrections_are_free_and_restrict_nobody(kind: str) -> None:
    assert fee_of(FLORIDA, kind, Decimal("800.10")) == 0
    assert not makes_cash_only(CashOnly(after=1, within_days=365), kind, [TODAY], TODAY)


@pytest.mark.parametrize(
    "steps",
    [
        [{"through": "50.00", "amount": "25.00"}],
        [{"amount": "25.00"}, {"amount": "30.00"}],
        [{"through": "300.00", "amount": "25.00"}, {"through": "50.00", "amount": "30.00"}, {"amount": "40.00"}],
    ],
)
def test_steps_that_leave_a_gap_are_refused_in_the_pack(steps: list[dict[str, str]]) -> None:
    with pytest.raises(ValidationError, match="through"):
        ReturnFee.model_validate({"service": "water", "steps": steps})


def test_an_account_is_cash_only_after_so_many_returns_within_so_many_days() -> None:
    rule = CashOnly(after=2, within_days=365, lasts_days=180)
    assert not makes_cash_only(rule, "bank_return", [], TODAY)
    assert makes_cash_only(rule, "bank_return", [date(2022, 6, 1)], TODAY)
    assert not makes_cash_only(rule, "bank_return", [date(2022, 3, 15)], TODAY)


def test_cash_only_ends_with_its_last_day_or_when_a_person_lifts_it() -> None:
    until = cash_only_until(CashOnly(after=1, within_days=365, lasts_days=180), TODAY)
    assert until == date(2023, 9, 11)
    assert is_cash_only(True, until, date(2023, 9, 11))
    assert not is_cash_only(True, until, date(2023, 9, 12))
    assert cash_only_until(CashOnly(after=1, within_days=365), TODAY) is None
    assert is_cash_only(True, None, date(2043, 1, 1))


def returned(kind: str = "bank_return", **changes: Any) -> dict[str, Any]:
    return {"kind": kind, "code": "R01", "reason": "insufficient funds"} | changes


async def give_back(counter: Counter, payment: dict[str, Any], kind: str = "bank_return", **changes: Any) -> Any:
    return await counter.client.post(f"/payments/{payment['payment_id']}/return", json=returned(kind, **changes))


async def test_a_returned_check_is_told_whole_with_its_fee(counter: Counter) -> None:
    payment = await counter.take(tender="check", amount="50.00")
    answer = await give_back(counter, payment)
    assert (answer.status_code, answer.json()["fee"]) == (200, "25.00")
    (told,) = await counter.told(PaymentReturned)
    assert (str(told.payment_id), told.payment_seq, told.code) == (payment["payment_id"], 1, "R01")
    assert (told.amount, told.fee, str(told.kind)) == (Decimal("50.00"), Decimal("25.00"), "bank_return")
    (fee,) = await counter.told(ChargeAssessed)
    assert (fee.amount, fee.service, str(fee.about)) == (Decimal("25.00"), "water", payment["payment_id"])
    (shown,) = (await counter.client.get("/accounts/10001/payments")).json()
    assert shown["returned_on"] == "2023-03-15"


async def test_a_void_brings_no_fee(counter: Counter) -> None:
    await give_back(counter, await counter.take(), "void")
    assert len(await counter.told(PaymentReturned)) == 1
    assert await counter.told(ChargeAssessed) == []


async def test_a_second_return_of_a_payment_is_refused(counter: Counter) -> None:
    payment = await counter.take()
    await give_back(counter, payment)
    again = await give_back(counter, payment, "chargeback")
    assert again.status_code == 409
    assert "taken back before, on 2023-03-15 (R01)" in again.json()["error"]
    assert len(await counter.told(PaymentReturned)) == 1


async def test_two_returns_of_a_payment_at_once_are_one(counter: Counter) -> None:
    payment = await counter.take()
    answers = await asyncio.gather(*[give_back(counter, payment) for _ in range(3)])
    assert sorted(one.status_code for one in answers) == [200, 409, 409]
    assert (len(await counter.told(PaymentReturned)), len(await counter.told(ChargeAssessed))) == (1, 1)


@pytest.mark.parametrize("day", ["2023-03-14", "2023-03-16"])
async def test_a_return_is_dated_between_the_payment_and_today(counter: Counter, day: str) -> None:
    answer = await give_back(counter, await counter.take(), returned_on=day)
    assert (answer.status_code, day in answer.json()["error"]) == (409, True)


async def test_only_what_was_paid_can_come_back(counter: Counter) -> None:
    answer = await counter.client.post(f"/payments/{uuid4()}/return", json=returned())
    assert answer.status_code == 404


async def test_a_clerk_may_not_take_money_back(counter: Counter) -> None:
    clerk = bearer("clerk")
    payment = await counter.take()
    answer = await counter.client.post(f"/payments/{payment['payment_id']}/return", json=returned(), headers=clerk)
    assert answer.status_code == 403


async def test_money_that_bounces_in_suspense_is_closed_without_a_word_to_the_others(counter: Counter) -> None:
    payment = await counter.take(account_number="77777", tender="check")
    assert (await give_back(counter, payment)).json()["fee"] == "0.00"
    assert (await counter.client.get("/suspense")).json() == []
    await counter.open_account("77777")
    assert await counter.told(PaymentReturned) == []
    assert await counter.posted() == []


CHECK = (
    "reference,account,amount,tender,channel,payer,received\n"
    "R1,10001,20.00,cash,counter,,2023-03-15\n"
    "R2,10001,30.00,check,mail,,2023-03-15\n"
)


async def test_an_account_with_too_many_returns_pays_without_checks_until_a_coordinator_lifts_it(
    counter: Counter,
) -> None:
    for receipt in ("1", "2"):
        await give_back(counter, await counter.take(receipt, tender="check"))
    assert (await counter.client.get("/accounts/10001/cash-only")).json()["cash_only"] is True

    refused = await counter.client.post("/batches/B1?cash=20.00&check=30.00", content=CHECK.encode())
    assert refused.status_code == 422
    assert "Account 10001 pays by cash, money order or card only, until" in refused.json()["error"]
    check = {"receipt": "3", "account_number": "10001", "amount": "5.00", "tender": "check"}
    assert (await counter.client.post("/payments", json=check)).status_code == 422
    await counter.take("4", tender="cash")

    lifted = await counter.client.post("/accounts/10001/cash-only/lift", json={"why": "the bank's own error"})
    assert lifted.json()["cash_only"] is False
    assert (await counter.client.post("/batches/B1?cash=20.00&check=30.00", content=CHECK.encode())).status_code == 200
