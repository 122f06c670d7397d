"""The whole trial: a month and days in peace, the same in a storm, everything told again; and what came of it."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from contracts.topics import SERVICES
from deploy.local import topics
from deploy.local.supervisor import Plan, Suite, running
from tests.faults import books, story, told
from tests.faults.books import Books, Findings, Section, read_books
from tests.faults.consumers import told_again
from tests.faults.days import live_on
from tests.faults.days_books import ALL
from tests.faults.month import VENDOR, During, Lived, Script, in_peace, live
from tests.faults.office import Office
from tests.faults.replay import Elsewhere
from tests.faults.storm import Storm, plan_days, plan_kills
from tests.faults.told import Told
from tests.faults.town import Town

Say = Callable[[str], None]

# A copy that was killed keeps its messages and e-mails to itself for so long: short, so that a trial is.
SETTINGS = {"CURBSTOP_KAFKA_SESSION_SECONDS": "6", "CURBSTOP_MAIL_LEASE_SECONDS": "15"}


SHARE_OF_THE_MONTH = 0.3
"""Of the kills, when there are days after it."""


@dataclass(frozen=True)
class Month:
    """A month that was lived, and days after it, seen from outside when all was settled."""

    lived: Lived
    books: Books
    told: Told


@dataclass
class Report:
    """What a trial came to."""

    seed: int
    accounts: int
    months: dict[str, Month] = field(default_factory=dict)
    findings: dict[str, Findings] = field(default_factory=dict)
    killed: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def wrong(self) -> list[str]:
        """Everything that was not as it must be."""
        return [f"{part}: {sentence}" for part, found in self.findings.items() for sentence in found.wrong]

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Note how long a part took."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[part] = time.monotonic() - began


def trial(folder: Path, seed: int, accounts: int, kills: int, days: int = 0, say: Say = lambda line: None) -> Report:
    """Live a month and so many days in peace, tell everything of the month again, live it in a storm, and compare."""
    report, script = Report(seed, accounts), Script.of(seed, accounts)
    with running(_plan(folder / "peace")) as suite:
        say("In peace ...")
        peace = _in_peace(suite, script, days, report)
    report.findings["in peace"] = laws_of(peace)
    for line in report.wrong:
        say(line)
    with report.timed("in the storm"), running(_plan(folder / "storm")) as suite:
        say(f"In the storm, with {kills} kills ...")
        storm = Storm(suite, _killed_when(seed, kills, days), Random(f"{seed}/storm"))
        with storm.watched(), Office(suite) as office:
            stormy = seen(suite, office, lived_through(suite, office, script, days, storm.during))
    report.months = {"peace": peace, "storm": stormy}
    report.findings["in the storm"] = laws_of(stormy)
    report.findings["storm against peace"] = compared(peace, stormy)
    report.findings["the story"] = story.told_in_full(peace.books, days)
    report.killed = dict(storm.killed)
    report.counts = {
        "killed while at work": storm.in_the_midst,
        "restarts of what ended by itself": storm.came_back,
        "requests asked again": office.asked_again,
        "days": days,
        **_counts(peace, stormy),
    }
    return report


def _in_peace(suite: Suite, script: Script, days: int, report: Report) -> Month:
    """The month, then what it said told again, then the days after it."""
    with Office(suite) as office:
        with report.timed("the month in peace"):
            lived = live(suite, office, script, in_peace)
            office.settle()
        with report.timed("told again"):
            report.findings["told again"] = told_once_more(suite, script, report.seed)
        with report.timed("the days in peace"):
            _with_days(lived, live_on(suite, office, script, days))
        return seen(suite, office, lived)


def _killed_when(seed: int, kills: int, days: int) -> dict[str, list[str]]:
    of_the_month = round(SHARE_OF_THE_MONTH * kills) if days else kills
    month = plan_kills(Random(f"{seed}/plan"), of_the_month)
    return month | plan_days(Random(f"{seed}/days"), kills - of_the_month, days)


def _plan(folder: Path) -> Plan:
    copies = {"billing": 2}
    return Plan(folder, copies=copies, vendors=(VENDOR,), partitions_cap=4, only="embedded", settings=SETTINGS)


def lived_through(suite: Suite, office: Office, script: Script, days: int, during: During) -> Lived:
    """Live the month and the days after it."""
    lived = live(suite, office, script, during)
    _with_days(lived, live_on(suite, office, script, days, during))
    return lived


def _with_days(lived: Lived, town: Town) -> None:
    lived.mailings += town.mailings
    lived.certificates |= town.certificates


def seen(suite: Suite, office: Office, lived: Lived) -> Month:
    """Look at all of it from outside."""
    office.settle()
    found = read_books(suite.database_urls, ALL)
    lived.verdict = _verdict(office, suite, lived.mailings)
    return Month(lived, found, _said(suite))


def _said(suite: Suite) -> Told:
    every = topics.all_topics([VENDOR])
    return asyncio.run(told.all_told(suite.places, suite.plan.prefix, every, suite.mail_folder))


def _verdict(office: Office, suite: Suite, mailings: Iterable[str]) -> dict[str, Any]:
    return {
        "ledger": office.get("billing", "/ledger/verify"),
        "trial balance": office.get("billing", "/ledger/trial-balance"),
        "days": office.get("billing", "/days", limit=400),
        "waiting": {service: office.get(service, "/waiting") for service in SERVICES},
        "gaps": {name: books.rows(suite.database_urls[name], query) for name, query in books.GAPS.items()},
        "print files": _print_files(office, suite.print_folder, mailings),
    }


def _print_files(office: Office, folder: Path, mailings: Iterable[str]) -> dict[str, bool]:
    """Whether the mailing house's files are those that notifications keeps the hash of."""
    files = [one for name in mailings for one in office.get("notifications", f"/mailings/{name}")["files"]]
    return {one["name"]: _sha(folder / f"{one['name']}.pdf") == one["pdf_sha256"] for one in files}


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def laws_of(month: Month) -> Findings:
    """What must be so in any town's books, storm or not."""
    findings, verdict = Findings(), month.lived.verdict
    findings.check(verdict["ledger"]["ok"], f"The ledger does not agree: {verdict['ledger']['sentences']}")
    for fund in verdict["trial balance"]["funds"]:
        findings.check(float(fund["difference"]) == 0, f"Fund {fund['fund']} is off by {fund['difference']}.")
    for cycle, certificate in month.lived.certificates.items():
        findings.check(certificate["holds"], f"The certificate of cycle {cycle} does not hold: {certificate['faults']}")
    for day in verdict["days"]:
        findings.check(not day["missing"], f"{day['missing']} did not say that they are done with {day['date']}.")
    for service, waiting in verdict["waiting"].items():
        findings.check(not waiting, f"{service} has facts waiting: {waiting}")
    for service, gaps in verdict["gaps"].items():
        findings.check(not gaps, f"Payments are not numbered without a gap in {service}: {dict(gaps)}")
    for name, same in verdict["print files"].items():
        findings.check(same, f"The file {name}.pdf is not the one that was counted.")
    told.said_once(findings, month.told)
    return findings


def compared(expected: Month, found: Month) -> Findings:
    """Whether two months came to the same."""
    findings = Findings()
    findings.same_books(expected.books, found.books)
    told.same_told(findings, expected.told, found.told)
    for door in ("online", "webhook"):
        findings.equal(f"what the vendor was told {door}", expected.lived.answers(door), found.lived.answers(door))
    return findings


def told_once_more(suite: Suite, script: Script, seed: int) -> Findings:
    """Tell fresh copies of every consumer what was said until now."""

    def known(sections: tuple[Section, ...]) -> Books:
        return read_books(suite.database_urls, sections)

    elsewhere = Elsewhere(suite.places, Random(f"{seed}/again"), suite.folder.port("smtp"))
    return told_again(elsewhere, script, _said(suite).records, known)


def _counts(peace: Month, stormy: Month) -> dict[str, int]:
    return {
        "bills": peace.books.sections["bills"].total(),
        "transfers": peace.books.sections["transfers"].total(),
        "payments": peace.books.sections["tenders"].total(),
        "notices": peace.books.sections["notices"].total(),
        **story.counts(peace.books),
        "mails in peace": peace.told.mails_sent,
        "mails in the storm": stormy.told.mails_sent,
        "messages in peace": peace.told.messages,
        "messages in the storm": stormy.told.messages,
    }
