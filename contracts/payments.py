"""Published by payments, and the door through which vendors publish to it."""

from typing import Literal
from uuid import UUID

from contracts.base import Count, Day, Event, Line, Money, Name, OpenEnum, Text, Timestamp


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
    payment_seq: Count
    amount: Money
    purpose: Purpose
    bill_id: UUID | None = None
    payer: Line = ""
    channel: Channel
    tender: TenderKind
    vendor: Name | None = None
    vendor_payment_id: Name | None = None
    effective_date: Day
    posting_date: Day
    pending_id: UUID | None = None
    """The PaymentPending that this payment makes good."""
    business_date: Day


class PaymentPending(Event):
    """Money that was promised and has not come: it holds late charges and shutoff through `expires`."""

    pending_id: UUID
    account_id: UUID
    amount: Money
    channel: Channel
    vendor: Name | None = None
    vendor_payment_id: Name | None = None
    expires: Day
    business_date: Day


class PaymentFailed(Event):
    """A pending payment will not come, or did not come in time."""

    pending_id: UUID
    account_id: UUID
    reason: Text
    business_date: Day


class ReturnKind(OpenEnum):
    """Why a payment was taken back. Only the first two bear a fee or make an account cash-only."""

    BANK_RETURN = "bank_return"
    CHARGEBACK = "chargeback"
    VOID = "void"
    MISPOSTING = "misposting"


class PaymentReturned(Event):
    """A payment that was posted, taken back whole: its items are open again at their own due dates."""

    return_id: UUID
    payment_id: UUID
    account_id: UUID
    payment_seq: Count
    amount: Money
    kind: ReturnKind
    reason: Text
    code: Line = ""
    """The bank's own, such as R01."""
    fee: Money | None = None
    """What the town asks for it, by a charge of its own; zero for nothing, none from a release that did not say."""
    returned_on: Day
    business_date: Day


class ChargeKind(OpenEnum):
    """What a fee is for; the town's pack gives its price."""

    RETURNED_PAYMENT = "returned_payment"
    DOOR_HANGER = "door_hanger"
    DISCONNECT = "disconnect"
    RESTORE = "restore"
    AFTER_HOURS = "after_hours"


class ChargeAssessed(Event):
    """A fee that the town's policy gives for something that happened; billing posts it once, by `charge_id`."""

    charge_id: UUID
    account_id: UUID
    kind: ChargeKind
    service: Name
    """The service of the ledger that earns it."""
    amount: Money
    about: UUID
    """The payment, the order or the case that brought it."""
    description: Name
    business_date: Day


class RefundMethod(OpenEnum):
    """How money goes back."""

    CHECK = "check"
    VOUCHER = "voucher"
    ACH = "ach"


class RefundPaid(Event):
    """A refund left the town's bank."""

    refund_id: UUID
    account_id: UUID
    amount: Money
    method: RefundMethod
    reference: Name
    """The number of the check or voucher."""
    paid_on: Day
    business_date: Day


class RefundCancelled(Event):
    """A refund that will not be paid: the money is the customer's credit again."""

    refund_id: UUID
    account_id: UUID
    amount: Money
    reason: Text
    business_date: Day


class PaymentStage(OpenEnum):
    """How far a vendor's payment is: money that is there; money that is on its way; money that won't come after all."""

    RECEIVED = "received"
    PENDING = "pending"
    FAILED = "failed"


class VendorPayment(Event):
    """What a payment vendor publishes to its own topic `PaymentReceived.<vendor>`, or posts to the webhook.

    Sent again with the same content it changes nothing; with other content it is refused as a conflict. No card
    number, ever, in any field.
    """

    vendor_payment_id: Name
    """The vendor's own number for the payment, which no other of its payments has."""
    account_number: Name
    """The customer's account number, as it stands on the bill."""
    amount: Money
    """Dollars and cents, more than zero, as a string: "84.12"."""
    currency: Literal["USD"] = "USD"
    """The only currency taken; closed on purpose, so that another one is refused."""
    paid_at: Timestamp
    """When the customer paid, with its zone: "2023-03-01T14:05:00Z"."""
    channel: Channel = Channel.ONLINE
    """The way the customer paid."""
    tender: TenderKind = TenderKind.CARD
    """What the customer paid with."""
    purpose: Purpose = Purpose.BALANCE
    """What the money is for; the town's payment order decides when it is the balance."""
    payer: Line = ""
    """Who paid, when that is not the customer."""
    stage: PaymentStage = PaymentStage.RECEIVED
    """`pending` stops a shutoff while money is on its way; the same id comes again as `received` or `failed`."""


class Outcome(OpenEnum):
    """What became of a vendor's payment: posted; seen before; its id used for another payment; kept; not taken."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    SUSPENSE = "suspense"
    REFUSED = "refused"


class PaymentOutcome(Event):
    """The answer to one message of a vendor, on `PaymentOutcome.<vendor>` or in the webhook's response."""

    outcome_id: UUID
    vendor: Name
    vendor_payment_id: Name | None = None
    """The vendor's number of the payment; absent when the message was too broken to carry one."""
    message: Name
    """Which message this answers: its topic/partition/offset, or its webhook-id."""
    outcome: Outcome
    reason: Text
    """What happened and what to do, in a sentence."""
    payment_id: UUID | None = None
    """The town's id of the payment, once it is posted."""
    business_date: Day
