"""Taking a payment back: once, whole, with its fee, and told to the others."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from chassis.database import Transaction
from chassis.days import today
from chassis.refusal import Refused
from chassis.town import Town
from contracts.ids import derived_id
from contracts.payments import ChargeAssessed, ChargeKind, PaymentReturned, ReturnKind
from contracts.topics import CHARGE_ASSESSED, PAYMENT_RETURNED
from services.payments import store
from services.payments.policy import TOWN, PaymentsPolicy
from services.payments.returns import rules
from services.payments.returns import store as returns
from services.payments.returns.tables import PaymentReturn
from services.payments.tables import Account, Tender
from services.payments.taking import RETURNED


@dataclass(frozen=True)
class Notice:
    """What the bank, or the office itself, says of a payment that came back."""

    kind: ReturnKind
    code: str
    reason: str
    returned_on: date | None


@dataclass(frozen=True)
class TakenBack:
    """A return as recorded, and the account that is poorer for it, if the money had found one."""

    returned: PaymentReturn
    account: Account | None


async def take_back(tx: Transaction, payment_id: UUID, notice: Notice) -> TakenBack:
    """Record a return and publish it. Refuses a second one, and days that can't be."""
    tender, account = await _held(tx, payment_id)
    town, day = await TOWN.in_force(tx), await today(tx)
    returned_on = notice.returned_on or day
    wrong = await _already(tx, tender) or rules.misdated(returned_on, _taken_on(tender), day)
    if wrong:
        raise Refused(wrong)
    fee = rules.fee_of(town.policy.returns.fee, notice.kind, tender.amount) if account else rules.NO_FEE
    returned = _row(tender, notice, returned_on, fee, day)
    if account:
        await _restrict(tx, town, account, notice.kind, day)
        _tell(tx, town, returned, tender)
    else:
        tender.state = RETURNED
    tender.returned_on = returned_on
    tx.session.add(returned)
    return TakenBack(returned, account)


async def _held(tx: Transaction, payment_id: UUID) -> tuple[Tender, Account | None]:
    """The payment and its account, locked in the order that everyone locks them: the account first."""
    account_id = await store.account_of_payment(tx, payment_id)
    if account_id:
        await store.lock_accounts(tx, {account_id})
    tender = await store.find_tender(tx, payment_id)
    if tender.account_id != account_id:
        raise Refused(f"Payment {payment_id} was assigned to an account just now. Look at it and try again.")
    return tender, await store.account(tx, account_id) if account_id else None


async def _already(tx: Transaction, tender: Tender) -> str:
    before = await returns.find(tx, tender.payment_id)
    if before is None:
        return ""
    code = f" ({before.code})" if before.code else ""
    return f"Payment {tender.payment_id} was taken back before, on {before.returned_on:%Y-%m-%d}{code}. Once is all."


def _taken_on(tender: Tender) -> date:
    return min(tender.effective_date, tender.posting_date)


def _row(tender: Tender, notice: Notice, returned_on: date, fee: Decimal, day: date) -> PaymentReturn:
    return PaymentReturn(
        payment_id=tender.payment_id,
        return_id=derived_id("return", tender.payment_id),
        account_id=tender.account_id,
        account_number=tender.account_number,
        amount=tender.amount,
        channel=tender.channel,
        kind=str(notice.kind),
        code=notice.code,
        reason=notice.reason,
        returned_on=returned_on,
        fee=fee,
        business_date=day,
    )


async def _restrict(tx: Transaction, town: Town[PaymentsPolicy], account: Account, kind: str, day: date) -> None:
    policy = town.policy.returns.cash_only
    if policy and rules.makes_cash_only(policy, kind, await returns.days_of_the_banks(tx, account.id), day):
        account.cash_only, account.cash_only_until = True, rules.cash_only_until(policy, day)


def _tell(tx: Transaction, town: Town[PaymentsPolicy], returned: PaymentReturn, tender: Tender) -> None:
    assert tender.account_id is not None, "a posted payment has an account"
    tx.publish(
        PAYMENT_RETURNED,
        PaymentReturned(
            return_id=returned.return_id,
            payment_id=tender.payment_id,
            account_id=tender.account_id,
            payment_seq=tender.payment_seq or 0,
            amount=tender.amount,
            kind=ReturnKind(returned.kind),
            reason=returned.reason,
            code=returned.code,
            fee=returned.fee,
            returned_on=returned.returned_on,
            business_date=returned.business_date,
        ),
    )
    if returned.fee and town.policy.returns.fee:
        tx.publish(CHARGE_ASSESSED, _charge(returned, tender.account_id, town.policy.returns.fee.service))


def _charge(returned: PaymentReturn, account_id: UUID, service: str) -> ChargeAssessed:
    return ChargeAssessed(
        charge_id=derived_id("charge", "returned_payment", returned.payment_id),
        account_id=account_id,
        kind=ChargeKind.RETURNED_PAYMENT,
        service=service,
        amount=returned.fee,
        about=returned.payment_id,
        description="Returned payment fee",
        business_date=returned.business_date,
    )
