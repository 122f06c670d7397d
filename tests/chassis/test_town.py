"""A pack posted to a service can't end it."""

import pytest

from chassis.located_yaml import read
from chassis.town import check_identity
from chassis.townpack import Bundle


@pytest.mark.parametrize("bomb", ["[" * 100_000, "a: {" * 50_000, "- " * 50_000])
def test_yaml_that_nests_without_end_is_a_mistake_with_its_line(bomb: str) -> None:
    located = read(bomb, "town.yaml")
    assert located.mistakes
    assert check_identity(Bundle({"town.yaml": bomb.encode()}))


def test_ordinary_yaml_is_read_as_it_stands() -> None:
    assert read("a: true\nb:\nc: 5\nd: '5'\n", "x.yaml").value == {"a": True, "b": None, "c": 5, "d": "5"}
