"""What will be killed follows from the seed, and is never only what is easy."""

from random import Random

import pytest

from tests.faults.storm import DECKS, KAFKA, POSTGRES, plan_kills


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kills", [2, 7, 20, 41])
def test_a_plan_has_as_many_kills_as_asked_for_kafka_and_postgresql_among_them(seed: int, kills: int) -> None:
    plan = plan_kills(Random(seed), kills)
    victims = [one for part in plan.values() for one in part]
    assert len(victims) == kills
    assert {KAFKA, POSTGRES} <= set(victims)


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert plan_kills(Random(1), 20) == plan_kills(Random(1), 20)
    assert plan_kills(Random(1), 20) != plan_kills(Random(2), 20)


def test_in_every_part_only_those_are_killed_that_have_to_do_with_it() -> None:
    plan = plan_kills(Random(3), 200)
    assert {part: set(victims) for part, victims in plan.items()} == {part: set(deck) for part, deck in DECKS.items()}
