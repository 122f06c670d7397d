"""A long trial in which something of the story did not happen proves nothing, and says so."""

from collections import Counter
from datetime import timedelta

from tests.faults.books import Books, Row
from tests.faults.days import days_after
from tests.faults.story import LONG_ENOUGH, STORY, counts, told_in_full

ORDERS = Counter[Row](
    [("1", "disconnect", "completed"), ("2", "disconnect", "cancelled"), ("3", "restore", "completed")]
)


def town(**sections: Counter[Row]) -> Books:
    empty: dict[str, Counter[Row]] = {section: Counter() for section, _ in STORY.values()}
    return Books(
        empty | {"without water": Counter()} | {name.replace("_", " "): rows for name, rows in sections.items()}
    )


def test_an_order_that_was_cancelled_is_no_shutoff() -> None:
    told = counts(town(work_orders=ORDERS))
    assert (told["shut off"], told["restored"]) == (1, 1)


def test_what_did_not_happen_in_a_long_trial_is_told() -> None:
    wrong = told_in_full(town(work_orders=ORDERS), LONG_ENOUGH).wrong
    assert len(wrong) == len(STORY) - 2
    assert f"There were no refunds paid in {LONG_ENOUGH} days." in wrong


def test_a_short_trial_need_not_see_all_of_it() -> None:
    assert told_in_full(town(), LONG_ENOUGH - 1).wrong == []


def test_somebody_who_is_left_without_water_is_told() -> None:
    last = days_after(LONG_ENOUGH)[-1]
    long_ago, just_now = ("first point", str(last - timedelta(9)), ""), ("second point", str(last), "")
    wrong = told_in_full(town(without_water=Counter[Row]([long_ago, just_now])), LONG_ENOUGH).wrong
    assert "Somebody who paid is without water still: ['first point']." in wrong
