"""Invented values that every kind of document can be made from."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from contracts.billing import BilledRead, BillIssued, BillKind, BillLine, MonthlyUsage, OwedItem
from contracts.delinquency import AccountDelinquent, Step
from contracts.metering import ReadFlag, Reading, ReadKind, UsageFlagged
from contracts.notices import NoticeKind
from contracts.orders import OrderKind, ServiceOrderCompleted
from contracts.payments import PaymentReturned, ReturnKind
from services.notifications.documents.newcomer import NewAccount

ID = UUID(int=0)
DAY = date(2020, 1, 31)
_EARLIER = date(2020, 1, 1)


def a_bill() -> BillIssued:
    """A final one, with a deposit on it."""
    line = BillLine(
        service="water", code="usage", description="Usage", quantity=Decimal(5), unit="kgal", rate=Decimal(4),
        amount=Decimal(20), rule="usage", tariff_version="2020",
    )  # fmt: skip
    read = BilledRead(
        service="water", meter_number="1", previous_date=_EARLIER, previous_value=Decimal(0), current_date=DAY,
        current_value=Decimal(5), quantity=Decimal(5), unit="kgal", kind=ReadKind.ESTIMATED,
    )  # fmt: skip
    past = MonthlyUsage(service="water", period_end=_EARLIER, quantity=Decimal(4), unit="kgal")
    return BillIssued(
        bill_id=ID, number="1", account_id=ID, account_number="1", kind=BillKind.FINAL, cycle="1", run_id=ID,
        bill_date=DAY, due_date=DAY, period_start=_EARLIER, period_end=DAY, previous_balance=Decimal(10),
        payments=Decimal(0), adjustments=Decimal(1), current_charges=Decimal(20), deposits_applied=Decimal(5),
        amount_due=Decimal(26), past_due=Decimal(10), lines=(line,), reads=(read,), usage_history=(past,),
        pack_hash="0", business_date=DAY,
    )  # fmt: skip


def _a_case(step: Step) -> AccountDelinquent:
    item = OwedItem(item_id=ID, kind="bill", amount=Decimal(10), due_date=_EARLIER)
    return AccountDelinquent(
        case_id=ID, account_id=ID, step=step, past_due_items=(item,), amount_to_pay=Decimal(10), deadline=DAY,
        to_stop="Pay 10.00.", earliest_shutoff=DAY, restore_fee=Decimal(25), services=("water",), business_date=DAY,
    )  # fmt: skip


def _a_flagged_read() -> UsageFlagged:
    return UsageFlagged(
        read_id=ID, service_point_id=ID, flag=ReadFlag.HIGH, quantity=Decimal(9), usual_quantity=Decimal(3),
        unit="kgal", read_date=DAY, business_date=DAY,
    )  # fmt: skip


def _a_restore() -> ServiceOrderCompleted:
    return ServiceOrderCompleted.model_validate(
        {
            "order_id": ID, "account_id": ID, "service_point_id": ID, "kind": OrderKind.RESTORE, "completed_on": DAY,
            "completed_at": "2020-01-31T12:00:00Z", "crew": "A",
            "read": Reading(date=DAY, value=Decimal(5), kind=ReadKind.ACTUAL), "business_date": DAY,
        }
    )  # fmt: skip


def _a_return() -> PaymentReturned:
    return PaymentReturned(
        return_id=ID, payment_id=ID, account_id=ID, payment_seq=1, amount=Decimal(10), kind=ReturnKind.BANK_RETURN,
        reason="Not enough money", code="R01", fee=Decimal(5), returned_on=DAY, business_date=DAY,
    )  # fmt: skip


def events() -> dict[NoticeKind, Any]:
    """An event for each kind of letter."""
    return {
        NoticeKind.REMINDER: _a_case(Step.REMINDER),
        NoticeKind.STATUS_LETTER: _a_case(Step.STATUS_LETTER),
        NoticeKind.DOOR_HANGER: _a_case(Step.DOOR_HANGER),
        NoticeKind.SHUTOFF_NOTICE: _a_case(Step.SHUTOFF_NOTICE),
        NoticeKind.RESTORED: _a_restore(),
        NoticeKind.RETURNED_PAYMENT: _a_return(),
        NoticeKind.WELCOME: NewAccount(account_id=ID, opened=DAY, services=("water",), business_date=DAY),
        NoticeKind.FINAL: a_bill(),
        NoticeKind.HIGH_USAGE: _a_flagged_read(),
    }
