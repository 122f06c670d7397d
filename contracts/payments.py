"""Published by payments, and the door through which vendors publish to it."""

from datetime import date
from typing import Literal
from uuid import UUID

from contracts.base import Event, Money, Name, OpenEnum, Timestamp


class Channel(OpenEnum):
    """The way money came in."""

    COUNTER = "counter"
    MAIL = "mail"
    DROP_BOX = "drop_box"
    PHONE = "phone"
    ONLINE = "online"
    KIOSK = "kiosk"
    LOCKBOX = "lockbox"
    AUTOPAY = "autopay"


class TenderKind(OpenEnum):
    """What was handed over."""

    CASH = "cash"
    CHECK = "check"
    CARD = "card"
    ACH = "ach"
    MONEY_ORDER = "money_order"


class Purpose(OpenEnum):
    """What the money is for."""

    BALANCE = "balance"
    BILL = "bill"
    DEPOSIT = "deposit"
    INSTALLMENT = "installment"
    RECOVERY = "recovery"
    MISCELLANEOUS = "miscellaneous"


class PaymentReceived(Event):
    """Money taken for an account. `payment_seq` counts an account's payments from 1 without a gap."""

    payment_id: UUID
    account_id: UUID
    payment_seq: int
    amount: Money
    purpose: Purpose
    bill_id: UUID | None = None
    payer: str = ""
    channel: Channel
    tender: TenderKind
    vendor: str | None = None
    vendor_payment_id: str | None = None
    effective_date: date
    posting_date: date
    business_date: date


class VendorPayment(Event):
    """What a payment vendor publishes to its own topic `PaymentReceived.<vendor>`, or posts to the webhook.

    `vendor_payment_id` is the vendor's own number for the payment: sent again with the same content it changes
    nothing; with other content it is refused. No card number, ever.
    """

    vendor_payment_id: Name
    account_number: Name
    amount: Money
    currency: Literal["USD"] = "USD"
    paid_at: Timestamp
    channel: Channel = Channel.ONLINE
    tender: TenderKind = TenderKind.CARD
    purpose: Purpose = Purpose.BALANCE
    payer: str = ""


class Outcome(OpenEnum):
    """What became of a vendor's payment."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    SUSPENSE = "suspense"
    REFUSED = "refused"


class PaymentOutcome(Event):
    """The answer to one message of a vendor, on `PaymentOutcome.<vendor>`; `reason` says what to do, in a sentence.

    A message too broken to carry a `vendor_payment_id` is answered under `message`: its topic/partition/offset, or
    its webhook-id.
    """

    outcome_id: UUID
    vendor: Name
    vendor_payment_id: str | None = None
    message: str
    outcome: Outcome
    reason: str
    payment_id: UUID | None = None
    business_date: date
