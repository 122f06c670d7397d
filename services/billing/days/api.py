"""The routes of the business day."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from chassis import days, runs
from chassis.auth import allow
from chassis.web import Tx
from services.billing.days import turning

router = APIRouter(prefix="/days", tags=["business day"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "field", "auditor", "it", "service")


class DayToBegin(BaseModel):
    """The day that is to begin."""

    date: date


class DayShown(BaseModel):
    """A day and whether its own work is done. `began` tells whether this request began it."""

    date: date
    began: bool
    state: str


@router.post("", dependencies=[allow("coordinator", "it", "service")])
async def begin_day(tx: Tx, wanted: DayToBegin) -> DayShown:
    """Begin the town's next business day. Asking again for the day that goes on changes nothing."""
    began = await turning.begin(tx, wanted.date)
    run = await runs.find(tx, turning.run_id_of(wanted.date))
    return DayShown(date=wanted.date, began=began, state=run.state)


@router.get("/today", dependencies=[allow(*READERS)])
async def show_today(tx: Tx) -> DayShown:
    """The business day that goes on."""
    day = await days.today(tx)
    run = await runs.find(tx, turning.run_id_of(day))
    return DayShown(date=day, began=False, state=run.state)


ROUTERS = (router,)
