"""However moves follow each other at a house: nobody is served twice, and no two are served at once."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.moves.rules import (
    Service,
    Span,
    ending,
    finals,
    misdated,
    starting,
    taken_over,
    why_not_cancelled,
    why_not_in,
    why_not_out,
)
from services.accounts.policy import Moves

FIRST = date(2023, 1, 1)
POINT = UUID(int=7)
days = st.integers(0, 60).map(lambda number: FIRST + timedelta(number))


def span(account: int, start: date, end: date | None = None, service: str = "water") -> Span:
    return Span(uuid4(), UUID(int=account), str(account), service, POINT, start, end, {"class": "residential"})


class House:
    """Follows the rules, one move after the other."""

    def __init__(self) -> None:
        self.spans = [span(1, FIRST)]

    def leave(self, ends: date) -> None:
        last = self.spans[-1]
        if not why_not_out(last.number, [last], ends):
            self.spans[-1] = replace(last, end=ends)

    def come(self, starts: date) -> None:
        if not why_not_in(self.spans, starts, None, None):
            self.spans.append(span(len(self.spans) + 1, starts))
            self.spans.sort(key=lambda one: one.start)


@given(st.lists(st.tuples(st.sampled_from(["leave", "come"]), days), max_size=20))
def test_no_two_accounts_have_a_service_of_a_house_on_one_day(moves: list[tuple[str, date]]) -> None:
    house = House()
    for move, day in moves:
        getattr(house, move)(day)
    for one, after in zip(house.spans, house.spans[1:], strict=False):
        assert one.start < (one.end or date.max) <= after.start


@given(days, days)
def test_who_leaves_and_who_comes_in_one_step_never_overlap(ends: date, starts: date) -> None:
    allowed = not why_not_in([span(1, FIRST)], starts, UUID(int=1), ends)
    assert allowed == (max(ends, FIRST) <= starts)


def test_two_services_of_one_meter_are_one_read() -> None:
    both = [span(1, FIRST), span(1, FIRST, service="sewer")]
    assert len(finals(ending(both, date(2023, 2, 1)), date(2023, 2, 1))) == 1
    services = [Service("water", POINT, {}), Service("sewer", POINT, {}), Service("garbage", None, {})]
    assert len(starting(UUID(int=2), services, date(2023, 2, 1), set())) == 1
    assert starting(UUID(int=2), services, date(2023, 2, 1), {POINT}) == []


def test_what_ended_long_before_the_last_customer_left_is_not_taken_over() -> None:
    old = span(1, FIRST, date(2023, 1, 10), "garbage")
    last = span(1, FIRST, date(2023, 2, 1))
    assert taken_over([last, old]) == [Service("water", POINT, {"class": "residential"})]
    assert taken_over([]) == []


@pytest.mark.parametrize(
    ("day", "coordinator", "allowed"),
    [
        (date(2023, 2, 13), False, True),
        (date(2023, 2, 12), False, False),
        (date(2023, 2, 12), True, True),
        (date(2023, 6, 13), False, True),
        (date(2023, 6, 14), True, False),
    ],
)
def test_a_move_is_dated_within_the_packs_limits(day: date, coordinator: bool, allowed: bool) -> None:
    policy = Moves(back_days=30, ahead_days=90)
    assert (misdated(policy, day, date(2023, 3, 15), coordinator=coordinator) == "") == allowed


@pytest.mark.parametrize(
    ("first_day", "reads", "allowed"),
    [
        (date(2023, 3, 16), ["read"], True),
        (date(2023, 3, 15), ["awaited"], True),
        (date(2023, 3, 15), ["read", "not_read"], True),
        (date(2023, 3, 15), ["read"], False),
        (date(2023, 3, 15), [], False),
    ],
)
def test_a_move_is_taken_back_while_nothing_of_it_can_be_billed(
    first_day: date, reads: list[str], allowed: bool
) -> None:
    assert (why_not_cancelled("open", first_day, reads, date(2023, 3, 15)) == "") == allowed
