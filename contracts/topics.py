"""Every topic: what it carries, what keys it, who writes it and who reads it. Access rules are generated from this."""

import re
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from contracts import accounts, billing, delinquency, metering, notices, orders, payments
from contracts.base import Event

SERVICES = ("accounts", "metering", "billing", "payments", "collections", "notifications")

E = TypeVar("E", bound=Event)
Kind = Literal["snapshot", "fact", "intake", "outcome"]


@dataclass(frozen=True)
class Topic(Generic[E]):
    """One event's topic.

    `key` names the field that orders messages. `identity` names the fields that make a message the same message:
    its CloudEvents id, however often it is sent. A snapshot is compacted; the other kinds are kept 35 days.
    """

    name: str
    model: type[E]
    kind: Kind
    key: str
    identity: tuple[str, ...]
    publishers: tuple[str, ...]
    consumers: tuple[str, ...] = ()
    partitions: int = 12

    def key_of(self, event: E) -> str:
        """The message key of an event."""
        return str(getattr(event, self.key)) if self.key else self.name

    def identity_of(self, event: E) -> str:
        """The CloudEvents id of an event, the same each time the same fact is sent."""
        return ":".join(str(getattr(event, field)) for field in self.identity)


ACCOUNT_CHANGED = Topic(
    "AccountChanged", accounts.AccountChanged, "snapshot", "account_id", ("account_id", "version"),
    ("accounts",), ("metering", "billing", "payments", "collections", "notifications"),
)  # fmt: skip
CONTACT_CHANGED = Topic(
    "ContactChanged", accounts.ContactChanged, "snapshot", "account_id", ("account_id", "version"),
    ("accounts",), ("notifications",),
)  # fmt: skip
READ_POSTED = Topic(
    "ReadPosted", metering.ReadPosted, "fact", "service_point_id", ("read_id",), ("metering",), ("billing",)
)
USAGE_FLAGGED = Topic(
    "UsageFlagged", metering.UsageFlagged, "fact", "service_point_id", ("read_id", "flag"),
    ("metering",), ("notifications",),
)  # fmt: skip
BILL_ISSUED = Topic(
    "BillIssued", billing.BillIssued, "fact", "account_id", ("bill_id",),
    ("billing",), ("notifications",),
)  # fmt: skip
BILL_CANCELLED = Topic(
    "BillCancelled", billing.BillCancelled, "fact", "account_id", ("bill_id",),
    ("billing",), ("notifications",),
)  # fmt: skip
BALANCE_CHANGED = Topic(
    "BalanceChanged", billing.BalanceChanged, "snapshot", "account_id", ("account_id", "version"),
    ("billing",), ("accounts", "payments", "collections"),
)  # fmt: skip
BUSINESS_DAY_STARTED = Topic(
    "BusinessDayStarted", billing.BusinessDayStarted, "fact", "", ("date",),
    ("billing",), ("accounts", "metering", "payments", "collections", "notifications"), partitions=1,
)  # fmt: skip
BUSINESS_DAY_DONE = Topic(
    "BusinessDayDone", billing.BusinessDayDone, "fact", "", ("service", "date"),
    SERVICES, ("billing",), partitions=1,
)  # fmt: skip
REFUND_DUE = Topic("RefundDue", billing.RefundDue, "fact", "account_id", ("refund_id",), ("billing",), ("payments",))
PAYMENT_RECEIVED = Topic(
    "PaymentReceived", payments.PaymentReceived, "fact", "account_id", ("payment_id",),
    ("payments",), ("metering", "billing", "collections"),
)  # fmt: skip
PAYMENT_PENDING = Topic(
    "PaymentPending", payments.PaymentPending, "fact", "account_id", ("pending_id",),
    ("payments",), ("metering", "billing", "collections"),
)  # fmt: skip
PAYMENT_FAILED = Topic(
    "PaymentFailed", payments.PaymentFailed, "fact", "account_id", ("pending_id",),
    ("payments",), ("metering", "billing", "collections"),
)  # fmt: skip
PAYMENT_RETURNED = Topic(
    "PaymentReturned", payments.PaymentReturned, "fact", "account_id", ("return_id",),
    ("payments",), ("billing", "collections", "notifications"),
)  # fmt: skip
CHARGE_ASSESSED = Topic(
    "ChargeAssessed", payments.ChargeAssessed, "fact", "account_id", ("charge_id",),
    ("payments", "collections"), ("billing",),
)  # fmt: skip
REFUND_PAID = Topic(
    "RefundPaid", payments.RefundPaid, "fact", "account_id", ("refund_id",), ("payments",), ("billing",)
)
REFUND_CANCELLED = Topic(
    "RefundCancelled", payments.RefundCancelled, "fact", "account_id", ("refund_id",), ("payments",), ("billing",)
)
SERVICE_ORDER_REQUESTED = Topic(
    "ServiceOrderRequested", orders.ServiceOrderRequested, "fact", "account_id", ("order_id",),
    ("accounts", "collections"), ("metering",),
)  # fmt: skip
SERVICE_ORDER_WITHDRAWN = Topic(
    "ServiceOrderWithdrawn", orders.ServiceOrderWithdrawn, "fact", "account_id", ("order_id",),
    ("accounts", "collections"), ("metering",),
)  # fmt: skip
SERVICE_ORDER_COMPLETED = Topic(
    "ServiceOrderCompleted", orders.ServiceOrderCompleted, "fact", "account_id", ("order_id",),
    ("metering",), ("accounts", "collections", "notifications"),
)  # fmt: skip
SERVICE_ORDER_CANCELLED = Topic(
    "ServiceOrderCancelled", orders.ServiceOrderCancelled, "fact", "account_id", ("order_id",),
    ("metering",), ("accounts", "collections"),
)  # fmt: skip
ACCOUNT_DELINQUENT = Topic(
    "AccountDelinquent", delinquency.AccountDelinquent, "fact", "account_id", ("case_id", "step"),
    ("collections",), ("notifications",),
)  # fmt: skip
COLLECTION_STATUS_CHANGED = Topic(
    "CollectionStatusChanged", delinquency.CollectionStatusChanged, "snapshot", "account_id",
    ("account_id", "version"), ("collections",), ("accounts", "billing"),
)  # fmt: skip
NOTICE_SENT = Topic(
    "NoticeSent", notices.NoticeSent, "fact", "account_id", ("notice_id",),
    ("notifications",), ("billing", "collections"),
)  # fmt: skip
NOTICE_FAILED = Topic(
    "NoticeFailed", notices.NoticeFailed, "fact", "account_id", ("notice_id",),
    ("notifications",), ("collections",),
)  # fmt: skip

TOPICS: tuple[Topic[Any], ...] = (
    ACCOUNT_CHANGED, CONTACT_CHANGED, READ_POSTED, USAGE_FLAGGED, BILL_ISSUED, BILL_CANCELLED, BALANCE_CHANGED,
    BUSINESS_DAY_STARTED, BUSINESS_DAY_DONE, REFUND_DUE, PAYMENT_RECEIVED, PAYMENT_PENDING, PAYMENT_FAILED,
    PAYMENT_RETURNED, CHARGE_ASSESSED, REFUND_PAID, REFUND_CANCELLED, SERVICE_ORDER_REQUESTED, SERVICE_ORDER_WITHDRAWN,
    SERVICE_ORDER_COMPLETED, SERVICE_ORDER_CANCELLED, ACCOUNT_DELINQUENT, COLLECTION_STATUS_CHANGED, NOTICE_SENT,
    NOTICE_FAILED,
)  # fmt: skip


_VENDOR = re.compile(r"[a-z][a-z0-9-]{1,39}")


def _checked(vendor: str) -> str:
    if not _VENDOR.fullmatch(vendor):
        raise ValueError(
            f'"{vendor}" cannot name a vendor: use 2 to 40 small letters, digits and hyphens, beginning with a letter.'
        )
    return vendor


def vendor_intake(vendor: str) -> Topic[payments.VendorPayment]:
    """The one topic a vendor may write."""
    return Topic(
        f"PaymentReceived.{_checked(vendor)}", payments.VendorPayment, "intake", "account_number",
        ("vendor_payment_id",), (f"vendor.{vendor}",), ("payments",),
    )  # fmt: skip


def vendor_outcome(vendor: str) -> Topic[payments.PaymentOutcome]:
    """The one topic a vendor may read: what became of each of its payments."""
    return Topic(
        f"PaymentOutcome.{_checked(vendor)}", payments.PaymentOutcome, "outcome", "message", ("outcome_id",),
        ("payments",), (f"vendor.{vendor}",),
    )  # fmt: skip
