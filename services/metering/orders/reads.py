"""The read that comes with an order: looked at as a cycle's reads are, then posted through the same code.

A crew stands at the meter, so a read that looks wrong is asked about, never refused: what a person confirms is taken.
One that can't be counted from the read before it is kept with the order as a question to the office.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.refusal import Refused
from contracts.orders import OrderKind
from services.metering.orders import store
from services.metering.orders.tables import WorkOrder
from services.metering.points import store as points
from services.metering.policy import TOWN, Finding, Limits
from services.metering.readings import between, inserting, posted
from services.metering.review import Expectation, Past, expected, months_between, reviewed, usual_quantity
from services.metering.units import converted, plain
from services.metering.usage import ImpossibleReadingError, Register, Usage

ASKED_ABOUT = (Finding.NEGATIVE, Finding.ROLLOVER, Finding.HIGH, Finding.OFF)
YEAR_AND_MORE = timedelta(days=430)


@dataclass(frozen=True)
class Looked:
    """What was noticed about a read. `doubt` is to be confirmed; `stuck` says why it can't be posted even then."""

    doubt: str | None = None
    stuck: str | None = None


async def look(tx: Transaction, order: WorkOrder, value: Decimal, on: date) -> Looked:
    """Hold a read against what is known of the point; refuses what its register cannot show."""
    point = await store.point_of(tx, order)
    register = Register(point["dials"], point["decimals"], point["unit"], point["multiplier"])
    try:
        register.checked(value)
    except ImpossibleReadingError as error:
        raise Refused(f"{error} Look at the meter again: {point['meter_number']} should stand there.", 422) from None
    last = await posted.last_read(tx, point["id"])
    if last is None:
        return Looked(stuck="The point has no earlier read to count from.")
    if on < last["read_on"]:
        return Looked(stuck=inserting.why_not(await posted.around(tx, point["id"], on), value, on))
    off = await store.off_since(tx, point["id"])
    limits = (await TOWN.in_force(tx)).policy.review
    against = await _against(tx, point, last, on, limits, off=off is not None)
    review = reviewed(register, last["value"], value, against, limits, carried=last["carried"])
    return _said(review.findings, review.usage, last, value, point["unit"], against, off)


async def _against(
    tx: Transaction, point: dict[str, Any], last: dict[str, Any], on: date, limits: Limits, *, off: bool
) -> Expectation:
    unit = point["unit"]
    if off:
        return Expectation(None, Decimal(0), None, converted(limits.vacant_minimum, limits.unit, unit), off=True)
    history = [
        Past(row["period_end"], converted(row["quantity"], row["unit"], unit), row["estimated"])
        for row in await points.usage_of(tx, point["id"], on - YEAR_AND_MORE)
    ]
    return expected(usual_quantity(history, on), unit, months_between(last["read_on"], on), limits)


def _said(
    findings: tuple[Finding, ...],
    usage: Usage | None,
    last: dict[str, Any],
    value: Decimal,
    unit: str,
    against: Expectation,
    off: date | None,
) -> Looked:
    asked = [finding for finding in findings if finding in ASKED_ABOUT]
    if not asked:
        return Looked()
    before = f"{plain(last['value'])} of {last['read_on']}"
    if usage is None:
        below = f"{plain(value)} is below the last read, {before}."
        return Looked(below, below)
    used = f"{plain(usage.quantity)} {unit}"
    match asked[0]:
        case Finding.ROLLOVER:
            return Looked(f"{plain(value)} is below the last read, {before}: the meter would have gone over zero.")
        case Finding.OFF:
            return Looked(f"The water is off since {off}, and {used} went through since the last read.")
        case _:
            usual = "" if against.usual is None else f", where about {plain(against.usual)} is usual"
            return Looked(f"{plain(value)} means {used} since {last['read_on']}{usual}.")


async def post(tx: Transaction, order: WorkOrder, value: Decimal, on: date) -> tuple[UUID, str]:
    """Post the read of an order; answers its id and kind. A read that is there already, of another kind, is used."""
    kind = kind_of(order)
    last = await posted.last_read(tx, order.service_point_id)
    same = last is not None and (last["read_on"], last["value"]) == (on, value) and last["read_id"] is not None
    if last is not None and same and kind != "final":
        return last["read_id"], last["kind"]
    point = await store.point_of(tx, order)
    taken = between.Taken(value, on, kind, f"{order.kind.replace('_', ' ')} order {order.id}: {order.reason}")
    if last is not None and on < last["read_on"]:
        after = await posted.around(tx, point["id"], on)
        assert after is not None
        return await inserting.insert(tx, after, taken)
    return await between.take(tx, point["key"], taken), kind


def kind_of(order: WorkOrder) -> str:
    """The kind its read is posted as. A final read is the next party's start as well, and there is one of it."""
    if order.kind == OrderKind.FINAL_READ:
        return "final"
    return "customer" if order.given_kind == "customer" and order.value == order.given_value else "actual"
