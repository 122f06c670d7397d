"""The `metering` section of a town's pack: mistakes are told with their line."""

from pathlib import Path

import pytest

from chassis.townpack import Bundle, Mistake
from services.metering.policy import TOWN

TOWNS = Path(__file__).parents[2] / "deploy" / "towns"
WINDSOR = (TOWNS / "windsor-co" / "town.yaml").read_text()


def mistakes_in(text: str) -> list[Mistake]:
    return TOWN.check(Bundle({"town.yaml": text.encode()}))


def test_windsors_section_holds() -> None:
    assert mistakes_in(WINDSOR) == []


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("format: neptune-v4", "format: sensus", "`format` is 'sensus'."),
        ("company: WIND", "company: WINDSOR", "`company` is 'WINDSOR'."),
        ("high_factor: 2.5", "high_factor: 1", "`high_factor` is '1'."),
        ("high_factor: 2.5", "high_factr: 2.5", "`high_factor` is missing."),
        ("low_factor: 0.2", "low_factor: 1.2", "`low_factor` is '1.2'."),
        ("rollover_share: 0.1", "rollover_share: 0", "`rollover_share` is '0'."),
        ("[missing, high", "[mising, high", "is 'mising'."),
        ("estimates_in_a_row: 3", "estimates_in_a_row: many", "`estimates_in_a_row` is 'many'."),
        ("told: [high, leak]", "told: [low]", "is 'low'."),
        ("key: windsor-co", "key: Windsor CO", "`key` is 'Windsor CO'."),
    ],
)
def test_a_mistake_is_told_with_its_line(was: str, now: str, told: str) -> None:
    assert was in WINDSOR
    mistakes = mistakes_in(WINDSOR.replace(was, now))
    assert any(told in mistake.message for mistake in mistakes), mistakes
    assert all(mistake.line > 1 for mistake in mistakes)


def test_a_pack_without_a_metering_section_is_refused() -> None:
    (mistake,) = mistakes_in("town: {key: windsor-co, name: Town of Windsor, state: CO, time_zone: America/Denver}\n")
    assert mistake.message == "`metering` is missing."


def test_a_pack_without_a_town_file_is_refused() -> None:
    (mistake,) = TOWN.check(Bundle({}))
    assert mistake.message == "The pack has no town.yaml."
