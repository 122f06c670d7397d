"""Settled is what all services say twice running."""

from collections.abc import Collection, Iterator
from typing import Any

import pytest

from deploy.local.settling import Look, busy, wait_settled
from deploy.local.trouble import TroubleError

DONE: dict[str, Any] = {"settled": True}
UNSENT: dict[str, Any] = {
    "settled": False,
    "unsent": 3,
    "chunks_to_do": 0,
    "unhandled": {"ReadPosted": 2, "BillIssued": 0},
}


def looks(*given: Look) -> Iterator[Look]:
    """One look after the other; the last for ever."""
    yield from given
    while True:
        yield given[-1]


def wait(*given: Look, patience: float = 10) -> int:
    """How many looks it takes, each a second after the last."""
    return len(asked(*given, patience=patience))


def asked(*given: Look, patience: float = 10) -> list[set[str]]:
    """Who is asked in each look, of those that the first of them shows."""
    seen, seconds, who = looks(*given), iter(range(1000)), list[set[str]]()

    def look(names: Collection[str]) -> Look:
        who.append(set(names))
        now = next(seen)
        return {name: now[name] for name in names}

    assert wait_settled(list(given[0]), look, lambda: None, lambda: float(next(seconds)), patience) == len(who)
    return who


def test_what_is_left_to_do_is_told_by_service() -> None:
    assert busy({"billing": UNSENT, "payments": DONE}) == {"billing": "3 unsent, 2 of ReadPosted"}


def test_a_service_that_does_not_answer_is_busy() -> None:
    assert busy({"billing": {"error": "starting"}}) == {"billing": "starting"}


def test_one_quiet_look_is_not_enough() -> None:
    assert wait({"billing": DONE}) == 2


def test_news_between_two_looks_begins_the_count_again() -> None:
    quiet, busy_again = {"billing": DONE}, {"billing": UNSENT}
    assert wait(quiet, busy_again, quiet, quiet, quiet) == 5


def test_whoever_is_busy_is_asked_alone_until_done_and_then_everybody_twice() -> None:
    half, quiet = {"billing": UNSENT, "payments": DONE}, {"billing": DONE, "payments": DONE}
    both = {"billing", "payments"}
    assert asked(half, half, quiet) == [both, {"billing"}, {"billing"}, both, both]


def test_work_that_goes_on_is_waited_for_however_long_it_takes() -> None:
    moving = [{"billing": UNSENT | {"unsent": left}} for left in range(50, 0, -1)]
    assert wait(*moving, {"billing": DONE}) == 53


def test_work_that_stands_still_is_told_of() -> None:
    with pytest.raises(TroubleError, match="billing: 3 unsent, 2 of ReadPosted"):
        wait({"billing": UNSENT})
