"""The trial in short: a small town's month and a few days with a few kills. `make faults` is the long one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.books import Books, Row
from tests.faults.days_books import ALL
from tests.faults.told import Sayings
from tests.faults.trial import Month, Report, compared, laws_of, trial

SEED, ACCOUNTS, KILLS, DAYS = 7, 40, 8, 4

pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def report() -> Iterator[Report]:
    # Not in pytest's own folder: every pytest that starts closes that to the user PostgreSQL runs as.
    with TemporaryDirectory(prefix="curbstop-tests-") as folder:
        yield trial(Path(folder), SEED, ACCOUNTS, KILLS, DAYS)


@pytest.fixture(scope="module")
def peace(report: Report) -> Month:
    return report.months["peace"]


def test_whatever_is_killed_the_books_come_out_the_same(report: Report) -> None:
    assert sum(report.killed.values()) == KILLS
    assert report.wrong == []


def test_there_was_something_to_compare(report: Report) -> None:
    assert report.counts["bills"] > ACCOUNTS / 2
    assert report.counts["payments"] > ACCOUNTS / 4
    assert report.counts["mails in peace"] > 0
    assert report.counts["final bills"] == report.counts["refunds paid"] == report.counts["payments returned"] == 1
    told = {
        part: found.compared for part, found in report.findings.items() if part != "the story"
    }  # too few days for one
    assert all(told.values())


@pytest.mark.parametrize("section", [one.name for one in ALL])
def test_a_row_that_went_missing_or_came_out_of_nowhere_is_told(peace: Month, section: str) -> None:
    rows, wanted = peace.books.sections[section], "missing"
    if rows:
        doctored = rows - Counter([next(iter(rows))])
    else:
        doctored, wanted = Counter([("out of nowhere",)]), "too much"
    (told,) = compared(peace, with_section(peace, section, doctored)).wrong
    assert told.startswith(f"{section}: {wanted} 1 x")


def test_a_transfer_that_was_posted_twice_is_told(peace: Month) -> None:
    rows = peace.books.sections["transfers"]
    (told,) = compared(peace, with_section(peace, "transfers", rows + Counter([next(iter(rows))]))).wrong
    assert told.startswith("transfers: too much 1 x")


def test_a_dead_letter_that_peace_did_not_know_is_told(peace: Month) -> None:
    letters: Counter[Row] = Counter([("ReadPosted", "{}", "The handler failed.")])
    (told,) = compared(peace, with_section(peace, "dead letters of billing", letters)).wrong
    assert told.startswith("dead letters of billing: too much 1 x")


def test_a_mail_that_was_not_sent_is_told(peace: Month) -> None:
    mails = dict(list(peace.told.mails.items())[1:])
    (told,) = compared(peace, replace(peace, told=replace(peace.told, mails=mails))).wrong
    assert told.startswith("mails: missing 1 x")


def test_a_mail_that_was_sent_in_two_ways_is_told(peace: Month) -> None:
    doctored = replace(peace, told=replace(peace.told, mails=said_in_two_ways(peace.told.mails)))
    (told,) = laws_of(doctored).wrong
    assert told.endswith("was sent with 2 different contents.")


def test_a_message_that_says_something_else_the_second_time_is_told(peace: Month) -> None:
    doctored = replace(peace, told=replace(peace.told, facts=said_in_two_ways(peace.told.facts)))
    (told,) = laws_of(doctored).wrong
    assert told.endswith("was sent with 2 different contents.")


def test_a_certificate_that_does_not_hold_is_told(peace: Month) -> None:
    certificates = peace.lived.certificates | {"1": {"holds": False, "faults": ["one account is missing"]}}
    (told,) = laws_of(replace(peace, lived=replace(peace.lived, certificates=certificates))).wrong
    assert "cycle 1 does not hold" in told


def test_a_gap_in_the_numbers_of_payments_is_told(peace: Month) -> None:
    verdict = peace.lived.verdict | {"gaps": {"billing": Counter([("an account", "1", "2", "2")])}}
    (told,) = laws_of(replace(peace, lived=replace(peace.lived, verdict=verdict))).wrong
    assert "not numbered without a gap in billing" in told


def with_section(month: Month, section: str, rows: Counter[Row]) -> Month:
    """A month whose books were tampered with in one section."""
    return replace(month, books=Books({**month.books.sections, section: rows}))


def said_in_two_ways(sayings: Sayings) -> Sayings:
    """The first of these sayings also in other words."""
    first = next(iter(sayings))
    return {**sayings, first: sayings[first] | {"something else"}}
