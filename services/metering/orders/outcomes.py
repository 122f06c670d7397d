"""What a step makes of an order: written to its row, told to whoever waits for it, once."""

from datetime import date, datetime
from typing import Any

from chassis.database import Transaction
from chassis.received import Received
from contracts.metering import Reading, ReadKind
from contracts.orders import OrderKind, ServiceOrderCancelled, ServiceOrderCompleted
from contracts.topics import SERVICE_ORDER_CANCELLED, SERVICE_ORDER_COMPLETED
from services.metering.orders.rules import Cancelled, Step
from services.metering.orders.tables import WorkOrder
from services.metering.units import trimmed


def write(tx: Transaction, row: WorkOrder, step: Step) -> None:
    """Write where the order stands now; what came of it is written by `cancelled` and `completed`."""
    row.state = step.order.state.value
    row.crew = step.order.crew
    row.dispatched_on = step.order.dispatched_on
    if step.order.back is not None:
        row.back_cause, row.back_reason = step.order.back.cause.value, step.order.back.reason
    tx.session.add(row)


def settle(tx: Transaction, row: WorkOrder, step: Step, day: date, by: Received[Any] | None = None) -> None:
    """Write a step and tell that the order is cancelled, if that is what came of it."""
    write(tx, row, step)
    if isinstance(step.outcome, Cancelled):
        _cancelled(tx, row, step.outcome, day, by)


def _cancelled(tx: Transaction, row: WorkOrder, outcome: Cancelled, day: date, by: Received[Any] | None) -> None:
    row.cause, row.ended_why, row.ended_on = outcome.cause.value, outcome.reason, day
    event = ServiceOrderCancelled(
        order_id=row.id,
        account_id=row.account_id,
        service_point_id=row.service_point_id,
        kind=OrderKind(row.kind),
        about=row.about,
        cause=outcome.cause,
        reason=outcome.reason,
        business_date=day,
    )
    tx.publish(SERVICE_ORDER_CANCELLED, event, by)


def completed(tx: Transaction, row: WorkOrder, step: Step, at: datetime, on: date, day: date) -> None:
    """Write a completed order and tell it, with what the register showed."""
    assert step.outcome is not None
    assert not isinstance(step.outcome, Cancelled)
    row.done_at, row.done_on, row.ended_on, row.withdrawn = at, on, day, step.outcome.withdrawn
    write(tx, row, step)
    event = ServiceOrderCompleted(
        order_id=row.id,
        account_id=row.account_id,
        service_point_id=row.service_point_id,
        kind=OrderKind(row.kind),
        about=row.about,
        completed_on=on,
        completed_at=at,
        crew=row.crew or "office",
        read=_read(row, on),
        withdrawn=row.withdrawn,
        remark=row.remark,
        business_date=day,
    )
    tx.publish(SERVICE_ORDER_COMPLETED, event)


def _read(row: WorkOrder, on: date) -> Reading | None:
    if row.value is None or row.read_kind is None:
        return None
    return Reading(date=on, value=trimmed(row.value), kind=ReadKind(row.read_kind))
