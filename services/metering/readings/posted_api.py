"""HTTP routes of reads out of turn, exchanged meters, and corrections of what was posted."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from chassis.auth import allow
from chassis.refusal import Refused
from chassis.web import Tx, Why
from contracts.base import Quantity
from services.metering.points.imports import Key, Unit
from services.metering.readings import between, corrections
from services.metering.usage import Register

router = APIRouter(tags=["reads out of turn and corrections"])

CHANGE = allow("specialist", "coordinator")


class OutOfTurn(BaseModel):
    """A reading taken between two cycle reads: when somebody moves out, or a customer asks."""

    value: Quantity
    read_on: date
    kind: Literal["final", "actual", "customer"] = "final"
    why: Why


class MeterIn(BaseModel):
    """A meter that is put in."""

    meter: Key
    register_number: Annotated[str, Field(alias="register", min_length=1, max_length=10)] = "1"
    size: Annotated[str, Field(max_length=8)]
    dials: int
    decimals: int = 0
    unit: Unit
    multiplier: Quantity = Decimal(1)
    start: Quantity


class Exchanged(BaseModel):
    """A meter taken out with its last reading, and another put in with its first."""

    on: date
    old_final: Quantity
    new: MeterIn
    why: Why


class Corrected(BaseModel):
    """What a meter really showed."""

    value: Quantity
    read_on: date | None = None
    kind: Literal["actual", "estimated", "customer", "final"] = "actual"
    why: Why


class Posted(BaseModel):
    """The reads that were posted."""

    reads: list[UUID]


@router.post("/service-points/{key}/reads", dependencies=[CHANGE], status_code=status.HTTP_201_CREATED)
async def read_out_of_turn(tx: Tx, key: str, read: OutOfTurn) -> Posted:
    """Post a read between two cycle reads at once. The same again changes nothing."""
    taken = between.Taken(read.value, read.read_on, read.kind, read.why)
    return Posted(reads=[await between.take(tx, key, taken)])


@router.post("/service-points/{key}/exchange", dependencies=[CHANGE], status_code=status.HTTP_201_CREATED)
async def exchange_meter(tx: Tx, key: str, exchanged: Exchanged) -> Posted:
    """Take a meter out and put another in; what the old one counted is posted at once."""
    final = between.Taken(exchanged.old_final, exchanged.on, "exchange", exchanged.why)
    return Posted(reads=[await between.exchange(tx, key, final, _new_meter(exchanged.new))])


def _new_meter(new: MeterIn) -> between.NewMeter:
    try:
        register = Register(new.dials, new.decimals, new.unit, new.multiplier)
    except ValueError as error:
        raise Refused(f"The new meter makes no sense: {error}.", 422) from None
    return between.NewMeter(new.meter, new.register_number, new.size, register, new.start)


@router.post("/reads/{read_id}/correction", dependencies=[CHANGE], status_code=status.HTTP_201_CREATED)
async def correct_read(tx: Tx, read_id: UUID, corrected: Corrected) -> Posted:
    """Put a corrected read in the place of a posted one; the read that counts from it is posted anew with it."""
    correction = corrections.Correction(corrected.value, corrected.read_on, corrected.kind, corrected.why)
    return Posted(reads=await corrections.correct(tx, read_id, correction))
