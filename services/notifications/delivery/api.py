"""What went to whom, how each delivery went, and bounces."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.auth import allow
from chassis.refusal import not_found
from chassis.web import Tx
from services.notifications import store as notices
from services.notifications.delivery import bounces, store
from services.notifications.delivery.history import Happening, history
from services.notifications.delivery.shown import Delivery, shown

router = APIRouter(tags=["deliveries"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")


class NoticeShown(Delivery):
    """A delivery and all that happened to it."""

    history: list[Happening]


class Wanted(BaseModel):
    """Which deliveries to list: those that match all that is given. `day` is when it was queued, sent or failed."""

    model_config = ConfigDict(extra="forbid")
    account: str | None = None
    person: UUID | None = None
    kind: str | None = None
    channel: str | None = None
    state: str | None = None
    day: date | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


@router.get("/accounts/{number}/notices", dependencies=[allow(*READERS)])
async def list_notices(tx: Tx, number: str) -> list[Delivery]:
    """What one account was told, the newest first."""
    await notices.account_id_of(tx, number)
    return [shown(*found) for found in await store.find(tx, {"account": number}, 1000)]


@router.get("/deliveries", dependencies=[allow(*READERS, "it")])
async def list_deliveries(tx: Tx, wanted: Annotated[Wanted, Query()]) -> list[Delivery]:
    """What went to whom, the newest first."""
    found = await store.find(tx, wanted.model_dump(exclude={"limit"}), wanted.limit)
    return [shown(*one) for one in found]


@router.get("/notices/{notice_id}", dependencies=[allow(*READERS, "it")])
async def show_notice(tx: Tx, notice_id: UUID) -> NoticeShown:
    """One delivery with its history: queued, put off, refused, sent, bounced, printed, mailed."""
    found = await store.find(tx, {"notice": notice_id}, 1)
    if not found:
        raise not_found("notice", notice_id)
    delivery, events = shown(*found[0]), await store.events_of(tx, notice_id)
    return NoticeShown(**delivery.model_dump(), history=history(*found[0], events))


class Bounce(BaseModel):
    """A mail server's report that a message could not be delivered after all."""

    message_id: Annotated[str, StringConstraints(min_length=3, max_length=300)]
    reason: Annotated[str, StringConstraints(min_length=3, max_length=500)]
    reported_at: datetime | None = None


class BounceTaken(BaseModel):
    """What became of it: `paper` when a letter takes the e-mail's place, `known` when it was reported before."""

    notice_id: UUID
    outcome: str


@router.post("/bounces", dependencies=[allow("clerk", "specialist", "coordinator", "it", "service")])
async def take_bounce(tx: Tx, bounce: Bounce) -> BounceTaken:
    """Take a report of a message that was not delivered; the same report again changes nothing."""
    notice_id, outcome = await bounces.take(tx, bounce.message_id, bounce.reason)
    return BounceTaken(notice_id=notice_id, outcome=outcome)
