"""When an account is reminded, and what speaks against it (pure). A rule knows the business day and no other clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.collections.policy import Reminder


@dataclass(frozen=True)
class Standing:
    """How an account stands: what billing says is past due, which payments that includes, and which were received."""

    past_due: Decimal
    oldest_due: date | None
    payments_through: int
    last_payment_seq: int
    holds: Sequence[str]


def why_not(standing: Standing, policy: Reminder, day: date) -> str:
    """Why an account is not reminded today, in a sentence; empty when it is.

    A payment that billing has not counted yet speaks against it: nobody who paid is pursued.
    """
    if standing.oldest_due is None or standing.past_due <= 0:
        return "Nothing is past due."
    if standing.past_due < policy.minimum:
        return f"{standing.past_due} past due is less than {policy.minimum}."
    if standing.last_payment_seq > standing.payments_through:
        return "A payment was received that is not in the balance yet."
    if standing.holds:
        return f"There is a hold: {', '.join(standing.holds)}."
    if day < standing.oldest_due + timedelta(days=policy.after_days):
        return f"The oldest item was due on {standing.oldest_due}; the town waits {policy.after_days} days."
    return ""


def cured(standing: Standing) -> bool:
    """Whether an open case is over: nothing is past due any more."""
    return standing.past_due <= 0


def deadline(policy: Reminder, day: date) -> date:
    """The day until which a reminder asks for payment."""
    return day + timedelta(days=policy.deadline_days)
