"""Returned payments over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, PlainSerializer

from chassis.auth import allow
from chassis.days import today
from chassis.refusal import Refused
from chassis.web import Tx, Why
from contracts.base import Line
from contracts.payments import ReturnKind
from services.payments import store
from services.payments.returns import store as returns
from services.payments.returns.rules import is_cash_only
from services.payments.returns.tables import PaymentReturn
from services.payments.returns.taking_back import Notice, take_back
from services.payments.tables import Account

router = APIRouter(tags=["returns"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")
Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]


class ReturnGiven(BaseModel):
    """Why a payment is taken back. `code` is the bank's own, such as R01; without `returned_on` it was today."""

    kind: Literal["bank_return", "chargeback", "void", "misposting"]
    code: Line = ""
    reason: Why
    returned_on: date | None = None


class ReturnShown(BaseModel):
    """A payment that was taken back, and what it cost the customer."""

    return_id: UUID
    payment_id: UUID
    account_number: str
    amount: Amount
    kind: str
    code: str
    reason: str
    returned_on: date
    fee: Amount
    business_date: date


class Standing(BaseModel):
    """Whether an account may pay by check, and if not, through which day; None is until a person lifts it."""

    account_number: str
    cash_only: bool
    cash_only_until: date | None


class Lifting(BaseModel):
    """Why an account may pay by check again."""

    why: Why


@router.post("/payments/{payment_id}/return", dependencies=[allow("cashier", "coordinator")])
async def return_payment(tx: Tx, payment_id: UUID, given: ReturnGiven) -> ReturnShown:
    """Take a payment back whole; its items are open again. Only a bank's return or a chargeback bears a fee."""
    notice = Notice(ReturnKind(given.kind), given.code, given.reason, given.returned_on)
    taken = await take_back(tx, payment_id, notice)
    shown = _shown(taken.returned)
    tx.audit("return", f"payment {payment_id}", given.reason, after=shown.model_dump(mode="json"))
    return shown


@router.get("/returns", dependencies=[allow(*READERS)])
async def list_returns(tx: Tx, since: date | None = None) -> list[ReturnShown]:
    """What came back on or after a business day (the town's current one, unless said), newest first."""
    return [_shown(one) for one in await returns.since(tx, since or await today(tx))]


@router.get("/accounts/{number}/cash-only", dependencies=[allow(*READERS)])
async def show_cash_only(tx: Tx, number: str) -> Standing:
    """Whether an account may pay by check."""
    return _standing(await store.find_account(tx, number), await today(tx))


@router.post("/accounts/{number}/cash-only/lift", dependencies=[allow("coordinator")])
async def lift_cash_only(tx: Tx, number: str, lifting: Lifting) -> Standing:
    """Let an account pay by check again."""
    account, day = await store.find_account(tx, number), await today(tx)
    before = _standing(account, day)
    if not before.cash_only:
        raise Refused(f"Account {number} may pay by check already.")
    account.cash_only, account.cash_only_until = False, None
    tx.audit("lift", f"account {number}", lifting.why, before, _standing(account, day))
    return _standing(account, day)


def _shown(one: PaymentReturn) -> ReturnShown:
    return ReturnShown.model_validate(one.model_dump(include=set(ReturnShown.model_fields)))


def _standing(account: Account, day: date) -> Standing:
    restricted = is_cash_only(account.cash_only, account.cash_only_until, day)
    until = account.cash_only_until if restricted else None
    return Standing(account_number=account.number or "", cash_only=restricted, cash_only_until=until)
