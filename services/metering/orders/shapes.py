"""What the routes of work orders take and answer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.web import Why
from contracts.base import Day, Line, Quantity, Timestamp
from services.metering.orders.dispatching import Given
from services.metering.orders.rules import State
from services.metering.shapes import Shown

Crew = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]
"""The name of a crew: letters, digits, spaces, dots, dashes. It stands in links and on sheets."""


class ToCrew(BaseModel):
    """Orders for a crew."""

    crew: Crew
    orders: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class LeftOffShown(BaseModel):
    """An order that the crew does not get, and why; `cancelled` when that was its end."""

    order: UUID
    why: str
    cancelled: bool


class GivenShown(BaseModel):
    """What a crew got, and what it did not."""

    crew: str
    orders: list[UUID]
    left_off: list[LeftOffShown]

    @classmethod
    def of(cls, crew: str, given: Given) -> "GivenShown":
        """As the desk sees it."""
        left_off = [LeftOffShown(order=one.order, why=one.why, cancelled=one.cancelled) for one in given.left_off]
        return cls(crew=crew, orders=given.orders, left_off=left_off)


class Done(BaseModel):
    """What was done: the read, the day and the instant (now, unless told), a remark.

    `not_possible` says instead why it was not done. `confirmed` repeats a read that was asked about. `done_before`
    says that the order was called back, but was done before the crew knew.
    """

    value: Quantity | None = None
    on: Day | None = None
    at: Timestamp | None = None
    remark: Line = ""
    confirmed: bool = False
    done_before: bool = False
    not_possible: Why | None = None


class LinkShown(BaseModel):
    """The link that a crew's phone opens its orders with, on its day only."""

    crew: str
    day: date
    url: str


class ToPost(BaseModel):
    """A read to be posted after all; `confirmed` when it was asked about."""

    confirmed: bool = False


class OrderShown(BaseModel):
    """A work order: what is to be done where, who has it, what came of it. `do_not` is why a crew was called back."""

    id: UUID
    kind: str
    state: str
    account: str
    account_id: UUID
    service_point: str
    premise: str
    address: str
    route: str
    sequence: int
    meter: str | None
    service: str
    wanted_on: date
    last_day: date | None
    reason: str
    instructions: str
    requested_on: date
    age_days: int
    crew: str
    dispatched_on: date | None
    do_not: str | None
    cause: str | None
    ended_why: str | None
    ended_on: date | None
    done_on: date | None
    done_at: datetime | None
    withdrawn: bool
    remark: str
    value: Shown | None
    read_id: UUID | None
    question: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any], today: date) -> "OrderShown":
        """A row as people see it; the age of one that is over is how long it took."""
        age = ((row["ended_on"] or today) - row["requested_on"]).days
        do_not = row["back_reason"] if row["state"] == State.CALLED_BACK else None
        return cls.model_validate({**row, "age_days": age, "do_not": do_not})
