"""Tables of work orders, and of what metering must know of payments before it sends a crew."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import DateTime, Numeric
from sqlmodel import Field

from contracts.orders import CancelCause, OrderKind
from services.metering.orders.rules import Cancelled, Order, State
from services.metering.tables import Table


class WorkOrder(Table, table=True):
    """An order as it was asked for, who has it, and what came of it.

    `question` stands while the order's read is not posted and a person must say what becomes of it.
    """

    __tablename__ = "work_order"

    id: UUID = Field(primary_key=True)
    content_hash: bytes
    account_id: UUID
    service_point_id: UUID
    service: str
    kind: str
    state: str
    wanted_on: date
    last_day: date | None = None
    payments_through: int | None = None
    about: UUID | None = None
    reason: str
    instructions: str
    requested_on: date
    given_on: date | None = None
    given_value: Decimal | None = Field(default=None, sa_type=Numeric)
    given_kind: str | None = None
    crew: str = ""
    dispatched_on: date | None = None
    back_cause: str | None = None
    back_reason: str | None = None
    cause: str | None = None
    ended_why: str | None = None
    ended_on: date | None = None
    done_on: date | None = None
    done_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    withdrawn: bool = False
    remark: str = ""
    value: Decimal | None = Field(default=None, sa_type=Numeric)
    read_kind: str | None = None
    read_id: UUID | None = None
    question: str | None = None

    @property
    def as_rule(self) -> Order:
        """The order as the rules see it."""
        back = None
        if self.back_cause is not None and self.state == State.CALLED_BACK:
            back = Cancelled(CancelCause(self.back_cause), self.back_reason or "")
        return Order(
            kind=OrderKind(self.kind),
            wanted_on=self.wanted_on,
            last_day=self.last_day,
            payments_through=self.payments_through,
            state=State(self.state),
            crew=self.crew,
            dispatched_on=self.dispatched_on,
            back=back,
        )


class WithdrawnOrder(Table, table=True):
    """An order that was taken back, kept for the case that it arrives after that."""

    __tablename__ = "withdrawn_order"

    order_id: UUID = Field(primary_key=True)
    reason: str


class PaidThrough(Table, table=True):
    """An account's highest payment. Its row is the lock of the account: dispatch and payments take turns on it."""

    __tablename__ = "paid_through"

    account_id: UUID = Field(primary_key=True)
    payment_seq: int = 0


class PendingPayment(Table, table=True):
    """Money on its way; `over` once it came or will not come, which may be heard before the rest."""

    __tablename__ = "pending_payment"

    pending_id: UUID = Field(primary_key=True)
    account_id: UUID
    expires: date | None = None
    over: bool = False


class ShutOff(Table, table=True):
    """A service point without water since a day, by an order."""

    __tablename__ = "shut_off"

    service_point_id: UUID = Field(primary_key=True)
    since: date
    order_id: UUID
