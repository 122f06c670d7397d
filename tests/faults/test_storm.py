"""What will be killed follows from the seed, and is never only what is easy."""

from random import Random

import pytest

from tests.faults.days import days_after, parts_of
from tests.faults.storm import DAY_DECKS, DECKS, KAFKA, POSTGRES, plan_days, plan_kills


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


@pytest.mark.parametrize(("kills", "days"), [(5, 4), (42, 48)])
def test_the_days_after_the_month_have_as_many_kills_as_asked_for_in_their_own_order(kills: int, days: int) -> None:
    plan = plan_days(Random(4), kills, days)
    assert sum(map(len, plan.values())) == kills
    assert list(plan) == [part for day in days_after(days) for part in parts_of(day)]


def test_of_each_part_of_a_day_those_are_killed_that_have_to_do_with_it() -> None:
    killed = {part: set[str]() for part in DAY_DECKS}
    for name, victims in plan_days(Random(5), 400, 48).items():
        killed[name.split()[-1]] |= set(victims)
    assert killed == {part: set(deck) for part, deck in DAY_DECKS.items()}


def test_without_days_nobody_is_killed_in_them() -> None:
    assert plan_days(Random(6), 5, 0) == {}
