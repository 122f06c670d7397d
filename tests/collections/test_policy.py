"""What a pack may say of collections, and what it may not."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.collections.holds.api import refused
from services.collections.policy import CollectionsPolicy
from tests.collections.cases import LETTERS, SHUTOFF, policy

DAY = date(2023, 4, 3)


def test_a_pack_with_only_a_reminder_stays_valid_and_a_person_approves_it() -> None:
    one = CollectionsPolicy.model_validate({"reminder": {"after_days": 5, "minimum": 10, "deadline_days": 10}})
    (letter,) = one.letters
    assert (letter.step, letter.approve, one.shutoff) == ("reminder", True, None)


@pytest.mark.parametrize(
    ("section", "word"),
    [
        ({}, "either a `timeline` or"),
        ({"timeline": [LETTERS[1], LETTERS[0]]}, "the order is reminder"),
        ({"timeline": [LETTERS[0], {**LETTERS[1], "after_days": 12}]}, "before the deadline of `reminder`"),
        ({"timeline": [LETTERS[0], SHUTOFF]}, "nobody is shut off without a notice"),
        ({"timeline": [*LETTERS, {**SHUTOFF, "lapse_days": 7}]}, "lapses before its days have passed"),
        ({"timeline": [*LETTERS, {**SHUTOFF, "approve": False}]}, "approve"),
        ({"timeline": [*LETTERS, {**SHUTOFF, "stops": [{"name": "x", "first": "02-30", "last": "03-01"}]}]}, "02-30"),
    ],
)
def test_a_mistake_is_named(section: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        CollectionsPolicy.model_validate(section)


@pytest.mark.parametrize(
    ("kind", "roles", "until", "word"),
    [
        ("medical", {"coordinator"}, date(2023, 7, 1), "30 days at most"),
        ("medical", {"coordinator"}, None, "30 days at most"),
        ("medical", {"clerk"}, date(2023, 4, 20), "takes one of these roles: coordinator"),
        ("bankruptcy", {"coordinator"}, None, "no bankruptcy holds"),
        ("medical", {"coordinator"}, date(2023, 4, 1), "before today"),
        ("medical", {"coordinator"}, date(2023, 4, 20), ""),
    ],
)
def test_the_pack_says_who_may_set_which_hold_and_for_how_long(
    kind: Any, roles: set[str], until: date | None, word: str
) -> None:
    pack = policy(holds={"medical": {"roles": ["coordinator"], "longest_days": 30}})
    answer = refused(pack, kind, frozenset(roles), DAY, until)
    assert word in answer
    assert bool(word) == bool(answer)
