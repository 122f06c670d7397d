"""When a step is due, what speaks against it, and for how long a notice is good."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.delinquency import Step
from services.collections.timeline import letters, machine, rules
from services.collections.timeline.effects import Charged, Told
from services.collections.timeline.served import Delivery, served_on
from services.collections.timeline.standing import Hold, Paid, Standing
from services.collections.timeline.terms import StopSet
from tests.collections.cases import (
    ACCOUNT,
    DUE,
    ITEM,
    LATER_ITEM,
    OPEN_DAY,
    SERVED,
    case,
    item,
    standing,
    terms,
)

NO_ITEMS = {"items": (), "past_due": Decimal("0.00")}
REMINDED = {"letter": Step.REMINDER, "taken_on": date(2023, 3, 6), "deadline": date(2023, 3, 16), "notice": None}


def against_reminder(stands: Standing, day: date) -> str:
    under = terms(day)
    letter = under.letter(Step.REMINDER)
    assert letter
    return rules.against_letter(letter, None, stands, under)


def test_a_step_is_taken_once_its_days_have_passed_and_rolls_to_a_working_day() -> None:
    assert "due on 2023-03-06" in against_reminder(standing(), date(2023, 3, 3))
    assert (
        against_reminder(standing(item(due=date(2023, 2, 27))), date(2023, 3, 4))
        == "The office is closed on 2023-03-04."
    )
    assert against_reminder(standing(), date(2023, 3, 6)) == ""


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        (NO_ITEMS, "Nothing is past due"),
        ({"past_due": Decimal("9.99")}, "less than 10.00"),
        ({"last_payment_seq": 4}, "not in the balance yet"),
        ({"pending_until": date(2023, 3, 9)}, "on its way, expected by 2023-03-09"),
        ({"holds": (Hold("medical", "pat", date(2023, 4, 1)),)}, "hold: medical until 2023-04-01"),
        ({"covered": {ITEM}}, "arrangement is being kept"),
    ],
)
def test_what_speaks_against_a_step_is_said(changes: dict[str, object], word: str) -> None:
    assert word in against_reminder(standing(**changes), date(2023, 3, 6))


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 400))
def test_nobody_whose_payment_is_on_its_way_is_ever_pursued(through: int, last: int, days: int) -> None:
    one = standing(payments_through=through, last_payment_seq=last)
    if against_reminder(one, DUE + timedelta(days)) == "":
        assert last <= through


def test_a_dispute_of_one_item_leaves_the_others_pursued() -> None:
    disputed = Hold("dispute", "pat", None, frozenset({ITEM}))
    stands = standing(item(), item("30.00", number=LATER_ITEM), holds=(disputed,))
    assert stands.pursued_amount == Decimal("30.00")


def test_one_step_is_taken_a_day_and_each_waits_out_the_deadline_of_the_one_before() -> None:
    under = terms(date(2023, 3, 30))
    hanger = under.letter(Step.DOOR_HANGER)
    assert hanger
    late = case(**{**REMINDED, "taken_on": date(2023, 3, 29), "deadline": date(2023, 4, 10)})
    assert rules.due_on(hanger, late, standing(), under) == date(2023, 4, 11)
    assert rules.due_on(hanger, case(**REMINDED), standing(), under) == date(2023, 3, 20)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 12), min_size=40, max_size=60))
def test_catching_up_never_shortens_what_lies_between_two_steps(skips: list[int]) -> None:
    day, now, taken = DUE, None, []
    for skip in skips:
        day += timedelta(skip)
        for outcome in machine.day_passed(ACCOUNT, now, standing(served=None), terms(day)):
            now = outcome.case
            approved, _ = machine.step_approved(now, standing(served=None), terms(day))
            now = approved.case
            told = [one for one in outcome.effects + approved.effects if isinstance(one, Told)]
            taken += [(one.step, day, one.deadline) for one in told]
    assert [step for step, _, _ in taken[:3]] == [Step.REMINDER, Step.DOOR_HANGER, Step.SHUTOFF_NOTICE]
    for (_, earlier, deadline), (_, later, _) in pairwise(taken[:3]):
        assert later > deadline
        assert later > earlier


def test_a_door_hanger_goes_out_without_approval_and_costs_its_fee() -> None:
    (outcome,) = machine.day_passed(ACCOUNT, case(**REMINDED), standing(), terms(date(2023, 3, 20)))
    told, charged = outcome.effects
    assert isinstance(told, Told)
    assert isinstance(charged, Charged)
    assert (told.step, charged.amount) == (Step.DOOR_HANGER, Decimal("10.00"))


def test_a_person_approves_what_still_holds_and_leaves_out_who_paid() -> None:
    under = terms(date(2023, 3, 6))
    opened = letters.opened(ACCOUNT, standing(), under)
    assert opened
    outcome, against = machine.step_approved(opened.case, standing(last_payment_seq=4), under)
    assert "not in the balance yet" in against
    assert outcome.case.closed
    outcome, against = machine.step_approved(opened.case, standing(), under)
    assert (outcome.case.step, against) == (Step.REMINDER, "")


def test_the_days_of_a_notice_are_counted_from_the_day_it_was_served() -> None:
    day: dict[str, Any] = {"notice_days": 5, "after_days": 39}
    assert "may be shut off from 2023-04-17" in rules.against_shutoff(
        case(), standing(served=date(2023, 4, 10)), terms(date(2023, 4, 13), **day)
    )
    assert rules.against_shutoff(case(), standing(served=date(2023, 4, 10)), terms(OPEN_DAY, **day)) == ""
    assert "not served yet" in rules.against_shutoff(case(), standing(served=None), terms())


def test_calendar_days_of_a_notice_roll_to_a_working_day() -> None:
    under = terms(notice_days=5, notice_days_are="calendar")
    shutoff = under.policy.shutoff
    assert shutoff
    assert under.notice_over(date(2023, 4, 10), shutoff) == OPEN_DAY


def test_a_notice_names_its_first_day_after_its_own_deadline() -> None:
    under = terms(SERVED)
    letter, shutoff = under.letter(Step.SHUTOFF_NOTICE), under.policy.shutoff
    assert letter
    assert shutoff
    assert under.deadline(letter) == date(2023, 4, 13)
    assert under.earliest_shutoff(letter, shutoff) == date(2023, 4, 14)


def test_nobody_is_shut_off_for_what_the_notice_did_not_name() -> None:
    fresh = standing(item("90.00", number=LATER_ITEM), item("20.00"))
    assert "20.00 is left of what the notice named" in rules.against_shutoff(case(), fresh, terms())


def test_nobody_is_shut_off_who_paid_what_the_notice_asked_wherever_billing_put_it() -> None:
    stands = standing(payments=(Paid(4, Decimal("80.00"), date(2023, 4, 12)),), payments_through=4, last_payment_seq=4)
    assert rules.against_shutoff(case(), stands, terms()) == "What the notice asked for was paid."


@pytest.mark.parametrize(
    ("day", "word"),
    [
        (date(2023, 4, 15), "closed on 2023-04-15"),
        (date(2023, 4, 14), "on the day after 2023-04-14"),
        (date(2023, 4, 18), "on the day after 2023-04-18"),
        (date(2023, 4, 20), "No water is shut off from 04-20 to 04-21: heat"),
        (date(2023, 4, 24), "sam stopped shutoffs from 2023-04-24 to 2023-04-24: cold snap, frost tonight"),
    ],
)
def test_no_water_is_shut_off_before_closed_days_nor_in_a_stop(day: date, word: str) -> None:
    stops = [{"name": "heat", "first": "04-20", "last": "04-21"}]
    under = terms(day, holidays=(date(2023, 4, 19),), stops=stops)
    snap = StopSet("cold snap", date(2023, 4, 24), date(2023, 4, 24), "frost tonight", "sam")
    assert word in rules.against_shutoff(case(), standing(), replace(under, stops=(snap,)))


def test_a_span_may_run_over_new_year() -> None:
    under = terms(date(2024, 1, 3), stops=[{"name": "winter", "first": "12-15", "last": "01-15"}])
    shutoff = under.policy.shutoff
    assert shutoff
    assert "winter" in under.no_shutoff_today(shutoff)


def test_a_notice_that_lapsed_is_given_again_as_a_new_case() -> None:
    late = SERVED + timedelta(32)
    ended, fresh = machine.day_passed(ACCOUNT, case(), standing(), terms(late))
    assert (ended.case.ended, ended.case.closed) == ("lapsed", late)
    assert (fresh.case.proposed, fresh.case.id != ended.case.id) == (Step.SHUTOFF_NOTICE, True)


def test_the_days_an_arrangement_was_kept_do_not_age_a_notice() -> None:
    broken = SERVED + timedelta(60)
    assert not rules.lapsed(case(), standing(resumed_on=broken), terms(broken + timedelta(2)))
    assert rules.lapsed(case(), standing(resumed_on=broken), terms(broken + timedelta(31)))


def test_a_case_goes_on_while_billing_sets_aside_what_it_is_about() -> None:
    away = standing(sheltered=True, set_aside=Decimal("80.00"), **NO_ITEMS)
    assert not rules.cured(case(), away)
    assert rules.cured(case(), replace(away, set_aside=Decimal("0.00")))


def test_served_is_who_is_responsible_and_a_bounce_is_no_service_whenever_it_is_heard_of() -> None:
    person, other, notice = UUID(int=7), UUID(int=8), UUID(int=9)
    email = Delivery(notice, "email", person, SERVED, failed=False)
    paper = Delivery(notice, "paper", person, OPEN_DAY, failed=False)
    assert served_on([email, paper], person) == SERVED
    assert served_on([replace(email, failed=True), paper], person) == OPEN_DAY
    assert served_on([replace(email, failed=True)], person) is None
    assert served_on([email], other) is None
    assert served_on([email], None) is None
