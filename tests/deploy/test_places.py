"""Where Kafka and PostgreSQL are looked for, in which order."""

from collections.abc import Callable, Mapping

import pytest

from deploy.local.places import decide

KAFKA = {"CURBSTOP_KAFKA_SERVERS": "kafka.town.example:9092"}
POSTGRES = {"CURBSTOP_POSTGRES_URL": "postgresql://town@db.town.example/postgres"}


def engine(answers: bool) -> Callable[[], bool]:
    return lambda: answers


def never_asked() -> bool:
    raise AssertionError("Docker was asked though the environment names both")


def test_the_environment_wins_and_docker_is_not_even_asked() -> None:
    assert decide({**KAFKA, **POSTGRES}, never_asked) == ("environment", "environment")


def test_docker_comes_next_when_its_engine_answers() -> None:
    assert decide({}, engine(True)) == ("docker", "docker")


def test_without_either_the_embedded_programs_run() -> None:
    assert decide({}, engine(False)) == ("embedded", "embedded")


@pytest.mark.parametrize("word", ["no", "0", "False"])
def test_docker_can_be_left_out(word: str) -> None:
    assert decide({"CURBSTOP_DOCKER": word}, never_asked) == ("embedded", "embedded")


@pytest.mark.parametrize(
    ("named", "expected"), [(KAFKA, ("environment", "embedded")), (POSTGRES, ("embedded", "environment"))]
)
def test_kafka_and_postgresql_are_decided_each_by_itself(named: Mapping[str, str], expected: tuple[str, str]) -> None:
    assert decide(named, engine(False)) == expected


def test_an_empty_address_is_none() -> None:
    assert decide({"CURBSTOP_KAFKA_SERVERS": "", "CURBSTOP_POSTGRES_URL": ""}, engine(False))[0] == "embedded"
