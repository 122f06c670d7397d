"""Metering and its crew: orders go out and come back, and are called off by what is heard in time."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from contracts.orders import CancelCause, OrderKind
from services.collections.timeline.case import Order
from tests.collections.interleaved.news import News, Payment, Pending


@dataclass
class Metering:
    """Orders as metering keeps them, what it knows of payments, and where the water is off."""

    news: News
    orders: dict[UUID, str] = field(default_factory=dict)
    asked: dict[UUID, Order] = field(default_factory=dict)
    taken_back: set[UUID] = field(default_factory=set)
    seq: int = 0
    pendings: dict[int, date] = field(default_factory=dict)
    settled_pendings: set[int] = field(default_factory=set)
    off: set[UUID] = field(default_factory=set)

    def at(self, *states: str) -> list[Order]:
        return [self.asked[one] for one, state in self.orders.items() if state in states]

    def on_payment(self, _: datetime, payment: Payment) -> None:
        self.seq = max(self.seq, payment.seq)
        if payment.pending is not None:
            self.settled_pendings.add(payment.pending)

    def on_pending(self, _: datetime, pending: Pending) -> None:
        self.pendings[pending.number] = pending.until

    def on_failed(self, _: datetime, pending: int) -> None:
        self.settled_pendings.add(pending)

    def on_requested(self, _: datetime, order: Order) -> None:
        self.asked[order.id] = order
        self.orders[order.id] = "requested"
        if order.id in self.taken_back:
            self._cancel(order, CancelCause.WITHDRAWN)

    def on_withdrawn(self, _: datetime, order: Order) -> None:
        self.taken_back.add(order.id)
        if self.orders.get(order.id) == "requested":
            self._cancel(order, CancelCause.WITHDRAWN)

    def begin_day(self) -> None:
        for order in self.at("requested", "dispatched"):
            if order.kind == OrderKind.DISCONNECT:
                self._cancel(order, CancelCause.EXPIRED)

    def dispatch(self) -> None:
        order = self.news.rng.choice(self.at("requested"))
        if order.kind == OrderKind.DISCONNECT and self._knows_of_money_for(order):
            self._cancel(order, CancelCause.PAYMENT)
        elif self.news.rng.random() < 0.05:
            self._cancel(order, CancelCause.NOT_POSSIBLE)
        else:
            self.orders[order.id] = "dispatched"

    def complete(self) -> Order | None:
        """The order that was done; None when the crew heard in time that it was withdrawn."""
        order = self.news.rng.choice(self.at("dispatched"))
        withdrawn = order.id in self.taken_back
        if withdrawn and self.news.rng.random() < 0.5:
            self._cancel(order, CancelCause.WITHDRAWN)
            return None
        self.orders[order.id] = "completed"
        self.news.send((order.id, withdrawn, self.news.now), "collections.completed")
        turn = self.off.discard if order.kind == OrderKind.RESTORE else self.off.add
        turn(order.service_point_id)
        return order

    def _knows_of_money_for(self, order: Order) -> bool:
        live = (until for one, until in self.pendings.items() if one not in self.settled_pendings)
        return self.seq > order.payments_through or any(until >= self.news.day for until in live)

    def _cancel(self, order: Order, cause: CancelCause) -> None:
        self.orders[order.id] = "cancelled"
        self.news.send((order.id, cause), "collections.cancelled")
