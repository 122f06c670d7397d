"""A posted read that was wrong: another takes its place, and billing hears which one it replaces.

The read after it counts from it, so that one is posted anew too, with the usage that follows from the corrected
reading. Nothing is rewritten: the replaced reads stay, marked so.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import days
from chassis.database import Transaction
from chassis.refusal import Refused, not_found
from contracts.ids import derived_id
from contracts.topics import READ_POSTED
from services.metering.policy import TOWN, Finding, Limits
from services.metering.readings import posted
from services.metering.readings.rebasing import rebase
from services.metering.readings.telling import read_posted
from services.metering.review import Expectation, reviewed
from services.metering.tables import Read, ReadState
from services.metering.usage import ImpossibleReadingError, Register

_COLUMNS = tuple(Read.model_fields)


@dataclass(frozen=True)
class Correction:
    """What the meter really showed, and how that is known."""

    value: Decimal
    read_on: date | None
    kind: str
    why: str


async def correct(tx: Transaction, read_id: UUID, correction: Correction) -> list[UUID]:
    """Post a corrected read in the place of another, and the one after it anew; answers the ids of both."""
    old = await _posted(tx, read_id)
    after = await posted.following(tx, read_id)
    read_on = correction.read_on or old["read_on"]
    _refuse_out_of_order(old, after, read_on)
    limits = (await TOWN.in_force(tx)).policy.review
    kind = "exchange" if old["kind"] == "exchange" else correction.kind
    changed = {"value": correction.value, "read_on": read_on, "kind": kind, "why": correction.why}
    new = await _replaced(tx, old, old | changed, limits)
    ids = [new["id"]]
    # After an exchange the next usage counts from the new meter's first reading, which this does not touch.
    if after is not None and kind != "exchange":
        ids.append((await _replaced(tx, after, _recounted(after, new), limits))["id"])
    await rebase(tx, [old["service_point_id"]])
    before = {"value": str(old["value"]), "read_on": str(old["read_on"]), "kind": old["kind"]}
    after_ = {"value": str(correction.value), "read_on": str(read_on), "kind": correction.kind, "read": str(new["id"])}
    tx.audit("correct", f"read {read_id}", correction.why, before=before, after=after_)
    return ids


def _recounted(after: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return after | {
        "previous_on": new["read_on"],
        "previous_value": new["value"],
        "previous_kind": new["kind"],
        "previous_read_id": new["id"],
        "why": f"counts from the corrected read {new['id']}",
    }


async def _posted(tx: Transaction, read_id: UUID) -> dict[str, Any]:
    found = await posted.to_tell(tx, [read_id])
    if not found:
        raise not_found("read", read_id)
    await posted.last_read(tx, found[0]["service_point_id"])
    (old,) = await posted.to_tell(tx, [read_id])
    if old["state"] == ReadState.REPLACED:
        raise Refused(f"Read {read_id} was corrected already; correct the one that took its place.")
    if old["state"] != ReadState.POSTED:
        raise Refused(f"Read {read_id} is {old['state']}, not posted: decide it in its reading's review.")
    return old


def _refuse_out_of_order(old: dict[str, Any], after: dict[str, Any] | None, read_on: date) -> None:
    if old["previous_on"] is not None and read_on < old["previous_on"]:
        raise Refused(f"{read_on} is before the read it counts from, of {old['previous_on']}.", 422)
    if after is not None and read_on > after["read_on"]:
        raise Refused(f"{read_on} is after the read that follows, of {after['read_on']}.", 422)


async def recount(tx: Transaction, changed: dict[str, Any], limits: Limits) -> UUID:
    """Post a read anew that counts from another read than before; answers the id of the one in its place."""
    new_id: UUID = (await _replaced(tx, changed, changed, limits))["id"]
    return new_id


async def _replaced(tx: Transaction, old: dict[str, Any], changed: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Post a read in the place of an old one, its usage and findings worked out anew."""
    day = await days.today(tx)
    quantity, findings = _counted(changed, limits)
    row = changed | {
        "id": derived_id("read", old["id"], "corrected"),
        "replaces": old["id"],
        "quantity": quantity,
        "findings": [finding.value for finding in findings],
        "decided_by": tx.actor,
        "posted_on": day,
    }
    await posted.replace(tx, old["id"], {name: row[name] for name in _COLUMNS})
    tx.publish(READ_POSTED, read_posted(row, day))
    return row


def _counted(row: dict[str, Any], limits: Limits) -> tuple[Decimal, tuple[Finding, ...]]:
    register = Register(row["dials"], row["decimals"], row["unit"], row["multiplier"])
    against = Expectation(row["usual"], row["high"], row["low"])
    try:
        value = register.checked(row["value"])
    except ImpossibleReadingError as error:
        raise Refused(str(error), 422) from None
    review = reviewed(register, row["previous_value"], value, against, limits, carried=row["carried"], leak=row["leak"])
    if review.usage is None:
        raise Refused(
            f"The read of {row['read_on']} would show {value}, below {row['previous_value']} of {row['previous_on']}."
            " Correct that one first.",
            422,
        )
    return review.usage.quantity, review.findings
