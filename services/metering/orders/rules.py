"""A work order from its request to its one outcome. Pure.

    requested -> assigned -> dispatched -> completed
                                  \\-> called_back -> cancelled, or completed when the crew was faster
    and cancelled from everywhere before completed

While nobody was sent, an order that is taken back is cancelled at once. Once a crew is out, only the crew knows what
was done: the order is called back, the crew is told not to do it, and its outcome is told when the crew has said which
it is, or when the day is over. So there is one outcome, and it is true.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from contracts.orders import CancelCause, OrderKind


class State(StrEnum):
    """How far an order is."""

    REQUESTED = "requested"
    ASSIGNED = "assigned"
    DISPATCHED = "dispatched"
    CALLED_BACK = "called_back"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


OVER = (State.COMPLETED, State.CANCELLED)
OUT = (State.DISPATCHED, State.CALLED_BACK)


class NotNow(Exception):
    """What was asked for can't be done to the order as it stands; the text says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The order will not be done."""

    cause: CancelCause
    reason: str


@dataclass(frozen=True, slots=True)
class Completed:
    """The order was done; `withdrawn` when it had been taken back, or paid for, before."""

    withdrawn: bool


Outcome = Cancelled | Completed


@dataclass(frozen=True, slots=True)
class Order:
    """What decides about an order. `back` is why it must not be done any more."""

    kind: OrderKind
    wanted_on: date
    last_day: date | None = None
    payments_through: int | None = None
    state: State = State.REQUESTED
    crew: str = ""
    dispatched_on: date | None = None
    back: Cancelled | None = None

    @property
    def cuts_off(self) -> bool:
        """Whether somebody is without water afterwards."""
        return self.kind is OrderKind.DISCONNECT


@dataclass(frozen=True, slots=True)
class Money:
    """What is known of an account's payments: the highest that came, and until when one on its way is awaited."""

    paid_through: int = 0
    pending_until: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The order after something happened, and its outcome if that ended it."""

    order: Order
    outcome: Outcome | None = None


Maybe = Callable[[], Step]
"""A step that may be refused with `NotNow`."""


def requested(order: Order, withdrawn: str | None) -> Step:
    """An order arrives; `withdrawn` is why it was taken back already, if it was."""
    return Step(order) if withdrawn is None else withdraw(order, withdrawn)


def withdraw(order: Order, reason: str) -> Step:
    """Whoever asked for it takes it back. After the end this changes nothing."""
    return _take_back(order, Cancelled(CancelCause.WITHDRAWN, reason))


def paid(order: Order, money: Money, today: date) -> Step:
    """The account's money changed: a crew that is out to shut it off is called back."""
    why = why_not_cut(order, money, today)
    if why is None or order.state is not State.DISPATCHED:
        return Step(order)
    return _take_back(order, Cancelled(CancelCause.PAYMENT, why))


def _take_back(order: Order, why: Cancelled) -> Step:
    if order.state is State.DISPATCHED:
        return Step(replace(order, state=State.CALLED_BACK, back=why))
    if order.state in (*OVER, State.CALLED_BACK):
        return Step(order)
    return _cancel(order, why)


def _cancel(order: Order, why: Cancelled) -> Step:
    return Step(replace(order, state=State.CANCELLED, back=None), why)


def why_not_cut(order: Order, money: Money, today: date) -> str | None:
    """What keeps an account from being shut off, in a sentence; None when nothing does.

    An order that names no `payments_through` is not about money, such as shutting off an empty house.
    """
    if not order.cuts_off or order.payments_through is None:
        return None
    if money.paid_through > order.payments_through:
        return (
            f"Payment {money.paid_through} of the account came after the order was made, which knew of payments"
            f" through {order.payments_through}."
        )
    if money.pending_until is not None and money.pending_until >= today:
        return f"A payment of the account is on its way and awaited through {money.pending_until}."
    return None


def assign(order: Order, crew: str) -> Step:
    """Plan an order for a crew; nobody is sent yet."""
    if order.state not in (State.REQUESTED, State.ASSIGNED):
        raise NotNow(f"It is {_said(order.state)} already.")
    return Step(replace(order, state=State.ASSIGNED, crew=crew))


def dispatch(order: Order, money: Money, today: date, crew: str) -> Step:
    """Send a crew, unless a last look at the account and the calendar says otherwise: then it is cancelled here."""
    if order.state in (*OVER, State.CALLED_BACK):
        raise NotNow(f"It is {_said(order.state)} already.")
    if order.cuts_off and today < order.wanted_on:
        raise NotNow(f"It is for {order.wanted_on}; nobody is shut off before.")
    if _lapsed(order, today):
        return _cancel(order, _expired(order))
    why = why_not_cut(order, money, today)
    if why is not None:
        return _take_back(order, Cancelled(CancelCause.PAYMENT, why))
    return Step(replace(order, state=State.DISPATCHED, crew=crew, dispatched_on=today))


def complete(order: Order, *, done_before: bool = False) -> Step:
    """The crew did it. One that was called back counts only if the crew says it was done before it knew."""
    if order.state is State.CANCELLED and order.cuts_off:
        raise NotNow("It is cancelled already. If the water was shut off all the same, say so: it is then restored.")
    if order.state in OVER:
        raise NotNow(f"It is {_said(order.state)} already.")
    if order.cuts_off and order.state not in OUT:
        raise NotNow("It was not dispatched. Dispatch it first: that looks at the account's payments once more.")
    if order.back is not None and not done_before:
        raise NotNow(f"Do not do it: {order.back.reason} If it was done before you saw this, say so.")
    return Step(replace(order, state=State.COMPLETED), Completed(withdrawn=order.back is not None))


def given(order: Order) -> Step:
    """The read was there with the request: nobody need be sent."""
    return Step(replace(order, state=State.COMPLETED), Completed(withdrawn=False))


def not_done(order: Order, reason: str) -> Step:
    """The crew could not do it, or left off because it was called back."""
    if order.state in OVER:
        raise NotNow(f"It is {_said(order.state)} already.")
    return _cancel(order, order.back or Cancelled(CancelCause.NOT_POSSIBLE, reason))


def day_began(order: Order, today: date) -> Step:
    """A disconnection past its last day is over, and so is an order that a crew was called back from the day before."""
    if order.state in OVER:
        return Step(order)
    if order.back is not None and order.dispatched_on is not None and order.dispatched_on < today:
        return _cancel(order, order.back)
    return _cancel(order, order.back or _expired(order)) if _lapsed(order, today) else Step(order)


def _lapsed(order: Order, today: date) -> bool:
    return order.cuts_off and order.last_day is not None and order.last_day < today


def _expired(order: Order) -> Cancelled:
    return Cancelled(CancelCause.EXPIRED, f"It was good through {order.last_day} and nobody reported it done.")


def _said(state: State) -> str:
    return state.value.replace("_", " ")
