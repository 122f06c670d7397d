"""A posted read as billing and the customer hear of it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from contracts.metering import ReadFlag
from services.metering.readings.telling import read_posted, usage_flagged

DAY = date(2023, 3, 2)


def row(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "id": UUID(int=1), "service_point_id": UUID(int=2), "meter_id": UUID(int=3), "meter_number": "M1",
        "register_number": "1", "route": "101", "cycle": "1", "previous_on": date(2023, 2, 1),
        "previous_value": Decimal("100.000"), "previous_kind": "actual", "read_on": date(2023, 3, 1),
        "value": Decimal("250.500"), "kind": "actual", "dials": 6, "unit": "gal", "multiplier": Decimal("10"),
        "quantity": Decimal("1505.0"), "usual": Decimal("400"), "findings": ["high", "leak"], "replaces": None,
    }  # fmt: skip
    return usual | changes


def test_zeros_that_say_nothing_are_left_out() -> None:
    text = read_posted(row(), DAY).model_dump_json()
    assert '"value":"250.5"' in text
    assert '"quantity":"1505"' in text
    assert '"multiplier":"10"' in text


def test_a_first_read_counts_from_itself() -> None:
    event = read_posted(row(previous_value=None, previous_on=None, previous_kind=None, quantity=Decimal(0)), DAY)
    assert event.previous == event.current


def test_only_findings_that_others_know_are_flags() -> None:
    assert read_posted(row(findings=["first", "rollover"]), DAY).flags == (ReadFlag.ROLLOVER,)


def test_the_customer_hears_what_the_town_tells() -> None:
    assert [flag.flag for flag in usage_flagged(row(), ("leak",), DAY)] == [ReadFlag.LEAK]


def test_nobody_is_alarmed_by_a_guess_or_a_second_time_by_a_correction() -> None:
    assert usage_flagged(row(kind="estimated"), ("high", "leak"), DAY) == []
    assert usage_flagged(row(replaces=UUID(int=9)), ("high", "leak"), DAY) == []
