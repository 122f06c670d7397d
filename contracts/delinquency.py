"""Published by collections: who is behind, and how far things have gone."""

from uuid import UUID

from contracts.base import Count, Day, Event, Money, Name, OpenEnum, Part
from contracts.billing import OwedItem


class Step(OpenEnum):
    """How far a case has gone."""

    REMINDER = "reminder"
    STATUS_LETTER = "status_letter"
    DOOR_HANGER = "door_hanger"
    SHUTOFF_NOTICE = "shutoff_notice"
    SHUTOFF_LISTED = "shutoff_listed"
    SHUTOFF_ORDERED = "shutoff_ordered"
    SHUT_OFF = "shut_off"
    RESTORE_ORDERED = "restore_ordered"
    RESTORED = "restored"
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
    earliest_shutoff: Day | None = None
    """Water is not shut off before this day, if the notice is served in time; later if it is served later."""
    restore_fee: Money | None = None
    services: tuple[Name, ...] = ()
    """What would be shut off."""
    business_date: Day


class Hold(Part):
    """A reason not to pursue an account, who set it, and its last day."""

    kind: Name
    set_by: Name
    until: Day | None = None
    items: tuple[UUID, ...] = ()
    """The open items that it is about; all of the account, when none is named."""


class Installment(Part):
    """A part of an arrangement: so much by a day."""

    due: Day
    amount: Money


class Arrangement(Part):
    """A promise to pay in parts. While it is kept, what it covers is not pursued and bears no late charge."""

    arrangement_id: UUID
    installments: tuple[Installment, ...]
    covers: tuple[UUID, ...]
    """The open items it is about."""


class CollectionStatusChanged(Event):
    """Snapshot of how an account stands with collections: its step, the holds in force, its arrangement."""

    account_id: UUID
    version: Count
    case_id: UUID
    step: Step
    holds: tuple[Hold, ...] = ()
    arrangement: Arrangement | None = None
    off_since: Day | None = None
    """Since when the water is shut off for non-payment."""
    business_date: Day
