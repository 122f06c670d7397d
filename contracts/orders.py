"""Work at a premise: accounts and collections ask for it, metering has it done and tells what came of it."""

from uuid import UUID

from contracts.base import Count, Day, Event, Flag, Line, Name, OpenEnum, Text, Timestamp
from contracts.metering import Reading


class OrderKind(OpenEnum):
    """What the crew does at the service point."""

    DISCONNECT = "disconnect"
    RESTORE = "restore"
    FINAL_READ = "final_read"
    START_READ = "start_read"
    REREAD = "reread"


class CancelCause(OpenEnum):
    """Why an order was not done."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    PAYMENT = "payment"
    NOT_POSSIBLE = "not_possible"


class ServiceOrderRequested(Event):
    """An order for work at one service point of an account.

    A disconnection is only valid on its days (`wanted_on` to `last_day`) and only for a customer of whom no payment
    above `payments_through` and no pending payment is known when the crew is sent. `given_read` is a reading that
    someone already has: metering reviews and posts it, and no crew is sent.
    """

    order_id: UUID
    account_id: UUID
    service_point_id: UUID
    service: Name
    kind: OrderKind
    wanted_on: Day
    last_day: Day | None = None
    payments_through: Count | None = None
    given_read: Reading | None = None
    about: UUID | None = None
    """The case or the move that asked for it."""
    reason: Text
    instructions: Text = ""
    business_date: Day


class ServiceOrderWithdrawn(Event):
    """Whoever asked for an order takes it back. It wins until the order is completed."""

    order_id: UUID
    account_id: UUID
    reason: Text
    business_date: Day


class ServiceOrderCompleted(Event):
    """The crew did it, and what the register showed. `withdrawn` says that it was taken back before, but too late."""

    order_id: UUID
    account_id: UUID
    service_point_id: UUID
    kind: OrderKind
    about: UUID | None = None
    completed_on: Day
    completed_at: Timestamp
    crew: Name
    read: Reading | None = None
    withdrawn: Flag = False
    remark: Line = ""
    business_date: Day


class ServiceOrderCancelled(Event):
    """An order that will not be done: taken back, expired, refused at dispatch, or not possible on the spot."""

    order_id: UUID
    account_id: UUID
    service_point_id: UUID
    kind: OrderKind
    about: UUID | None = None
    cause: CancelCause
    reason: Text
    business_date: Day
