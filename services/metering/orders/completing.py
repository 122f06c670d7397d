"""An order done, or not: its read posted, the water off or on, its outcome told."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from chassis import days
from chassis.database import Transaction
from chassis.refusal import Refused
from contracts.orders import OrderKind
from services.metering.orders import reads, rules, store
from services.metering.orders.outcomes import completed, settle
from services.metering.orders.rules import NotNow, State, Step
from services.metering.orders.tables import WorkOrder
from services.metering.readings import posted
from services.metering.units import plain

READS = (OrderKind.FINAL_READ, OrderKind.START_READ, OrderKind.REREAD)


class InDoubt(Refused):
    """A read that looks wrong: whoever reports it looks again, and confirms it if that is what the meter shows."""


@dataclass(frozen=True)
class Report:
    """What the crew says: what the meter showed, and when it was done. `confirmed` repeats a read that was asked about.

    `done_before` says that the order was called back, but had been done before the crew knew.
    """

    value: Decimal | None = None
    on: date | None = None
    at: datetime | None = None
    remark: str = ""
    confirmed: bool = False
    done_before: bool = False


async def complete(tx: Transaction, order_id: UUID, report: Report) -> WorkOrder:
    """Complete an order. The same report again changes nothing."""
    row, starts = await _locked(tx, order_id)
    if row.state == State.COMPLETED and row.value == report.value:
        return row
    if report.done_before and row.state == State.CANCELLED and row.kind == OrderKind.DISCONNECT:
        return await _made_good(tx, row, report)
    step = _allowed(lambda: rules.complete(row.as_rule, done_before=report.done_before), row)
    today = await days.today(tx)
    on = _day_of(report, today)
    await _do(tx, row, report, on)
    row.remark = report.remark
    at = report.at or tx.began
    completed(tx, row, step, at, on, today)
    await _also_starts(tx, row, starts, at, on, today)
    tx.audit("complete", f"work order {row.id}", report.remark or "done", after={"value": plain(row.value)})
    return row


async def _locked(tx: Transaction, order_id: UUID) -> tuple[WorkOrder, list[WorkOrder]]:
    """The order, and those for the start read of the next party when it is a final read: their accounts locked too."""
    found = await store.shown(tx, order_id)
    starts: list[UUID] = []
    if found["kind"] == OrderKind.FINAL_READ:
        starts = [one["id"] for one in await store.starts_at(tx, found["service_point_id"], await days.today(tx))]
    rows = {row.id: row for row in await store.lock_orders(tx, [order_id, *starts])}
    return rows.pop(order_id), [row for row in rows.values() if row.state not in (*rules.OVER, State.CALLED_BACK)]


def _allowed(step: "rules.Maybe", row: WorkOrder) -> Step:
    try:
        return step()
    except NotNow as why:
        raise Refused(f"Order {row.id}: {why}") from None


def _day_of(report: Report, today: date) -> date:
    on = report.on or today
    if on > today:
        raise Refused(f"{on} is after today, {today}: nothing can be done on a day that has not come.", 422)
    return on


async def _do(tx: Transaction, row: WorkOrder, report: Report, on: date) -> None:
    """What was done to the water, then its read: other reads of the point are reviewed again as it is posted."""
    looked = await _looked_at(tx, row, report, on)
    await _turn(tx, row, on)
    row.value, row.question = report.value, looked.stuck
    if report.value is not None:
        row.read_kind = reads.kind_of(row)
        if looked.stuck is None:
            row.read_id, row.read_kind = await reads.post(tx, row, report.value, on)


async def _looked_at(tx: Transaction, row: WorkOrder, report: Report, on: date) -> reads.Looked:
    if report.value is None:
        if row.kind in READS:
            raise Refused("This order is for a read: give it. If the meter can't be read, say so with the reason.", 422)
        return reads.Looked()
    looked = await reads.look(tx, row, report.value, on)
    if looked.doubt and not report.confirmed:
        raise InDoubt(f"{looked.doubt} Look again. If that is what the meter shows, confirm it.")
    return looked


async def _made_good(tx: Transaction, row: WorkOrder, report: Report) -> WorkOrder:
    """The water was shut off although the order had ended: that is noted, and an order restores it at once.

    The ended order stays as it was told. The same report again changes nothing.
    """
    today = await days.today(tx)
    on = _day_of(report, today)
    restore = store.restore_of(row, today)
    if not (await store.add(tx, [restore])).new:
        return row
    await _do(tx, row, report, on)
    row.remark = report.remark or "shut off after the order had ended"
    tx.audit("shut off too late", f"work order {row.id}", row.remark, after={"restore": str(restore["id"])})
    return row


async def _turn(tx: Transaction, row: WorkOrder, on: date) -> None:
    if row.kind == OrderKind.DISCONNECT:
        await store.shut_off(tx, row, on)
    if row.kind == OrderKind.RESTORE:
        await store.turn_on(tx, row.service_point_id)


async def _also_starts(
    tx: Transaction, final: WorkOrder, starts: list[WorkOrder], at: datetime, on: date, today: date
) -> None:
    """A final read is where the next party begins: who waits for a start read there has it."""
    for row in starts if final.read_id is not None else ():
        row.value, row.read_kind, row.read_id, row.question = final.value, final.read_kind, final.read_id, None
        row.remark = "read with the final read"
        row.crew = row.crew or final.crew
        completed(tx, row, rules.complete(row.as_rule), at, on, today)


async def not_done(tx: Transaction, order_id: UUID, reason: str) -> WorkOrder:
    """The crew could not do it, or left off because it was called back. The same again changes nothing."""
    (row,) = await store.lock_orders(tx, [order_id])
    if row.state != State.CANCELLED:
        settle(tx, row, _allowed(lambda: rules.not_done(row.as_rule, reason), row), await days.today(tx))
        row.remark = reason
        tx.audit("not done", f"work order {row.id}", reason)
    return row


async def given(tx: Transaction, row: WorkOrder, day: date) -> None:
    """Complete an order whose read somebody already has. One that looks wrong stays open, with the question."""
    assert row.given_value is not None
    assert row.given_on is not None
    try:
        looked = await reads.look(tx, row, row.given_value, row.given_on)
    except Refused as error:
        looked = reads.Looked(stuck=error.sentence)
    doubt = looked.stuck or looked.doubt
    if doubt or row.given_on > day:
        row.question = f"The read that was given, {plain(row.given_value)}: {doubt or 'it is of a day to come.'}"
        return
    row.value, on = row.given_value, row.given_on
    row.read_id, row.read_kind = await reads.post(tx, row, row.value, on)
    await _turn(tx, row, on)
    completed(tx, row, rules.given(row.as_rule), tx.began, on, day)


async def read_already(tx: Transaction, row: WorkOrder, day: date) -> None:
    """Complete an order for a start read where the meter was read that very day: one read is the end and the start."""
    last = await posted.last_read(tx, row.service_point_id)
    if last is None or last["read_id"] is None or last["read_on"] != row.wanted_on or row.wanted_on > day:
        return
    row.value, row.read_id, row.read_kind = last["value"], last["read_id"], last["kind"]
    row.remark = "read already that day"
    completed(tx, row, rules.given(row.as_rule), tx.began, row.wanted_on, day)


async def post_read(tx: Transaction, order_id: UUID, *, confirmed: bool) -> WorkOrder:
    """Post the read of an order that could not be counted, once what kept it from that is mended."""
    (row,) = await store.lock_orders(tx, [order_id])
    if row.question is None or row.value is None or row.done_on is None:
        raise Refused(f"Order {row.id} has no read that waits to be posted.")
    looked = await reads.look(tx, row, row.value, row.done_on)
    if looked.stuck:
        raise Refused(f"{looked.stuck} Correct the read before it first, or post the right one at the service point.")
    if looked.doubt and not confirmed:
        raise InDoubt(f"{looked.doubt} Confirm it if it is right.")
    row.read_id, row.read_kind = await reads.post(tx, row, row.value, row.done_on)
    row.question = None
    return row
