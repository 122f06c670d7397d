"""What becomes of a vendor's message (pure). One rule for topic, webhook and file."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from hashlib import blake2b
from uuid import UUID

from chassis.bulk import Arrivals
from contracts.ids import derived_id
from contracts.payments import Outcome, PaymentOutcome, PaymentStage, VendorPayment
from services.payments.taking import Money

LONGEST_WAIT = 35


@dataclass(frozen=True)
class Message:
    """A vendor's payment and the message it came in: topic/partition/offset, or the webhook's id."""

    vendor: str
    place: str
    payment: VendorPayment

    @property
    def outcome_id(self) -> UUID:
        """One answer to each message, however often it is delivered.

        The place alone does not make a message: in a Kafka that was lost and made anew, places are given out again.
        """
        return derived_id("outcome", self.vendor, self.place, _hash(self.payment.model_dump_json()))

    @cached_property
    def money(self) -> Money:
        """The payment as money taken."""
        said = self.payment
        return Money(
            source=f"vendor:{self.vendor}",
            source_key=said.vendor_payment_id,
            account_number=said.account_number,
            amount=said.amount,
            channel=said.channel,
            tender=said.tender,
            purpose=said.purpose,
            payer=said.payer,
            taken_at=said.paid_at,
        )


def day_awaited(paid: date, today: date) -> date | None:
    """The business day a payment waits for, when the town is late with its days: over a long weekend, after a restore.

    A payment may be a day ahead of the town. One that is further ahead than Kafka keeps messages waits for nothing:
    its vendor's clock is wrong.
    """
    ahead = (paid - today).days
    return paid - timedelta(days=1) if 1 < ahead <= LONGEST_WAIT else None


def judge(message: Message, arrivals: Arrivals, suspense: frozenset[UUID], first_in_batch: bool) -> tuple[Outcome, str]:
    """The outcome of a message whose money was handed to `record`, and the sentence that goes with it."""
    money, key = message.money, message.payment.vendor_payment_id
    if money.content_hash != arrivals.in_force[money.payment_id]:
        return Outcome.CONFLICT, (
            f"Payment {key} was recorded before with other content; this one changed nothing."
            " Send a new payment under a new id, or ask the billing office to correct the first."
        )
    if money.payment_id not in arrivals.new or not first_in_batch:
        return Outcome.DUPLICATE, f"Payment {key} was recorded before; nothing to do."
    if money.payment_id in suspense:
        return Outcome.SUSPENSE, (
            f"There is no account {money.account_number}. The money is kept in suspense;"
            " the billing office will find the account. Check the number with the payer."
        )
    return Outcome.ACCEPTED, "Recorded."


def answer(message: Message, outcome: Outcome, reason: str, day: date) -> PaymentOutcome:
    """The event that tells the vendor."""
    money = message.payment.stage == PaymentStage.RECEIVED
    recorded = money and outcome in (Outcome.ACCEPTED, Outcome.SUSPENSE, Outcome.DUPLICATE)
    return PaymentOutcome(
        outcome_id=message.outcome_id,
        vendor=message.vendor,
        vendor_payment_id=message.payment.vendor_payment_id,
        message=message.place,
        outcome=outcome,
        reason=reason,
        payment_id=message.money.payment_id if recorded else None,
        business_date=day,
    )


def answer_unreadable(vendor: str, place: str, reason: str, day: date) -> PaymentOutcome:
    """The event that tells a vendor of a message too broken to be a payment."""
    return PaymentOutcome(
        outcome_id=derived_id("outcome", vendor, place, _hash(reason)),
        vendor=vendor,
        message=place,
        outcome=Outcome.REFUSED,
        reason=reason,
        business_date=day,
    )


def _hash(said: str) -> str:
    return blake2b(said.encode(), digest_size=16).hexdigest()
