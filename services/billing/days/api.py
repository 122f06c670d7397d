"""The routes of the business day."""

import datetime as dt
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from chassis import days, runs
from chassis.auth import CurrentCaller, allow
from chassis.day_work import run_id_of
from chassis.refusal import Refused
from chassis.web import Tx
from contracts.base import Money
from services.billing.days import barrier, store, turning
from services.billing.policy import TOWN

router = APIRouter(prefix="/days", tags=["business day"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "field", "auditor", "it", "service")


class DayToBegin(BaseModel):
    """The day that is to begin. `override_why` begins it although a service is not done with the day before."""

    date: date
    override_why: Annotated[str, Field(max_length=300)] = ""


class ServiceDone(BaseModel):
    """A service that is done with the day, and what its work came to."""

    service: str
    counts: dict[str, int]
    money: dict[str, Money]
    done_at: datetime


class DayShown(BaseModel):
    """A day, billing's own work of it, and who is done. `began` tells whether this request began it.

    `by_the_clock` is the day it is in the town now: what missed days are caught up to.
    """

    date: date
    began: bool
    state: str
    done: list[ServiceDone]
    missing: list[str]
    by_the_clock: dt.date


class DayListed(BaseModel):
    """A day that was begun; `missing` did not say that they are done with it."""

    date: date
    started_at: datetime
    missing: list[str]


@router.post("", dependencies=[allow("coordinator", "it", "service")])
async def begin_day(tx: Tx, caller: CurrentCaller, wanted: DayToBegin) -> DayShown:
    """Begin the town's next business day. Asking again for the day that goes on changes nothing."""
    if wanted.override_why and "coordinator" not in caller.roles:
        raise Refused("Only a coordinator may begin a day before every service is done with the last one.", 403)
    began = await turning.begin(tx, wanted.date, wanted.override_why.strip())
    return await _shown(tx, wanted.date, began)


@router.get("", dependencies=[allow(*READERS)])
async def list_days(tx: Tx, limit: Annotated[int, Query(ge=1, le=400)] = 31) -> list[DayListed]:
    """The days that were begun, the newest first."""
    return [
        DayListed(date=day, started_at=started_at, missing=list(barrier.missing(done)))
        for day, started_at, done in await store.begun(tx, limit)
    ]


@router.get("/today", dependencies=[allow(*READERS)])
async def show_today(tx: Tx) -> DayShown:
    """The business day that goes on, and which services are done with it."""
    return await _shown(tx, await days.today(tx), began=False)


async def _shown(tx: Tx, day: date, began: bool) -> DayShown:
    run = await runs.find(tx, run_id_of(day))
    done = [ServiceDone.model_validate(one, from_attributes=True) for one in await store.done(tx, day)]
    left = barrier.missing([one.service for one in done])
    clock = datetime.now(UTC).astimezone((await TOWN.in_force(tx)).zone).date()
    return DayShown(date=day, began=began, state=run.state, done=done, missing=list(left), by_the_clock=clock)


ROUTERS = (router,)
