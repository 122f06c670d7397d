"""Published by billing: bills, balances and the town's day."""

from decimal import Decimal
from uuid import UUID

from contracts.base import Count, Day, Event, Flag, Money, Name, OpenEnum, Part, Quantity, Rate, Text
from contracts.metering import ReadKind


class BillKind(OpenEnum):
    """Why a bill was made."""

    REGULAR = "regular"
    FINAL = "final"
    CORRECTED = "corrected"


class BillLine(Part):
    """One charge: quantity times rate under a rule, or an amount that the rule gives by itself."""

    service: Name
    code: Name
    description: Name
    quantity: Quantity | None = None
    unit: Name | None = None
    rate: Rate | None = None
    amount: Money
    rule: Text
    tariff_version: Name


class BilledRead(Part):
    """The two readings a usage line stands on."""

    service: Name
    meter_number: Name
    previous_date: Day
    previous_value: Quantity
    current_date: Day
    current_value: Quantity
    quantity: Quantity
    unit: Name
    kind: ReadKind


class MonthlyUsage(Part):
    """Usage of one service in an earlier billing period, for the picture on the bill."""

    service: Name
    period_end: Day
    quantity: Quantity
    unit: Name
    estimated: Flag = False


class BillIssued(Event):
    """A bill, whole: what is owed, by when and why.

    `amount_due` = previous - payments + adjustments + current - deposits applied. On a final bill, `refund` is what is
    left over and paid out, and `moved_to` the account of the same customer that takes the rest over.
    """

    bill_id: UUID
    number: Name
    account_id: UUID
    account_number: Name
    kind: BillKind
    cycle: Name
    run_id: UUID
    bill_date: Day
    due_date: Day
    period_start: Day
    period_end: Day
    previous_balance: Money
    payments: Money
    adjustments: Money
    current_charges: Money
    amount_due: Money
    past_due: Money
    lines: tuple[BillLine, ...]
    reads: tuple[BilledRead, ...] = ()
    usage_history: tuple[MonthlyUsage, ...] = ()
    autopay: Flag = False
    pack_hash: Name
    replaces: UUID | None = None
    deposits_applied: Money = Decimal("0.00")
    refund: Money = Decimal("0.00")
    moved_to: Name | None = None
    business_date: Day


class BillCancelled(Event):
    """A bill taken back whole; its charges were reversed in the ledger."""

    bill_id: UUID
    account_id: UUID
    reason: Name
    business_date: Day


class OwedItem(Part):
    """An open item that is past its due date."""

    item_id: UUID
    kind: Name
    amount: Money
    due_date: Day
    bill_id: UUID | None = None


class BalanceChanged(Event):
    """Snapshot of what an account owes. Nobody but billing computes a balance.

    `owed` = open items less `credit`. `payments_through` is the highest `payment_seq` with no gap below it that this
    balance includes: a payment above it is received but not yet posted.
    """

    account_id: UUID
    version: Count
    owed: Money
    due_now: Money
    past_due: Money
    past_due_items: tuple[OwedItem, ...] = ()
    deferred: Money
    disputed: Money
    stayed: Money
    liened: Money
    credit: Money
    next_due_date: Day | None = None
    payments_through: Count
    business_date: Day


class BusinessDayStarted(Event):
    """The town's day began. Everything that happens because a day passed hangs on this message."""

    date: Day


class BusinessDayDone(Event):
    """A service did all its work of a day, in numbers and in dollars. The next day waits for every service."""

    service: Name
    date: Day
    counts: dict[Name, Count] = {}
    money: dict[Name, Money] = {}


class RefundReason(OpenEnum):
    """Why money goes back to a customer."""

    FINAL_BILL = "final_bill"
    DEPOSIT = "deposit"
    OVERPAYMENT = "overpayment"


class RefundDue(Event):
    """Credit that is to be paid out. Billing already took it off the balance; RefundCancelled puts it back."""

    refund_id: UUID
    account_id: UUID
    amount: Money
    reason: RefundReason
    bill_id: UUID | None = None
    business_date: Day
