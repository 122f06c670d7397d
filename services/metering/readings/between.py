"""Reads between two cycle reads: when somebody moves out, or a meter is exchanged. Posted at once.

The period goes on after them: what they counted is carried, so that the next cycle read is held against the whole.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import bulk, days
from chassis.database import Transaction
from chassis.refusal import Refused
from contracts.ids import derived_id
from contracts.topics import READ_POSTED
from services.metering.points import store as points
from services.metering.policy import TOWN, Limits
from services.metering.readings import posted
from services.metering.readings.rebasing import rebase
from services.metering.readings.telling import read_posted
from services.metering.review import Expectation, Reviewed, expected, reviewed
from services.metering.tables import Meter, ReadState
from services.metering.units import converted
from services.metering.usage import ImpossibleReadingError, Register, Usage


@dataclass(frozen=True)
class Taken:
    """What a meter showed on a day, and why it was read out of turn."""

    value: Decimal
    read_on: date
    kind: str
    why: str


@dataclass(frozen=True)
class NewMeter:
    """A meter that is put in, and the first it shows."""

    number: str
    register_number: str
    size: str
    register: Register
    start: Decimal


async def take(tx: Transaction, key: str, taken: Taken) -> UUID:
    """Post a read out of turn; answers its id. The same read again changes nothing."""
    point = await points.point_with_meter(tx, key)
    row, known = await _post(tx, point, taken)
    if not known:
        await _count_on(tx, row, point, taken.value, taken.kind, row["quantity"])
        await rebase(tx, [point["id"]])
    read_id: UUID = row["id"]
    return read_id


async def exchange(tx: Transaction, key: str, final: Taken, new: NewMeter) -> UUID:
    """Take a meter out and put another in; answers the id of the old one's last read."""
    point = await points.point_with_meter(tx, key)
    _refuse_impossible(new.register, new.start)
    meter_id = derived_id("meter", point["id"], new.number, final.read_on)
    if meter_id == point["meter_id"]:
        raise Refused(f"Meter {new.number} is in place at {key} since {final.read_on} already.")
    row, _ = await _post(tx, point, final)
    await points.remove_meter(tx, point["meter_id"], final.read_on)
    await bulk.copy_in(tx, Meter, [_meter(meter_id, point["id"], final.read_on, new)])
    quantity = converted(row["quantity"], point["unit"], new.register.unit)
    await _count_on(tx, row, point, new.start, "exchange", quantity, to_unit=new.register.unit)
    await posted.expect_at(tx, point["id"], meter_id, converted(Decimal(1), point["unit"], new.register.unit))
    await rebase(tx, [point["id"]], exchanged=True)
    before, after = {"meter": point["meter_number"]}, {"meter": new.number, "start": str(new.start)}
    tx.audit("exchange", f"service point {key}", final.why, before=before, after=after)
    read_id: UUID = row["id"]
    return read_id


def _meter(meter_id: UUID, service_point_id: UUID, installed: date, new: NewMeter) -> dict[str, Any]:
    return {
        "id": meter_id,
        "service_point_id": service_point_id,
        "number": new.number,
        "register_number": new.register_number,
        "size": new.size,
        "dials": new.register.dials,
        "decimals": new.register.decimals,
        "unit": new.register.unit,
        "multiplier": new.register.multiplier,
        "installed": installed,
    }


async def _post(tx: Transaction, point: dict[str, Any], taken: Taken) -> tuple[dict[str, Any], bool]:
    """Add the read and tell of it; answers it, and whether it was there already."""
    last = await posted.last_read(tx, point["id"])
    read_id = derived_id("read", point["meter_id"], taken.kind, taken.read_on, taken.value.normalize())
    known = await posted.to_tell(tx, [read_id])
    if known:
        return known[0], True
    if last is None:
        raise Refused(f"Service point {point['key']} has no earlier read to count from. Import its last read first.")
    if taken.read_on < last["read_on"]:
        raise Refused(f"{taken.read_on} is before its last read, of {last['read_on']}. Correct that one instead.", 422)
    row = await _row(tx, read_id, point, last, taken)
    await posted.add(tx, row)
    tx.publish(READ_POSTED, read_posted(row | point_columns(point), row["posted_on"]))
    tx.audit(
        "read", f"service point {point['key']}", taken.why, after={"read": str(read_id), "value": str(taken.value)}
    )
    return row, False


def point_columns(point: dict[str, Any]) -> dict[str, Any]:
    """What an event tells of the place and the meter."""
    return {name: point[name] for name in ("meter_number", "register_number", "dials", "unit", "multiplier", "cycle")}


async def _row(
    tx: Transaction, read_id: UUID, point: dict[str, Any], last: dict[str, Any], taken: Taken
) -> dict[str, Any]:
    limits = (await TOWN.in_force(tx)).policy.review
    against = expected(None, point["unit"], 1, limits)
    review = _reviewed(point, last, taken, against, limits)
    return {
        "id": read_id,
        "service_point_id": point["id"],
        "meter_id": point["meter_id"],
        "route": point["route"],
        "sequence": point["sequence"],
        "state": ReadState.POSTED.value,
        "previous_read_id": last["read_id"],
        "previous_on": last["read_on"],
        "previous_value": last["value"],
        "previous_kind": last["kind"],
        "high": against.high,
        "value": taken.value,
        "read_on": taken.read_on,
        "kind": taken.kind,
        "findings": [finding.value for finding in review.findings],
        "quantity": _usage(review, last, taken).quantity,
        "decided_by": tx.actor,
        "why": taken.why,
        "posted_on": await days.today(tx),
        "replaces": None,
        "usual": None,
    }


def _reviewed(
    point: dict[str, Any], last: dict[str, Any], taken: Taken, against: Expectation, limits: Limits
) -> Reviewed:
    register = Register(point["dials"], point["decimals"], point["unit"], point["multiplier"])
    _refuse_impossible(register, taken.value)
    return reviewed(register, last["value"], taken.value, against, limits)


def _usage(review: Reviewed, last: dict[str, Any], taken: Taken) -> Usage:
    if review.usage is None:
        raise Refused(
            f"{taken.value} is below the last read, {last['value']} of {last['read_on']}. Read it again.", 422
        )
    return review.usage


def _refuse_impossible(register: Register, value: Decimal) -> None:
    try:
        register.checked(value)
    except ImpossibleReadingError as error:
        raise Refused(str(error), 422) from None


async def _count_on(
    tx: Transaction,
    row: dict[str, Any],
    point: dict[str, Any],
    value: Decimal,
    kind: str,
    quantity: Decimal,
    to_unit: str | None = None,
) -> None:
    last = await posted.last_read(tx, point["id"])
    carried = converted(last["carried"] if last else Decimal(0), point["unit"], to_unit or point["unit"])
    await posted.count_on(tx, point["id"], row["id"], row["read_on"], value, kind, carried + quantity)
