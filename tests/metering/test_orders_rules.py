"""A work order from request to outcome: what each event makes of it, and that there is one outcome, which is true."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.orders import CancelCause, OrderKind
from services.metering.orders import rules
from services.metering.orders.rules import Cancelled, Completed, Money, NotNow, Order, Outcome, State, Step

TODAY = date(2023, 3, 1)
TOMORROW = TODAY + timedelta(days=1)
KNOWN = Money(paid_through=7)


def order(kind: OrderKind = OrderKind.DISCONNECT, **changes: Any) -> Order:
    cut = kind is OrderKind.DISCONNECT
    usual = Order(kind, TODAY, last_day=TODAY if cut else None, payments_through=7 if cut else None)
    return replace(usual, **changes)


def sent(kind: OrderKind = OrderKind.DISCONNECT, **changes: Any) -> Order:
    return rules.dispatch(order(kind, **changes), KNOWN, TODAY, "North").order


def test_an_order_goes_from_requested_over_assigned_and_dispatched_to_completed() -> None:
    planned = rules.assign(order(), "North").order
    out = rules.dispatch(planned, KNOWN, TODAY, "North").order
    assert (planned.state, out.state, out.crew) == (State.ASSIGNED, State.DISPATCHED, "North")
    assert rules.complete(out).outcome == Completed(withdrawn=False)


def test_an_order_taken_back_before_anybody_was_sent_is_cancelled_at_once() -> None:
    step = rules.withdraw(order(), "paid in full")
    assert step.outcome == Cancelled(CancelCause.WITHDRAWN, "paid in full")


def test_an_order_taken_back_before_it_arrived_is_cancelled_as_it_arrives() -> None:
    assert rules.requested(order(), "paid in full").outcome == Cancelled(CancelCause.WITHDRAWN, "paid in full")


def test_a_disconnection_is_not_dispatched_when_a_payment_came_that_it_does_not_know() -> None:
    step = rules.dispatch(order(), Money(paid_through=8), TODAY, "North")
    assert isinstance(step.outcome, Cancelled)
    assert step.outcome.cause is CancelCause.PAYMENT
    assert "Payment 8" in step.outcome.reason


def test_a_disconnection_is_not_dispatched_while_a_payment_is_on_its_way() -> None:
    step = rules.dispatch(order(), Money(7, pending_until=TODAY), TODAY, "North")
    assert isinstance(step.outcome, Cancelled)
    assert "on its way" in step.outcome.reason


def test_a_pending_payment_that_was_awaited_through_yesterday_holds_nothing() -> None:
    money = Money(7, pending_until=TODAY - timedelta(days=1))
    assert rules.dispatch(order(), money, TODAY, "North").order.state is State.DISPATCHED


def test_a_disconnection_that_names_no_payments_is_not_about_money() -> None:
    step = rules.dispatch(order(payments_through=None), Money(paid_through=9), TODAY, "North")
    assert step.order.state is State.DISPATCHED


@pytest.mark.parametrize("kind", [OrderKind.RESTORE, OrderKind.FINAL_READ, OrderKind.START_READ, OrderKind.REREAD])
def test_a_payment_stops_nothing_but_a_disconnection(kind: OrderKind) -> None:
    assert rules.dispatch(order(kind), Money(99), TODAY, "North").order.state is State.DISPATCHED


def test_a_crew_that_is_out_is_called_back_by_a_payment_and_the_outcome_is_what_the_crew_says() -> None:
    step = rules.paid(sent(), Money(8), TODAY)
    assert (step.order.state, step.outcome) == (State.CALLED_BACK, None)
    with pytest.raises(NotNow, match="Do not do it: Payment 8"):
        rules.complete(step.order)
    left_off = rules.not_done(step.order, "saw the call").outcome
    assert isinstance(left_off, Cancelled)
    assert left_off.cause is CancelCause.PAYMENT
    assert rules.complete(step.order, done_before=True).outcome == Completed(withdrawn=True)


def test_a_crew_that_is_out_is_called_back_when_the_order_is_taken_back() -> None:
    step = rules.withdraw(sent(), "a medical certificate came")
    assert step.order.back == Cancelled(CancelCause.WITHDRAWN, "a medical certificate came")
    assert rules.complete(step.order, done_before=True).outcome == Completed(withdrawn=True)


def test_what_is_completed_stays_completed() -> None:
    done = rules.complete(sent()).order
    assert rules.withdraw(done, "too late") == Step(done)
    assert rules.paid(done, Money(8), TODAY) == Step(done)
    assert rules.day_began(done, TOMORROW) == Step(done)
    with pytest.raises(NotNow, match="completed already"):
        rules.complete(done)


def test_nobody_is_shut_off_without_the_last_look_of_dispatch() -> None:
    with pytest.raises(NotNow, match="not dispatched"):
        rules.complete(order())
    assert rules.complete(order(OrderKind.FINAL_READ)).outcome == Completed(withdrawn=False)


def test_nobody_is_shut_off_before_the_day() -> None:
    with pytest.raises(NotNow, match="nobody is shut off before"):
        rules.dispatch(order(wanted_on=TOMORROW, last_day=TOMORROW), KNOWN, TODAY, "North")


def test_a_disconnection_is_good_for_its_days_only() -> None:
    for one in (order(), sent()):
        outcome = rules.day_began(one, TOMORROW).outcome
        assert isinstance(outcome, Cancelled)
        assert outcome.cause is CancelCause.EXPIRED
    late = rules.dispatch(order(), KNOWN, TOMORROW, "North").outcome
    assert isinstance(late, Cancelled)
    assert late.cause is CancelCause.EXPIRED


def test_other_orders_do_not_expire() -> None:
    assert rules.day_began(sent(OrderKind.RESTORE), TOMORROW).outcome is None


def test_an_order_that_a_crew_was_called_back_from_ends_with_the_day_for_the_reason_it_was_called_back() -> None:
    back = rules.paid(sent(), Money(8), TODAY).order
    assert rules.day_began(back, TODAY).outcome is None
    outcome = rules.day_began(back, TOMORROW).outcome
    assert isinstance(outcome, Cancelled)
    assert outcome.cause is CancelCause.PAYMENT


def test_an_order_that_could_not_be_done_says_why() -> None:
    assert rules.not_done(sent(), "a dog").outcome == Cancelled(CancelCause.NOT_POSSIBLE, "a dog")


class Life:
    """One order in the hands of chance: everything that can happen to it, in any order and any number of times."""

    def __init__(self, kind: OrderKind) -> None:
        self.asked = order(kind)
        self.now: Order | None = None
        self.money, self.today = KNOWN, TODAY
        self.remembered: str | None = None
        self.taken_back = False
        self.outcomes: list[Outcome] = []

    def take(self, step: Step) -> None:
        self.now = step.order
        if step.outcome is not None:
            self.outcomes.append(step.outcome)

    def happens(self, event: str) -> None:
        if event == "requested":
            if self.now is None:
                self.take(rules.requested(self.asked, self.remembered))
        elif event == "payment":
            self.money = replace(self.money, paid_through=self.money.paid_through + 1)
        elif event == "pending":
            self.money = replace(self.money, pending_until=TOMORROW)
        elif event == "failed":
            self.money = replace(self.money, pending_until=None)
        elif event == "withdrawn":
            self.taken_back = self.taken_back or not self.outcomes
            self.remembered = "taken back"
        elif event == "day":
            self.today += timedelta(days=1)
        if self.now is not None and event != "requested":
            self.follows(event, self.now)

    def follows(self, event: str, now: Order) -> None:
        steps = {
            "withdrawn": lambda: rules.withdraw(now, "taken back"),
            "payment": lambda: rules.paid(now, self.money, self.today),
            "pending": lambda: rules.paid(now, self.money, self.today),
            "assign": lambda: rules.assign(now, "North"),
            "dispatch": lambda: rules.dispatch(now, self.money, self.today, "North"),
            "complete": lambda: rules.complete(now),
            "done before": lambda: rules.complete(now, done_before=True),
            "not done": lambda: rules.not_done(now, "a dog"),
            "day": lambda: rules.day_began(now, self.today),
        }
        if event in steps:
            with suppress(NotNow):
                self.take(steps[event]())


EVENTS = (
    "requested", "withdrawn", "payment", "pending", "failed", "assign", "dispatch", "complete", "done before",
    "not done", "day",
)  # fmt: skip


@settings(max_examples=1000)
@given(st.sampled_from(list(OrderKind)), st.lists(st.sampled_from(EVENTS), max_size=14))
def test_in_whatever_order_things_happen_there_is_one_outcome_and_nobody_who_paid_is_cut_off_unflagged(
    kind: OrderKind, events: list[str]
) -> None:
    life = Life(kind)
    for event in events:
        stopped = life.now is not None and rules.why_not_cut(life.now, life.money, life.today) is not None
        taken_back, before = life.taken_back, len(life.outcomes)
        life.happens(event)
        assert len(life.outcomes) <= 1
        if len(life.outcomes) > before and isinstance(life.outcomes[0], Completed):
            assert life.outcomes[0].withdrawn or not taken_back
            assert life.outcomes[0].withdrawn or not stopped


@given(st.sampled_from(list(OrderKind)), st.lists(st.sampled_from(EVENTS), max_size=14))
def test_every_order_that_arrived_can_still_be_brought_to_its_outcome(kind: OrderKind, events: list[str]) -> None:
    life = Life(kind)
    for event in (*events, "requested", "not done"):
        life.happens(event)
    assert len(life.outcomes) == 1
