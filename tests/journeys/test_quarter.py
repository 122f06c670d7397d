"""A quarter from end to end: six services, their topics, their books, on a real Kafka and PostgreSQL.

The same quarter that `make demo` lives, in a smaller town. It has a Kafka and a PostgreSQL of its own, because the
vendor's example names its topics as a town does, without a prefix.
"""

import asyncio
import csv
import email
import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from email import policy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from rich.console import Console

from contracts.billing import BillIssued
from contracts.metering import ReadKind
from contracts.payments import Outcome, PaymentOutcome
from deploy.local.demo.account import account, as_markdown
from deploy.local.demo.books import Books
from deploy.local.demo.diary import Diary
from deploy.local.demo.living import DAYS, STORY
from deploy.local.demo.month import Month
from deploy.local.demo.office import RUTH, Office
from deploy.local.demo.running import live_month, suite_of
from deploy.local.demo.taking import VENDOR
from deploy.local.demo.town.schedule import ENDS
from deploy.local.news import silent
from deploy.local.supervisor import REPOSITORY, Suite

pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]
ACCOUNTS = 60


@dataclass(frozen=True)
class Lived:
    """A quarter that is over, with the suite still running."""

    suite: Suite
    month: Month
    books: Books
    samples: list[str]
    out: Path

    def bill(self, name: str) -> BillIssued:
        """The bill that is kept under a name."""
        number = next(one for one in self.samples if one.startswith(name)).removeprefix(f"{name}-").removesuffix(".pdf")
        with Office(self.suite) as office:
            whole = office.get(RUTH, "billing", f"/bills/{number}")["bill"]
            return BillIssued.model_validate_json(json.dumps(whole))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    out = tmp_path_factory.mktemp("out")
    diary = Diary(out, Console(file=io.StringIO()), DAYS)
    # Not in pytest's own folder: every pytest that starts closes that to the user PostgreSQL runs as.
    with TemporaryDirectory(prefix="curbstop-tests-") as data, suite_of(Path(data), silent, "embedded") as suite:
        yield Lived(suite, *live_month(3, ACCOUNTS, suite, diary), out)


def test_everything_agrees_at_the_end(lived: Lived) -> None:
    assert lived.month.diary.broken == []


def test_bad_rows_are_told_with_line_and_reason_and_the_rest_is_imported_when_told_to(lived: Lived) -> None:
    people = next(one for one in lived.month.imported if one.file.bad)
    assert people.refused_first == "Nothing of people was imported: 3 rows are bad."
    assert [one["line"] for one in people.report["refused"]] == list(people.file.bad)
    assert all(one["reason"] for one in people.report["refused"])
    assert people.report["imported"] == people.file.rows - 3
    assert lived.month.incomplete == 3


def test_every_finding_of_the_review_comes_up_and_is_decided(lived: Lived) -> None:
    for one in lived.month.readings[:4]:  # nothing odd happens twice at a meter, and the town is small
        assert one.findings.keys() | {"rollover"} == {"missing", "high", "low", "zero", "negative", "rollover", "leak"}
        assert {"accept clean", "accept", "reread"} <= one.decisions.keys()
        assert one.files.keys() == {"neptune-v4", "csv"}
    assert all("rollover" in one.findings for one in lived.month.readings[:4])


def test_nobody_is_forgotten(lived: Lived) -> None:
    assert [one.which.cycle for one in lived.month.runs] == ["1", "2", "3", "4"] * 3
    for one in lived.month.runs:
        counts = one.certificate["accounts"]
        assert (one.certificate["holds"], one.run["state"], counts["expected"]) == (True, "closed", ACCOUNTS // 4)
        assert counts["billed"] + counts["held"] == counts["expected"]


def test_everything_that_can_befall_an_account_did(lived: Lived) -> None:
    assert set(STORY) <= lived.month.story.keys()


def test_whoever_was_shut_off_has_water_again(lived: Lived) -> None:
    with Office(lived.suite) as office:
        off = office.get(RUTH, "collections", "/off")
    assert {one["account_number"] for one in off} == lived.month.off.keys()
    assert len(lived.month.story["restore"]) + len(off) == len(lived.month.story["disconnect"])


def test_who_moved_has_a_final_bill_and_the_rest_of_the_deposit(lived: Lived) -> None:
    (account,) = lived.month.moved
    with Office(lived.suite) as office:
        bills = office.get(RUTH, "billing", "/bills", account=account)
        final = office.get(RUTH, "billing", f"/bills/{bills[0]['number']}")["bill"]
        (refund,) = office.get(RUTH, "payments", "/refunds", state="paid")
    assert (final["kind"], refund["account_number"]) == ("final", account)
    assert Decimal(final["refund"]) == Decimal(refund["amount"]) > 0


def test_only_those_for_whom_the_town_published_no_rate_are_held_and_each_is_told_why(lived: Lived) -> None:
    commercial = {one.account for one in lived.month.homes if one.commercial}
    held = [hold for one in lived.month.runs for hold in one.holds]
    assert {one["account"] for one in held} == commercial
    assert all(one["hold_reason"] for one in held)


def test_reads_of_january_are_billed_at_the_rates_of_2022_and_those_of_february_at_the_new_ones(lived: Lived) -> None:
    home = next(one for one in reversed(lived.month.homes) if one.cycle == "1" and not one.commercial)
    with Office(lived.suite) as office:
        bills = office.get(RUTH, "billing", "/bills", account=home.account)
        lines = [office.get(RUTH, "billing", f"/bills/{one['number']}")["bill"]["lines"] for one in bills]
    rates = [
        Decimal(next(line["rate"] for line in bill if line["service"] == "water" and line["quantity"]))
        for bill in lines
    ]
    assert (bills[-2]["period_end"], bills[-1]["period_end"]) == ("2023-02-28", "2023-01-31")
    assert rates[-2:] == [Decimal("6.07"), Decimal("5.57")]


def test_a_bill_after_a_payment_shows_it(lived: Lived) -> None:
    bill = lived.bill("second-bill-after-payment")
    assert bill.payments > 0
    assert bill.amount_due == bill.previous_balance - bill.payments + bill.adjustments + bill.current_charges


def test_bills_to_look_at_show_what_they_are_kept_for(lived: Lived) -> None:
    assert {name.rpartition("-2023")[0] for name in lived.samples} >= {
        "ordinary", "in-spanish", "second-bill-after-payment", "past-due", "estimated",
    }  # fmt: skip
    assert lived.bill("past-due").past_due > 0
    assert any(one.kind == ReadKind.ESTIMATED for one in lived.bill("estimated").reads)


def test_the_trial_balance_is_zero_in_every_fund_and_receivables_are_the_sum_of_balances(lived: Lived) -> None:
    assert [fund["fund"] for fund in lived.books.trial_balance["funds"]] == ["501", "502", "503", "504"]
    assert {Decimal(fund["difference"]) for fund in lived.books.trial_balance["funds"]} == {Decimal(0)}
    owed = Decimal(lived.books.receivables["customer_balances"])
    assert owed == lived.books.balances_expected == Decimal(lived.books.verdict["customer_balances"])


def test_every_account_owes_what_its_own_balance_says(lived: Lived) -> None:
    with Office(lived.suite) as office:
        balances = [office.get(RUTH, "billing", f"/accounts/{one.account}/balance") for one in lived.month.homes]
    assert sum(Decimal(one["owed"]) for one in balances) == lived.books.balances_expected


def test_the_vendor_is_told_of_each_message_what_became_of_it(lived: Lived) -> None:
    told = Counter(outcome for _, _, outcome, _ in lived.month.money.sent)
    assert told == Counter(str(one.expected) for _, one, _, _ in lived.month.money.sent)
    assert {str(one) for one in Outcome} == told.keys()
    assert all(reason for _, _, _, reason in lived.month.money.sent)


def test_good_money_posts_once_and_money_without_an_account_is_kept(lived: Lived) -> None:
    count, _ = lived.month.money.posted
    assert lived.books.verdict["payments"] == count
    assert [one["account_number"] for one in lived.books.suspense] == ["990002"]


def test_what_could_not_be_used_is_kept_by_payments_with_its_reason(lived: Lived) -> None:
    kept = {service: len(letters) for service, letters in lived.books.dead_letters.items() if letters}
    assert kept == {"payments": 8}


def test_each_e_bill_is_in_the_mailbox_once_with_its_pdf(lived: Lived) -> None:
    mails = [
        email.message_from_bytes(one.read_bytes(), policy=policy.default)
        for one in lived.suite.mail_folder.glob("*.eml")
    ]
    assert len({one["Message-ID"] for one in mails}) == len(mails)
    with_pdf = [one for one in mails if "application/pdf" in {part.get_content_type() for part in one.walk()}]
    ebills = {one.account for one in lived.month.homes if one.ebill}
    issued = sum(number in ebills for one in lived.month.runs for number in one.amounts_due)
    assert len(with_pdf) >= issued > 0


def test_the_mailing_house_has_every_other_bill(lived: Lived) -> None:
    pieces = [row["account"] for file in (lived.out / "print").glob("*-bill-*.csv") for row in _rows(file)]
    on_paper = {one.account for one in lived.month.homes if not one.ebill}
    issued = [number for one in lived.month.runs for number in one.amounts_due if number in on_paper]
    final = [number for number in lived.month.moved if number in on_paper]
    assert Counter(pieces) == Counter(issued + final)


def _rows(file: Path) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


UNHEARD = {
    "BillCancelled", "NoticeFailed", "PaymentPending", "PaymentFailed", "RefundCancelled", "ServiceOrderWithdrawn",
    "ServiceOrderCancelled",
}  # fmt: skip
"""What need not happen in a quarter of so small a town."""


def test_every_topic_has_carried_messages(lived: Lived) -> None:
    silent_ones = {name for name, count in lived.books.topics.items() if not count}
    assert silent_ones <= UNHEARD
    billed = sum(len(one.amounts_due) for one in lived.month.runs)
    assert lived.books.topics["BillIssued"] == billed + lived.books.moved.finals


def test_the_account_tells_it(lived: Lived) -> None:
    text = as_markdown("A quarter", account(lived.month, lived.books, lived.samples), lived.month.diary.broken)
    for title in ("Conversion", "Meters read", "Bills", "Money taken", "Books", "Messages by topic", "Time taken"):
        assert f"## {title}" in text
    assert "Not as it must be" not in text


async def test_the_example_of_the_integrating_page_is_answered_by_this_very_town(lived: Lived) -> None:
    number = next(one.account for one in lived.month.homes if not one.commercial)
    own = {name: value for name, value in os.environ.items() if not name.startswith("CURBSTOP_")}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, str(REPOSITORY / "docs" / "examples" / "vendor.py"), number, "12.34"),
        env=own | lived.suite.vendor(VENDOR).environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await child.communicate()
    assert (child.returncode, err.decode()) == (0, "")
    answer = PaymentOutcome.model_validate_json(out)
    # The example pays at the hour of the machine's clock, and in this town it is still 2023.
    assert (answer.outcome, answer.business_date) == (Outcome.REFUSED, ENDS)
    assert "which has not come yet" in answer.reason
