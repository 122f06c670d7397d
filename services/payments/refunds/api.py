"""Refunds over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, PlainSerializer, StringConstraints

from chassis.auth import allow
from chassis.days import today
from chassis.web import Tx, Why
from contracts.base import Name
from contracts.payments import RefundMethod
from services.payments.refunds import refunding, store
from services.payments.refunds.rules import APPROVED, CANCELLED, DUE, OPEN, PAID
from services.payments.refunds.tables import Refund

router = APIRouter(tags=["refunds"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")
Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]


class Approval(BaseModel):
    """Why a refund is right."""

    why: Why


class PaidOut(BaseModel):
    """How a refund left the bank. `reference` is the number of the check, voucher or transfer."""

    method: Literal["check", "voucher", "ach"]
    reference: Name
    paid_on: date | None = None


class Cancelling(BaseModel):
    """Why a refund will not be paid."""

    reason: Why


class VoucherFileName(BaseModel):
    """What the finance office calls the file; the same name again gives the same file."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]


class RefundShown(BaseModel):
    """A refund, and how many days ago billing asked for it."""

    refund_id: UUID
    account_number: str | None
    amount: Amount
    reason: str
    due_on: date
    days: int
    asked_by: str
    state: str
    approved_by: str | None
    voucher: str | None
    method: str | None
    reference: str | None
    paid_on: date | None


@router.get("/refunds", dependencies=[allow(*READERS)])
async def list_refunds(
    tx: Tx, state: Literal["open", "due", "approved", "paid", "cancelled"] = "open", limit: int = 200
) -> list[RefundShown]:
    """Refunds, oldest first: those that wait for someone, unless another state is asked for."""
    states = {"open": OPEN, "due": (DUE,), "approved": (APPROVED,), "paid": (PAID,), "cancelled": (CANCELLED,)}[state]
    found = await store.listed(tx, states, min(limit, 1000))
    numbers, day = await store.numbers(tx, {one.account_id for one in found}), await today(tx)
    return [_shown(one, numbers, day) for one in found]


@router.post("/refunds/vouchers", dependencies=[allow("coordinator")], response_class=Response)
async def make_vouchers(tx: Tx, asked: VoucherFileName) -> Response:
    """The CSV of every approved refund that stands in no file yet: made once, and the same whenever it is asked for."""
    made = await refunding.make_vouchers(tx, asked.name)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}.csv"'}
    return Response(made.content, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/refunds/{refund_id}/approve", dependencies=[allow("coordinator")])
async def approve_refund(tx: Tx, refund_id: UUID, approval: Approval) -> RefundShown:
    """Let a refund go. Above the pack's limit, not by the person who brought it about."""
    return await _changed(tx, "approve", approval.why, await refunding.approve(tx, refund_id))


@router.post("/refunds/{refund_id}/paid", dependencies=[allow("cashier", "coordinator")])
async def refund_paid(tx: Tx, refund_id: UUID, paid: PaidOut) -> RefundShown:
    """Note that an approved refund was paid; the same again changes nothing."""
    refund = await refunding.pay(tx, refund_id, RefundMethod(paid.method), paid.reference, paid.paid_on)
    return await _changed(tx, "pay", f"{paid.method} {paid.reference}", refund)


@router.post("/refunds/{refund_id}/cancel", dependencies=[allow("coordinator")])
async def cancel_refund(tx: Tx, refund_id: UUID, cancelling: Cancelling) -> RefundShown:
    """Give up a refund: the money is the customer's credit again."""
    return await _changed(tx, "cancel", cancelling.reason, await refunding.cancel(tx, refund_id, cancelling.reason))


async def _changed(tx: Tx, action: str, why: str, refund: Refund) -> RefundShown:
    shown = _shown(refund, await store.numbers(tx, {refund.account_id}), await today(tx))
    tx.audit(action, f"refund {refund.refund_id}", why, after=shown.model_dump(mode="json"))
    return shown


def _shown(one: Refund, numbers: dict[UUID, str], day: date) -> RefundShown:
    kept: dict[str, Any] = one.model_dump(include=set(RefundShown.model_fields))
    return RefundShown(**kept, account_number=numbers.get(one.account_id), days=(day - one.due_on).days)
