"""Published by collections: who is behind, and how far things have gone."""

from uuid import UUID

from contracts.base import Count, Day, Event, Money, Name, OpenEnum, Part
from contracts.billing import OwedItem


class Step(OpenEnum):
    """How far a case has gone."""

    REMINDER = "reminder"
    CURED = "cured"


class AccountDelinquent(Event):
    """A case took a step that the customer must hear of. `to_stop` says what would end it, in a sentence."""

    case_id: UUID
    account_id: UUID
    step: Step
    past_due_items: tuple[OwedItem, ...]
    amount_to_pay: Money
    deadline: Day
    to_stop: Name
    business_date: Day


class Hold(Part):
    """A reason not to pursue an account, who set it, and its last day."""

    kind: Name
    set_by: Name
    until: Day | None = None


class CollectionStatusChanged(Event):
    """Snapshot of a case: its step, and the holds in force."""

    account_id: UUID
    version: Count
    case_id: UUID
    step: Step
    holds: tuple[Hold, ...] = ()
    business_date: Day
