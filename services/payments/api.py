"""What cashiers and clerks ask of payments."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import BaseModel, Field, PlainSerializer, StringConstraints

from chassis.auth import allow
from chassis.days import today
from chassis.refusal import Refused
from chassis.web import Tx, Why
from contracts.payments import Channel, Purpose, TenderKind
from services.payments import posting, store
from services.payments.batches import api as batches
from services.payments.intake import api as intake
from services.payments.pending import api as pending
from services.payments.pending.store import live_of
from services.payments.policy import TOWN
from services.payments.refunds import api as refunds
from services.payments.returns import api as returns
from services.payments.returns.cash_only import refused_checks
from services.payments.returns.rules import is_cash_only
from services.payments.tables import Tender
from services.payments.taking import RETURNED, SUSPENSE, Money, fault

router = APIRouter(tags=["payments"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")
Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]


class CounterPayment(BaseModel):
    """One payment taken by a cashier. `receipt` is the number printed on it; the same again changes nothing.

    `pending_id` names the promise that this money makes good, if it was promised.
    """

    receipt: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    account_number: str
    amount: Annotated[Decimal, Field(gt=0, decimal_places=2, max_digits=12)]
    channel: Channel = Channel.COUNTER
    tender: TenderKind
    purpose: Purpose = Purpose.BALANCE
    payer: str = ""
    pending_id: UUID | None = None


class PaymentShown(BaseModel):
    """A payment as taken. `state` is posted, or suspense while its account is not known.

    `returned_on` is the day it was taken back.
    """

    payment_id: UUID
    account_number: str
    payment_seq: int | None
    state: str
    amount: Amount
    channel: str
    tender: str
    source: str
    source_key: str
    payer: str
    effective_date: date
    posting_date: date
    returned_on: date | None


class Due(BaseModel):
    """What an account owes by billing's last word, money received that is not in that word yet, and money promised."""

    account_number: str
    owed: Amount
    due_now: Amount
    past_due: Amount
    next_due_date: date | None
    received_not_yet_in_balance: Amount
    pending: Amount
    cash_only: bool
    note: str


class Assignment(BaseModel):
    """Where money in suspense belongs, and how that was found out."""

    account_number: str
    why: Why


@router.post("/payments", dependencies=[allow("cashier", "clerk", "coordinator")])
async def take_payment(tx: Tx, given: CounterPayment) -> PaymentShown:
    """Take one payment and answer with its receipt."""
    town, day = await TOWN.in_force(tx), await today(tx)
    money = _money(given, day, town.zone)
    checks = await refused_checks(tx, [money], day)
    wrong = fault(money, town.policy, day, town.zone) or checks.get(money.account_number)
    if wrong:
        raise Refused(wrong, 422)
    recorded = await posting.record(tx, town, day, [(money, None)])
    if recorded.arrivals.conflicting:
        raise Refused(f"Receipt {given.receipt} was taken before for something else. Use a new receipt number.")
    return _shown(await store.find_tender(tx, money.payment_id))


@router.get("/payments/{payment_id}", dependencies=[allow(*READERS)])
async def show_payment(tx: Tx, payment_id: UUID) -> PaymentShown:
    """One payment: what a receipt says."""
    return _shown(await store.find_tender(tx, payment_id))


@router.get("/accounts/{number}/payments", dependencies=[allow(*READERS)])
async def list_payments(tx: Tx, number: str) -> list[PaymentShown]:
    """An account's payments, oldest first."""
    account = await store.find_account(tx, number)
    return [_shown(one) for one in await store.payments_of(tx, account.id)]


@router.get("/accounts/{number}/due", dependencies=[allow(*READERS)])
async def show_due(tx: Tx, number: str) -> Due:
    """What a customer at the counter owes, and what of theirs is on its way into the balance."""
    account = await store.find_account(tx, number)
    balance = await store.balance_of(tx, account.id)
    through = balance.payments_through if balance else 0
    ahead = [one.amount for one in await store.payments_of(tx, account.id) if (one.payment_seq or 0) > through]
    posting_now = sum(ahead, Decimal(0))
    zero, day = Decimal("0.00"), await today(tx)
    return Due(
        account_number=number,
        owed=balance.owed if balance else zero,
        due_now=balance.due_now if balance else zero,
        past_due=balance.past_due if balance else zero,
        next_due_date=balance.next_due_date if balance else None,
        received_not_yet_in_balance=posting_now,
        pending=sum([one.amount for one in await live_of(tx, account.id)], zero),
        cash_only=is_cash_only(account.cash_only, account.cash_only_until, day),
        note=f"{posting_now:.2f} received, posting" if ahead else "",
    )


@router.get("/suspense", dependencies=[allow(*READERS)])
async def list_suspense(tx: Tx) -> list[dict[str, Any]]:
    """Money whose account is not known, oldest first, with its age in days."""
    day = await today(tx)
    return [
        _shown(one).model_dump(mode="json") | {"days": (day - one.posting_date).days}
        for one in await store.suspense(tx)
    ]


@router.post("/suspense/{payment_id}/assign", dependencies=[allow("specialist", "coordinator")])
async def assign(tx: Tx, payment_id: UUID, to: Assignment) -> PaymentShown:
    """Give money in suspense to the account it belongs to."""
    account = await store.find_account(tx, to.account_number)
    await store.lock_accounts(tx, {account.id})
    tender = await store.find_tender(tx, payment_id)
    if tender.state == RETURNED:
        raise Refused(
            f"Payment {payment_id} was taken back on {tender.returned_on:%Y-%m-%d}; there is nothing to assign."
        )
    if tender.state != SUSPENSE:
        raise Refused(f"Payment {payment_id} is posted to account {tender.account_number} already.")
    await posting.post(tx, [(payment_id, account.id, None)])
    tx.audit("assign", f"payment {payment_id}", to.why, {"account": tender.account_number}, {"account": account.number})
    await tx.session.refresh(tender)
    return _shown(tender)


def _money(given: CounterPayment, day: date, zone: ZoneInfo) -> Money:
    """Taken on the business day the drawer is open for, whatever the clock says."""
    return Money(
        source="counter",
        source_key=given.receipt,
        account_number=given.account_number,
        amount=given.amount,
        channel=given.channel,
        tender=given.tender,
        purpose=given.purpose,
        payer=given.payer,
        taken_at=datetime.combine(day, time(0), zone),
        makes_good=given.pending_id,
    )


def _shown(tender: Tender) -> PaymentShown:
    return PaymentShown.model_validate(tender.model_dump(include=set(PaymentShown.model_fields)))


ROUTERS = (router, batches.router, intake.router, pending.router, returns.router, refunds.router)
