"""The list, the order, the crew and the news, in whichever order they come."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from contracts.delinquency import Step
from contracts.orders import CancelCause, OrderKind
from contracts.payments import ChargeKind
from services.collections.timeline import machine, shutoffs
from services.collections.timeline.case import OrderState
from services.collections.timeline.effects import Charged, Listed, Requested, Withdrawn
from services.collections.timeline.outcome import Outcome
from services.collections.timeline.standing import Hold
from tests.collections.cases import ACCOUNT, NOON, OPEN_DAY, case, item, off_case, order, paid, standing, terms

EARLIER, LATER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


def fees(outcome: Outcome) -> list[ChargeKind]:
    return [one.kind for one in outcome.effects if isinstance(one, Charged)]


def asked(outcome: Outcome) -> list[OrderKind]:
    return [one.order.kind for one in outcome.effects if isinstance(one, Requested)]


def test_an_account_is_listed_approved_and_ordered_for_today_only() -> None:
    (listed,) = machine.day_passed(ACCOUNT, case(), standing(), terms())
    assert listed.case.step == Step.SHUTOFF_LISTED
    ordered, against = shutoffs.ordered(listed.case, standing(), terms())
    assert (ordered.case.step, against, asked(ordered)) == (Step.SHUTOFF_ORDERED, "", [OrderKind.DISCONNECT])
    (one,) = ordered.case.orders
    assert (one.asked_on, one.payments_through) == (OPEN_DAY, 3)


def test_who_paid_since_the_list_was_made_is_left_out_at_approval() -> None:
    listed = case(listed_on=OPEN_DAY)
    outcome, against = shutoffs.ordered(listed, standing(last_payment_seq=4), terms())
    assert "not in the balance yet" in against
    assert outcome.case.step == Step.SHUTOFF_NOTICE
    assert asked(outcome) == []


def test_a_list_nobody_approved_is_made_anew_the_next_day() -> None:
    tomorrow = OPEN_DAY + timedelta(1)
    (outcome,) = machine.day_passed(ACCOUNT, case(listed_on=OPEN_DAY), standing(), terms(tomorrow))
    assert [(one.day, one.state) for one in outcome.effects if isinstance(one, Listed)] == [
        (OPEN_DAY, "removed"), (tomorrow, "proposed"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "known",
    [
        standing(last_payment_seq=4),
        standing(payments_through=4),
        standing(pending_until=OPEN_DAY),
        standing(holds=(Hold("medical", "pat"),)),
        standing(served=None),
        standing(points=()),
        paid(),
    ],
)
def test_an_order_is_taken_back_as_soon_as_anything_speaks_against_it(known: object) -> None:
    assert isinstance(known, type(standing()))
    outcome = machine.settled(case(orders=(order(),)), known, terms())
    assert [one.order.id for one in outcome.effects if isinstance(one, Withdrawn)] == [order().id]
    assert outcome.case.closed is None, "while metering has not answered, the crew may be at the valve"


def test_a_case_that_was_paid_ends_when_metering_answers() -> None:
    back = case(orders=(order(OrderState.WITHDRAWN),))
    outcome = machine.order_cancelled(back, order().id, CancelCause.WITHDRAWN, "taken back", paid(), terms())
    assert outcome.case.step == Step.CURED


def test_a_crew_that_did_what_was_taken_back_is_sent_again_at_no_cost() -> None:
    back = case(orders=(order(OrderState.WITHDRAWN),))
    outcome = machine.order_completed(back, order().id, True, OPEN_DAY, NOON, standing(last_payment_seq=4), terms())
    assert (outcome.case.step, asked(outcome), fees(outcome)) == (Step.RESTORE_ORDERED, [OrderKind.RESTORE], [])


def test_an_order_that_was_called_off_and_done_all_the_same_is_undone_at_no_cost() -> None:
    over = case(orders=(order(OrderState.CANCELLED),), closed=OPEN_DAY, ended="cured")
    outcome = machine.order_completed(over, order().id, False, OPEN_DAY, NOON, paid(), terms())
    assert (outcome.case.closed, asked(outcome), fees(outcome)) == (None, [OrderKind.RESTORE], [])


@pytest.mark.parametrize(("said_at", "free"), [(EARLIER, True), (LATER, False)])
def test_a_payment_accepted_before_the_crew_was_done_restores_free_and_one_after_costs(
    said_at: object, free: bool
) -> None:
    outcome = machine.settled(off_case(), paid(), terms(), said_at)  # type: ignore[arg-type]
    assert asked(outcome) == [OrderKind.RESTORE]
    assert fees(outcome) == ([] if free else [ChargeKind.DISCONNECT, ChargeKind.RESTORE])


def test_fees_wait_until_every_payment_that_billing_counted_was_heard_of() -> None:
    ahead = replace(paid(), last_payment_seq=3)
    outcome = machine.settled(off_case(), ahead, terms(), LATER)
    assert (asked(outcome), fees(outcome)) == ([OrderKind.RESTORE], [])
    assert fees(machine.settled(outcome.case, paid(), terms(), EARLIER)) == []
    assert fees(machine.settled(outcome.case, paid(), terms(), LATER)) == [ChargeKind.DISCONNECT, ChargeKind.RESTORE]


def test_the_fee_for_shutting_off_is_charged_the_next_day_and_once() -> None:
    (outcome,) = machine.day_passed(ACCOUNT, off_case(), standing(), terms(OPEN_DAY + timedelta(1)))
    assert fees(outcome) == [ChargeKind.DISCONNECT]
    (again,) = machine.day_passed(ACCOUNT, outcome.case, standing(), terms(OPEN_DAY + timedelta(2)))
    assert fees(again) == []


@pytest.mark.parametrize(
    ("restore", "left", "back"),
    [
        ({"pay": "past_due"}, "5.00", False),
        ({"pay": "share", "share": "0.5"}, "40.00", True),
        ({"pay": "share", "share": "0.5"}, "40.01", False),
        ({"pay": "full"}, "5.00", False),
    ],
)
def test_the_water_comes_back_once_enough_was_paid_by_the_pack(restore: dict[str, str], left: str, back: bool) -> None:
    stands = standing(item(left), payments_through=4, last_payment_seq=4)
    outcome = machine.settled(off_case(), stands, terms(restore=restore), LATER)
    assert bool(asked(outcome)) == back


def test_a_hold_on_everything_brings_the_water_back() -> None:
    stands = standing(holds=(Hold("bankruptcy", "pat"),))
    assert asked(machine.settled(off_case(), stands, terms(), LATER)) == [OrderKind.RESTORE]


def test_money_on_its_way_does_not_yet() -> None:
    assert asked(machine.settled(off_case(), standing(pending_until=OPEN_DAY), terms(), LATER)) == []


def test_a_restoration_metering_could_not_do_is_asked_for_again_the_next_day() -> None:
    out = machine.settled(off_case(), paid(), terms(), LATER).case
    restore = out.restoring[0]
    stuck = machine.order_cancelled(out, restore.id, CancelCause.NOT_POSSIBLE, "dog", paid(), terms())
    assert (stuck.case.step, asked(stuck)) == (Step.SHUT_OFF, [])
    (again,) = machine.day_passed(ACCOUNT, stuck.case, paid(), terms(OPEN_DAY + timedelta(1)))
    assert (again.case.step, asked(again), fees(again)) == (Step.RESTORE_ORDERED, [OrderKind.RESTORE], [])


def test_with_the_water_on_and_paid_the_case_is_restored_and_a_return_resumes_it_without_another_notice() -> None:
    out = machine.settled(off_case(), paid(), terms(), LATER).case
    done = machine.order_completed(out, out.restoring[0].id, False, OPEN_DAY, LATER, paid(), terms()).case
    assert (done.step, done.closed, done.off_since) == (Step.RESTORED, OPEN_DAY, None)
    due_again = standing(payments_through=4, last_payment_seq=4)
    again = machine.returned(done, 4, due_again, terms(OPEN_DAY + timedelta(1)))
    assert (again.case.step, again.case.id) == (Step.SHUTOFF_NOTICE, done.id)


def test_a_return_of_a_payment_from_before_the_case_changes_nothing() -> None:
    over = case(closed=OPEN_DAY, ended="cured")
    assert machine.returned(over, 3, standing(), terms()).case.closed == OPEN_DAY


def test_a_return_waits_for_billing_to_bring_back_what_the_notice_named() -> None:
    over = case(closed=OPEN_DAY, ended="cured")
    marked = machine.returned(over, 4, paid(), terms()).case
    assert (marked.closed, marked.returned) == (OPEN_DAY, True)
    assert machine.settled(marked, standing(payments_through=4, last_payment_seq=4), terms()).case.closed is None


def test_a_person_may_have_the_water_turned_on_and_after_hours_costs_more() -> None:
    under = terms(restore={"fee": "30.00", "after_hours_fee": "50.00"})
    outcome = machine.restore_asked(off_case(), False, True, standing(), under)
    assert fees(outcome) == [ChargeKind.DISCONNECT, ChargeKind.RESTORE, ChargeKind.AFTER_HOURS]
    assert fees(machine.restore_asked(off_case(), True, False, standing(), under)) == []


def test_each_service_point_is_shut_off_and_restored_by_an_order_of_its_own() -> None:
    second = replace(standing().points[0], service_point_id=ACCOUNT)
    stands = standing(points=(*standing().points, second))
    ordered, _ = shutoffs.ordered(case(listed_on=OPEN_DAY), stands, terms())
    first, other = ordered.case.orders
    assert first.id != other.id
    half = machine.order_completed(ordered.case, first.id, False, OPEN_DAY, NOON, stands, terms())
    assert half.case.step == Step.SHUT_OFF
    known = replace(paid(), points=stands.points)
    back = machine.settled(half.case, known, terms(), LATER)
    assert ([one.order.id for one in back.effects if isinstance(one, Withdrawn)], len(asked(back))) == ([other.id], 1)
    assert Decimal(0) <= back.case.off_amount
