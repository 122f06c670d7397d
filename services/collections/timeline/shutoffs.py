"""From the day's list to water that is off, and back on. The crew may always be a step ahead of the news, or behind."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from contracts.delinquency import Step
from contracts.ids import derived_id
from contracts.orders import CancelCause, OrderKind
from contracts.payments import ChargeKind
from services.collections.timeline import rules
from services.collections.timeline.case import Case, Order, OrderState
from services.collections.timeline.effects import Charged, Effect, Listed, Noted, Requested, Withdrawn
from services.collections.timeline.outcome import Outcome
from services.collections.timeline.standing import Point, Standing
from services.collections.timeline.terms import Terms


def against_listing(case: Case, standing: Standing, terms: Terms) -> str:
    """Why an account does not come on today's list; empty when it does."""
    if case.closed or case.off or case.under_way or case.letter != Step.SHUTOFF_NOTICE:
        return "The case is not at its shutoff notice."
    if any(one.asked_on == terms.day for one in case.orders):
        return "It was ordered today already."
    return rules.against_shutoff(case, standing, terms)


def listed(case: Case, standing: Standing, terms: Terms) -> Outcome:
    """Put an account on the day's list, for a person to look through."""
    on_list = replace(case, listed_on=terms.day, amount=standing.pursued_amount)
    return Outcome(on_list, (Listed(terms.day, "proposed", standing.pursued_amount),))


def delisted(case: Case, why: str) -> Outcome:
    """Take it off the list."""
    if case.listed_on is None:
        return Outcome(case)
    return Outcome(replace(case, listed_on=None), (Listed(case.listed_on, "removed", case.amount, why),))


def ordered(case: Case, standing: Standing, terms: Terms) -> tuple[Outcome, str]:
    """A person approves: it is looked at once more, and the crew is asked. Answers why it is left out, if it is."""
    if case.listed_on != terms.day:
        return Outcome(case), "The account is not on today's list."
    against = against_listing(case, standing, terms)
    if against:
        return delisted(case, against), against
    orders = tuple(_disconnect(case, point, standing, terms) for point in _points(standing, terms))
    asked = replace(case, orders=case.orders + orders, listed_on=None, amount=standing.pursued_amount)
    reason = f"{standing.pursued_amount} past due; shutoff notice served on {standing.served}"
    sent: list[Effect] = [Requested(one, reason) for one in orders]
    return Outcome(asked, (Listed(terms.day, "approved", standing.pursued_amount), *sent)), ""


def _points(standing: Standing, terms: Terms) -> list[Point]:
    assert terms.policy.shutoff is not None
    return [one for one in standing.points if one.service in terms.policy.shutoff.services]


def _disconnect(case: Case, point: Point, standing: Standing, terms: Terms) -> Order:
    return Order(
        id=derived_id("disconnect", case.id, terms.day, point.service_point_id),
        kind=OrderKind.DISCONNECT,
        service_point_id=point.service_point_id,
        service=point.service,
        asked_on=terms.day,
        payments_through=standing.payments_known,
    )


def withdrawn(case: Case, why: str, orders: Iterable[Order]) -> Outcome:
    """Take disconnections back that were not answered; metering answers these all the same."""
    chosen = [one for one in orders if one.state == OrderState.REQUESTED]
    if not chosen:
        return Outcome(case)
    changed = {one.id: replace(one, state=OrderState.WITHDRAWN) for one in chosen}
    return Outcome(_with(case, changed), tuple(Withdrawn(one, why) for one in chosen))


def _with(case: Case, changed: dict[UUID, Order]) -> Case:
    return replace(case, orders=tuple(changed.get(one.id, one) for one in case.orders))


def disconnected(case: Case, order_id: UUID, withdrawn_before: bool, on: date, at: datetime) -> Outcome:
    """The crew shut it off. Of an order that was taken back, or was said not to be done, the water comes back free."""
    order = next(one for one in case.orders if one.id == order_id)
    too_late = withdrawn_before or order.state != OrderState.REQUESTED
    done = _with(case, {order_id: replace(order, state=OrderState.COMPLETED, completed_at=at)})
    done = replace(
        done, off_since=case.off_since or on, off_amount=case.amount, free=case.free or too_late, closed=None, ended="",
    )  # fmt: skip
    why = "The crew was too late: the order had been taken back." if too_late else ""
    return Outcome(done, (Listed(order.asked_on, "shut_off", case.amount, why),))


def restored(case: Case, order_id: UUID, at: datetime) -> Outcome:
    """The water is back on at a service point."""
    order = next(one for one in case.orders if one.id == order_id)
    back = _with(case, {order_id: replace(order, state=OrderState.COMPLETED, completed_at=at)})
    if back.off:
        return Outcome(back)
    on = replace(back, off_since=None, free=False, charged=False, restore_charged=False, after_hours=False)
    return Outcome(on, (Noted("water on"),))


def cancelled(case: Case, order_id: UUID, cause: CancelCause, reason: str) -> Outcome:
    """Metering will not do an order."""
    order = next(one for one in case.orders if one.id == order_id)
    if order.answered:
        return Outcome(case)
    dropped = _with(case, {order_id: replace(order, state=OrderState.CANCELLED)})
    if order.kind == OrderKind.RESTORE:
        return Outcome(dropped, (Noted("restore not done", reason),))
    return Outcome(dropped, (Listed(order.asked_on, "removed", case.amount, f"{cause}: {reason}"),))


def brought_back(case: Case, terms: Terms, why: str) -> Outcome:
    """Ask for the water to be turned on where it is off: once a day at each service point."""
    asked = {one.undoes for one in case.restoring}
    asked |= {one.undoes for one in case.orders if one.undoes and one.asked_on == terms.day}
    orders = tuple(_restore(case, one, terms.day) for one in case.off if one.id not in asked)
    if not orders:
        return Outcome(case)
    back = replace(case, orders=case.orders + orders)
    return Outcome(back, tuple(Requested(one, why) for one in orders))


def _restore(case: Case, off: Order, day: date) -> Order:
    return Order(
        id=derived_id("restore", off.id, day),
        kind=OrderKind.RESTORE,
        service_point_id=off.service_point_id,
        service=off.service,
        asked_on=day,
        undoes=off.id,
    )


def charge_restoring(case: Case, standing: Standing, terms: Terms) -> Outcome:
    """The fees for turning on, once, and not before every payment that billing counted was heard of here too:
    one of them may have been made before the crew came."""
    shutoff = terms.policy.shutoff
    heard_all = standing.last_payment_seq >= standing.payments_through
    if case.free or case.restore_charged or not case.restoring or shutoff is None or not heard_all:
        return Outcome(case)
    about, restore = str(case.off[0].id), shutoff.restore
    fees: list[Effect] = [Charged(ChargeKind.RESTORE, restore.fee, about)] if restore.fee else []
    if case.after_hours and restore.after_hours_fee:
        fees.append(Charged(ChargeKind.AFTER_HOURS, restore.after_hours_fee, about))
    charged = replace(case, restore_charged=True)
    return charge_disconnecting(charged, terms).plus(*fees)


def charge_disconnecting(case: Case, terms: Terms) -> Outcome:
    """The fee for shutting off, once; not before it is sure that nobody had paid before the crew came."""
    shutoff = terms.policy.shutoff
    if case.charged or case.free or not case.off or shutoff is None or shutoff.fee is None:
        return Outcome(case)
    fee = Charged(ChargeKind.DISCONNECT, shutoff.fee, str(case.off[0].id))
    return Outcome(replace(case, charged=True), (fee,))
