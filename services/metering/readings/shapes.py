"""What the routes of readings take and answer."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from chassis.web import Why
from contracts.base import Quantity
from services.metering.policy import Finding
from services.metering.readings.decisions import Decision
from services.metering.shapes import Shown


class NewReading(BaseModel):
    """A cycle to read, around a day. Without a window, meters may be read five days before or after it."""

    cycle: str
    read_on: date
    window_from: date | None = None
    window_to: date | None = None


class ReadingShown(BaseModel):
    """A reading of a cycle and how its reads stand."""

    id: UUID
    cycle: str
    read_on: date
    window_from: date
    window_to: date
    state: str
    started_by: str
    closed_by: str | None
    reads: dict[str, int]
    posting: UUID | None = None


class RouteProgress(BaseModel):
    """How the reads of one route stand, and what was found on it."""

    route: str
    reads: dict[str, int]
    findings: dict[str, int]


class ReadShown(BaseModel):
    """A read with all that helps to decide about it."""

    id: UUID
    service_point: str
    address: str
    route: str
    sequence: int
    meter: str
    state: str
    findings: list[Finding]
    previous_on: date | None
    previous_value: Shown | None
    value: Shown | None
    read_on: date | None
    kind: str | None
    code: str
    quantity: Shown | None
    usual: Shown | None
    low: Shown | None
    high: Shown
    unit: str
    estimated_before: int
    decided_by: str | None
    decided_at: datetime | None
    why: str | None
    posted_on: date | None


class ToDecide(BaseModel):
    """A decision about reads: named one by one, or all undecided ones with a finding, on a route, or both."""

    decision: Decision
    why: Why
    reads: list[UUID] | None = None
    finding: Finding | None = None
    route: str | None = None


class Routes(BaseModel):
    """Some routes; all where none is named."""

    routes: list[str] | None = None


class Keyed(BaseModel):
    """A reading keyed in by hand."""

    value: Quantity
    read_on: date
    kind: Literal["actual", "customer"] = "actual"
    why: Why


class Count(BaseModel):
    """How many reads."""

    reads: int


class Posting(BaseModel):
    """The posting of a reading's accepted reads. Without a run, there was nothing to post."""

    run: UUID | None
    state: str
    chunks: list[dict[str, Any]] = []
    posted: int = 0
    flagged: int = 0
    put_back: int = 0
