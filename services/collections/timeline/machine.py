"""How a case moves: what a day, a fact, a person's decision or an order's answer does to it. No I/O, no clock.

Every move ends with `settled`: whatever is known now is held against what was decided before.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from contracts.delinquency import Step
from contracts.orders import CancelCause, OrderKind
from services.collections.timeline import letters, rules, shutoffs
from services.collections.timeline.case import Case, Order, OrderState
from services.collections.timeline.effects import Noted
from services.collections.timeline.outcome import Outcome
from services.collections.timeline.standing import Standing
from services.collections.timeline.terms import Terms


def settled(case: Case, standing: Standing, terms: Terms, said_at: datetime | None = None) -> Outcome:
    """Bring a case in line with what is known. `said_at` is when the fact that brought us here was accepted."""
    if case.closed:
        return _resumed(case, standing)
    return (
        Outcome(case)
        .then(_too_late, standing, terms, said_at)
        .then(_take_back, standing, terms)
        .then(_bring_back, standing, terms)
        .then(shutoffs.charge_restoring, standing, terms)
        .then(_end, standing, terms)
    )


def _too_late(case: Case, standing: Standing, terms: Terms, said_at: datetime | None) -> Outcome:
    """Someone paid, or was held, before the crew was done, and the news came after: the water comes back free.

    The fact is held against the day of the order: that no one may be shut off today says nothing about that day.
    """
    before = [one for one in case.off if one.completed_at and said_at and said_at <= one.completed_at]
    if case.free or not before:
        return Outcome(case)
    against = _against_orders(case, before, standing, replace(terms, day=before[0].asked_on))
    return Outcome(replace(case, free=True), (Noted("crew was too late", against),)) if against else Outcome(case)


def _against_orders(case: Case, orders: Sequence[Order], standing: Standing, terms: Terms) -> str:
    """What takes an order back: all that would have kept it from being given, and any payment after it was given."""
    if any(one.payments_through < standing.payments_known for one in orders):
        return "A payment was received after the order was given."
    return rules.against_shutoff(case, standing, terms)


def _take_back(case: Case, standing: Standing, terms: Terms) -> Outcome:
    against = _against_orders(case, case.under_way, standing, terms)
    if against:
        return shutoffs.withdrawn(case, against, case.under_way).then(shutoffs.delisted, against)
    served = {one.service_point_id for one in standing.points}
    moved = [one for one in case.under_way if one.service_point_id not in served]
    return shutoffs.withdrawn(case, "The account is not served there any more.", moved)


def _bring_back(case: Case, standing: Standing, terms: Terms) -> Outcome:
    shutoff = terms.policy.shutoff
    if not case.off:
        return Outcome(case)
    if case.free:
        return shutoffs.brought_back(case, terms, "The crew was too late: restore free of charge.")
    if shutoff and rules.enough_to_restore(case, standing, shutoff):
        return shutoffs.brought_back(case, terms, "Enough was paid, or agreed on.")
    return Outcome(case)


def _end(case: Case, standing: Standing, terms: Terms) -> Outcome:
    """Close a case that is over. While an order is not answered, the crew may still be at the valve."""
    if case.off or case.under_way or case.restoring or not rules.cured(case, standing):
        return Outcome(case)
    over = replace(case, closed=terms.day, ended="cured", listed_on=None, proposed=None, proposed_on=None)
    return Outcome(over, (Noted("cured"),))


def _resumed(case: Case, standing: Standing) -> Outcome:
    """A payment that ended the case was taken back: it goes on where it stood, without another notice."""
    if not case.returned or case.ended not in ("cured", "restored") or case.letter is None:
        return Outcome(case)
    again = replace(case, closed=None, ended="", returned=False)
    if standing.posting or rules.cured(again, standing):
        return Outcome(case)
    return Outcome(again, (Noted("resumed", "A payment was returned."),))


def returned(case: Case, payment_seq: int, standing: Standing, terms: Terms) -> Outcome:
    """A payment of this case's time was taken back."""
    if case.closed and payment_seq > case.opened_through:
        case = replace(case, returned=True)
    return settled(case, standing, terms)


def day_passed(account_id: UUID, case: Case | None, standing: Standing, terms: Terms) -> list[Outcome]:
    """What a day brings an account: at most one step. A notice given again makes two cases of one."""
    first = settled(case, standing, terms) if case else None
    if first is None or (first.case.closed and (case is None or case.closed)):
        fresh = letters.opened(account_id, standing, terms)
        return [one for one in (first, fresh) if one]
    if first.case.closed:
        return [first]
    return _gone_on(first, standing, terms)


def _gone_on(first: Outcome, standing: Standing, terms: Terms) -> list[Outcome]:
    case = first.case
    if case.off or case.under_way:
        return [first.then(shutoffs.charge_disconnecting, terms)]
    if rules.lapsed(case, standing, terms):
        return _noticed_again(first, standing, terms, "The notice is no longer good.")
    following = terms.letter_after(case.letter)
    if following:
        return [first.then(_next_letter, standing, terms)]
    return [first.then(_next_list, standing, terms)]


def _noticed_again(first: Outcome, standing: Standing, terms: Terms, why: str) -> list[Outcome]:
    both = letters.given_again(first.case, standing, terms, why)
    if both is None:
        return [first]
    ended, fresh = both
    return [first.then(lambda _: ended), fresh]


def _next_letter(case: Case, standing: Standing, terms: Terms) -> Outcome:
    letter = terms.letter_after(case.letter)
    assert letter is not None
    against = rules.against_letter(letter, case, standing, terms)
    if case.proposed:
        return letters.left_out(case, terms.day, against) if against else Outcome(case)
    return Outcome(case) if against else letters.reach(case, letter, standing, terms)


def _next_list(case: Case, standing: Standing, terms: Terms) -> Outcome:
    if case.listed_on and case.listed_on < terms.day:
        return shutoffs.delisted(case, "Nobody approved it that day.").then(_next_list, standing, terms)
    if case.listed_on or shutoffs.against_listing(case, standing, terms):
        return Outcome(case)
    return shutoffs.listed(case, standing, terms)


def step_approved(case: Case, standing: Standing, terms: Terms) -> tuple[Outcome, str]:
    """A person approves the proposed step."""
    outcome, against = letters.approved(case, standing, terms)
    return outcome.then(settled, standing, terms), against


def restore_asked(case: Case, free: bool, after_hours: bool, standing: Standing, terms: Terms) -> Outcome:
    """A person has the water turned on, whatever was paid."""
    asked = replace(case, free=case.free or free, after_hours=case.after_hours or after_hours)
    brought = shutoffs.brought_back(asked, terms, "A person asked for it.")
    return brought.then(shutoffs.charge_restoring, standing, terms)


def order_completed(
    case: Case, order_id: UUID, withdrawn: bool, on: date, at: datetime, standing: Standing, terms: Terms
) -> Outcome:
    """The crew did what an order said, on a day and at an instant."""
    order = next(one for one in case.orders if one.id == order_id)
    if order.state == OrderState.COMPLETED:
        return Outcome(case)
    if order.kind == OrderKind.DISCONNECT:
        done = shutoffs.disconnected(case, order_id, withdrawn, on, at)
        return done.then(settled, standing, terms)
    return shutoffs.restored(case, order_id, at).then(_on_again, case, standing, terms)


def _on_again(case: Case, before: Case, standing: Standing, terms: Terms) -> Outcome:
    """With the water on and enough paid, the case ends; after a free restoration it goes on where it stood."""
    shutoff = terms.policy.shutoff
    if case.off or case.under_way or not shutoff:
        return Outcome(case)
    paid = not before.free and rules.enough_to_restore(before, standing, shutoff)
    if paid or rules.cured(case, standing):
        return Outcome(replace(case, closed=terms.day, ended="restored"), (Noted("restored"),))
    return settled(case, standing, terms)


def adopted(case: Case, order: Order) -> Case:
    """An order whose own case is over is answered to the account's open one: nobody stays off for want of a case."""
    return replace(case, orders=(*case.orders, order))


def order_cancelled(
    case: Case, order_id: UUID, cause: CancelCause, reason: str, standing: Standing, terms: Terms
) -> Outcome:
    """Metering will not do an order. One of an earlier day makes room on today's list."""
    after = shutoffs.cancelled(case, order_id, cause, reason).then(settled, standing, terms)
    if after.case.closed or terms.letter_after(after.case.letter) or after.case.letter != Step.SHUTOFF_NOTICE:
        return after
    return after.then(_next_list, standing, terms)
