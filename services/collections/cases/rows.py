"""A case as a value, and as rows of its tables."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from contracts.delinquency import Step
from contracts.orders import OrderKind
from services.collections.timeline.case import Case, Notice, Order, OrderState

_SAME = (
    "id", "account_id", "opened", "opened_through", "taken_on", "deadline", "amount", "proposed_on", "listed_on",
    "off_since", "off_amount", "free", "charged", "restore_charged", "after_hours", "returned", "closed", "ended",
)  # fmt: skip


def case_of(row: Mapping[str, Any], orders: Sequence[Order]) -> Case:
    """The case that a row and its orders make."""
    return Case(
        letter=Step(row["letter"]) if row["letter"] else None,
        proposed=Step(row["proposed"]) if row["proposed"] else None,
        notice=_notice_of(row["shutoff_notice"]) if row["shutoff_notice"] else None,
        orders=tuple(orders),
        **{name: row[name] for name in _SAME},
    )


def row_of(case: Case) -> dict[str, Any]:
    """The row of a case."""
    return {
        **{name: getattr(case, name) for name in _SAME},
        "step": str(case.step) if case.step else None,
        "letter": str(case.letter) if case.letter else None,
        "proposed": str(case.proposed) if case.proposed else None,
        "shutoff_notice": _notice_row(case.notice) if case.notice else None,
    }


def _notice_of(kept: Mapping[str, Any]) -> Notice:
    return Notice(
        told_on=date.fromisoformat(kept["told_on"]),
        asked=Decimal(kept["asked"]),
        items={UUID(one): Decimal(amount) for one, amount in kept["items"].items()},
        payments_through=kept["payments_through"],
        earliest=date.fromisoformat(kept["earliest"]),
    )


def _notice_row(notice: Notice) -> dict[str, Any]:
    return {
        "told_on": notice.told_on.isoformat(),
        "asked": str(notice.asked),
        "items": {str(one): str(amount) for one, amount in notice.items.items()},
        "payments_through": notice.payments_through,
        "earliest": notice.earliest.isoformat(),
    }


def order_of(row: Mapping[str, Any]) -> Order:
    """The order that a row is."""
    return Order(
        id=row["id"],
        kind=OrderKind(row["kind"]),
        service_point_id=row["service_point_id"],
        service=row["service"],
        asked_on=row["asked_on"],
        payments_through=row["payments_through"],
        state=OrderState(row["state"]),
        undoes=row["undoes"],
        completed_at=row["completed_at"],
    )


def order_row(case: Case, order: Order) -> dict[str, Any]:
    """The row of an order."""
    return {
        "id": order.id,
        "case_id": case.id,
        "account_id": case.account_id,
        "kind": str(order.kind),
        "service_point_id": order.service_point_id,
        "service": order.service,
        "asked_on": order.asked_on,
        "payments_through": order.payments_through,
        "state": str(order.state),
        "undoes": order.undoes,
        "completed_at": order.completed_at,
    }
