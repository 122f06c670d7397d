"""What a person may decide about a read, and what becomes of it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metering.policy import Finding, Handhelds, MeteringPolicy
from services.metering.readings.decisions import Circumstances, Decision, NotPossibleError, decided
from services.metering.readings.expected import Expected, Shown, looked_at, looked_at_again
from services.metering.review import Expectation
from services.metering.tables import ReadState
from tests.metering.builders import READ_ON, limits, register

POLICY = MeteringPolicy(handhelds=Handhelds(company="WIND"), review=limits(), estimates_in_a_row=3)
UNDER = Circumstances(READ_ON, POLICY)
WHY = "the foreman says so"


def expected(**changes: Any) -> Expected:
    read = Expected(
        id=UUID(int=1),
        service_point="SP-1",
        meter="M1",
        state=ReadState.AWAITED,
        register=register(6, multiplier="1"),
        previous=Decimal(10_000),
        expectation=Expectation(Decimal(4000), Decimal(10_000), Decimal(1000)),
    )
    return replace(read, **changes)


def read_as(value: int, **changes: Any) -> Expected:
    return looked_at(expected(**changes), Shown(Decimal(value), READ_ON), limits())


def test_a_read_that_nothing_is_found_about_is_clean() -> None:
    read = read_as(14_000)
    assert (read.state, read.quantity, read.findings) == (ReadState.CLEAN, Decimal(4000), ())


def test_a_read_with_a_finding_waits_for_a_person() -> None:
    read = read_as(40_000)
    assert (read.state, read.quantity, read.findings) == (ReadState.QUESTIONED, Decimal(30_000), (Finding.HIGH,))


def test_a_second_look_forgets_what_was_found_before() -> None:
    again = looked_at(read_as(40_000), Shown(Decimal(13_000), READ_ON), limits())
    assert (again.state, again.findings, again.quantity) == (ReadState.CLEAN, (), Decimal(3000))


def test_a_read_counted_from_elsewhere_is_reviewed_anew() -> None:
    moved = looked_at_again(replace(read_as(14_000), previous=Decimal(13_500)), limits())
    assert (moved.state, moved.quantity) == (ReadState.QUESTIONED, Decimal(500))


def test_an_accepted_read_keeps_its_reading_and_its_findings() -> None:
    read = decided(Decision.ACCEPT, read_as(40_000), WHY, UNDER)
    assert (read.state, read.value, read.findings, read.why) == (
        ReadState.ACCEPTED,
        Decimal(40_000),
        (Finding.HIGH,),
        WHY,
    )


def test_a_first_read_is_accepted_as_where_usage_begins() -> None:
    read = decided(Decision.ACCEPT, read_as(14_000, previous=None), WHY, UNDER)
    assert (read.state, read.quantity) == (ReadState.ACCEPTED, Decimal(0))


def test_a_register_that_went_over_zero_is_accepted_as_such_however_unlikely() -> None:
    read = decided(Decision.ACCEPT_AS_ROLLOVER, read_as(9_000), WHY, UNDER)
    assert (read.state, read.quantity, read.findings) == (ReadState.ACCEPTED, Decimal(999_000), (Finding.ROLLOVER,))


def test_an_estimate_is_usual_usage_on_the_planned_day() -> None:
    read = decided(Decision.ESTIMATE, expected(), WHY, UNDER)
    assert (read.state, read.read_on) == (ReadState.ACCEPTED, READ_ON)
    assert (read.value, read.quantity) == (Decimal(14_000), Decimal(4000))
    assert (read.kind, read.findings) == ("estimated", (Finding.MISSING,))


def test_an_excused_read_has_no_usage() -> None:
    read = decided(Decision.EXCUSE, read_as(40_000), WHY, UNDER)
    assert (read.state, read.value, read.quantity) == (ReadState.EXCUSED, None, None)


@pytest.mark.parametrize("state", [ReadState.ACCEPTED, ReadState.EXCUSED])
def test_a_decision_is_taken_back_by_reading_again(state: ReadState) -> None:
    assert decided(Decision.REREAD, expected(state=state), WHY, UNDER).state is ReadState.REREAD


@pytest.mark.parametrize(
    ("decision", "read", "told"),
    [
        (Decision.ACCEPT, expected(), "The read of service point SP-1 has no reading to accept; have it reread"),
        (Decision.ACCEPT, read_as(9_000), "The read of service point SP-1 is below the one before it; have it reread"),
        (Decision.ACCEPT_AS_ROLLOVER, read_as(14_000), "The read of service point SP-1 is not below the one before it"),
        (Decision.ACCEPT_AS_ROLLOVER, expected(), "The read of service point SP-1 is not below the one before it"),
        (Decision.ESTIMATE, expected(previous=None), "The read of service point SP-1 has no earlier reading"),
        (Decision.ESTIMATE, expected(estimated_before=3), "The read of service point SP-1 was estimated 3 times in a"),
        (
            Decision.ACCEPT,
            expected(state=ReadState.POSTED),
            "The read of service point SP-1 is posted already; corr",
        ),
        (
            Decision.REREAD,
            expected(state=ReadState.POSTED),
            "The read of service point SP-1 is posted already; corr",
        ),
        (
            Decision.EXCUSE,
            expected(state=ReadState.ACCEPTED),
            "The read of service point SP-1 is accepted already; ha",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(decision: Decision, read: Expected, told: str) -> None:
    with pytest.raises(NotPossibleError) as refused:
        decided(decision, read, WHY, UNDER)
    assert str(refused.value).startswith(told)


@given(
    st.sampled_from(Decision),
    st.one_of(st.none(), st.integers(0, 999_999)),
    st.integers(0, 999_999),
    st.sampled_from([*ReadState]),
)
def test_whatever_is_accepted_has_a_reading_the_register_can_show_and_no_negative_usage(
    decision: Decision, value: int | None, previous: int, state: ReadState
) -> None:
    shown = Shown(None if value is None else Decimal(value), READ_ON)
    read = looked_at(expected(previous=Decimal(previous)), shown, limits())
    try:
        after = decided(decision, replace(read, state=state), WHY, UNDER)
    except NotPossibleError:
        return
    if after.state is ReadState.ACCEPTED:
        assert after.value is not None
        assert after.quantity is not None
        assert after.quantity >= 0
        assert after.register.checked(after.value) == after.value
