"""A read of a day that lies between two posted ones: somebody moved in the middle of a period, and it is told late.

What the meter counted between the two is divided at the new read, and the read after it is posted anew, counting from
it. Together they say what the one before said: nothing is lost or counted twice.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import days
from chassis.database import Transaction
from contracts.ids import derived_id
from contracts.topics import READ_POSTED
from services.metering.policy import TOWN
from services.metering.readings import corrections, posted
from services.metering.readings.between import Taken
from services.metering.readings.telling import read_posted
from services.metering.tables import Read
from services.metering.units import plain
from services.metering.usage import Register, usage_between

_COLUMNS = tuple(Read.model_fields)


def why_not(after: dict[str, Any] | None, value: Decimal, on: date) -> str | None:
    """What keeps a read from standing before the posted one after it, in a sentence; None when it fits."""
    if after is None or after["previous_value"] is None or on < after["previous_on"]:
        return f"It is of {on}, and no two posted reads lie around that day."
    for day, known in ((after["read_on"], after["value"]), (after["previous_on"], after["previous_value"])):
        if on == day:
            return None if value == known else f"The read of that day is posted, {plain(known)}: correct it instead."
    first, second = _divided(after, value)
    if first + second != after["quantity"]:
        return (
            f"{plain(value)} does not lie between the reads around it, {plain(after['previous_value'])} of"
            f" {after['previous_on']} and {plain(after['value'])} of {after['read_on']}."
        )
    return None


def _divided(after: dict[str, Any], value: Decimal) -> tuple[Decimal, Decimal]:
    register = Register(after["dials"], after["decimals"], after["unit"], after["multiplier"])
    first = usage_between(register, after["previous_value"], value)
    return first.quantity, usage_between(register, value, after["value"]).quantity


async def insert(tx: Transaction, after: dict[str, Any], taken: Taken) -> tuple[UUID, str]:
    """Post a read before a posted one that it fits; answers its id and kind. One that is there already is answered.

    The point's last read is locked by the caller.
    """
    if (taken.read_on, taken.value) == (after["read_on"], after["value"]):
        return after["id"], after["kind"]
    row = await _row(tx, after, taken)
    known = await posted.to_tell(tx, [row["id"]])
    if known:
        return row["id"], taken.kind
    await corrections.recount(tx, after | _counting_from(row, after), (await TOWN.in_force(tx)).policy.review)
    await posted.add(tx, {name: row[name] for name in _COLUMNS})
    tx.publish(READ_POSTED, read_posted(row, row["posted_on"]))
    tx.audit(
        "read", f"service point {after['key']}", taken.why, after={"read": str(row["id"]), "value": str(taken.value)}
    )
    return row["id"], taken.kind


async def _row(tx: Transaction, after: dict[str, Any], taken: Taken) -> dict[str, Any]:
    changed: dict[str, Any] = {
        "id": derived_id("read", after["meter_id"], taken.kind, taken.read_on, taken.value.normalize()),
        "reading_id": None,
        "value": taken.value,
        "read_on": taken.read_on,
        "kind": taken.kind,
        "quantity": _divided(after, taken.value)[0],
        "findings": [],
        "leak": False,
        "code": "",
        "carried": Decimal(0),
        "decided_by": tx.actor,
        "why": taken.why,
        "replaces": None,
        "posted_on": await days.today(tx),
    }
    return after | changed


def _counting_from(row: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What changes in the read after it. Of a cycle's read, the usage of the whole period stays what it was."""
    whole = after["carried"] + (row["quantity"] if after["reading_id"] is not None else 0)
    return {
        "previous_on": row["read_on"],
        "previous_value": row["value"],
        "previous_kind": row["kind"],
        "previous_read_id": row["id"],
        "carried": whole,
        "why": f"counts from read {row['id']}, which was told later",
    }
