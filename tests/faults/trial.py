"""The whole trial: a month in peace, the same month in a storm, everything told again; and what came of it."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from contracts.topics import SERVICES
from deploy.local import topics
from deploy.local.supervisor import Plan, Suite, running
from tests.faults import books, told
from tests.faults.books import Books, Findings, Section, read_books
from tests.faults.consumers import told_again
from tests.faults.month import VENDOR, During, Lived, Script, in_peace, live
from tests.faults.office import Office
from tests.faults.replay import Elsewhere
from tests.faults.storm import Storm, plan_kills
from tests.faults.told import Told

Say = Callable[[str], None]

# A copy that was killed keeps its messages and e-mails to itself for so long: short, so that a trial is.
SETTINGS = {"CURBSTOP_KAFKA_SESSION_SECONDS": "6", "CURBSTOP_MAIL_LEASE_SECONDS": "15"}


@dataclass(frozen=True)
class Month:
    """A month that was lived, seen from outside when all was settled."""

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


def trial(folder: Path, seed: int, accounts: int, kills: int, say: Say = lambda line: None) -> Report:
    """Live the month in peace, tell everything again, live it in a storm, and compare."""
    report, script = Report(seed, accounts), Script.of(seed, accounts)
    with report.timed("in peace"), running(_plan(folder / "peace")) as suite:
        say("In peace ...")
        peace = lived_through(suite, script, in_peace)
        say("Everything told again, twice and shuffled ...")
        with report.timed("told again"):
            report.findings["told again"] = told_once_more(suite, script, peace, seed)
    report.findings["in peace"] = laws_of(peace)
    for line in report.wrong:
        say(line)
    with report.timed("in the storm"), running(_plan(folder / "storm")) as suite:
        say(f"In the storm, with {kills} kills ...")
        storm = Storm(suite, plan_kills(Random(f"{seed}/plan"), kills), Random(f"{seed}/storm"))
        with storm.watched():
            stormy = lived_through(suite, script, storm.during)
    report.months = {"peace": peace, "storm": stormy}
    report.findings["in the storm"] = laws_of(stormy)
    report.findings["storm against peace"] = compared(peace, stormy)
    report.killed = dict(storm.killed)
    report.counts = {
        "killed while at work": storm.in_the_midst,
        "restarts of what ended by itself": storm.came_back,
        **_counts(peace, stormy),
    }
    return report


def _plan(folder: Path) -> Plan:
    copies = {"billing": 2}
    return Plan(folder, copies=copies, vendors=(VENDOR,), partitions_cap=4, only="embedded", settings=SETTINGS)


def lived_through(suite: Suite, script: Script, during: During) -> Month:
    """Live the month and look at all of it from outside."""
    with Office(suite) as office:
        lived = live(suite, office, script, during)
        office.settle()
        seen = read_books(suite.database_urls, books.ALL)
        lived.verdict = _verdict(office, suite)
    every = topics.all_topics([VENDOR])
    said = asyncio.run(told.all_told(suite.places, suite.plan.prefix, every, suite.mail_folder))
    return Month(lived, seen, said)


def _verdict(office: Office, suite: Suite) -> dict[str, Any]:
    return {
        "ledger": office.get("billing", "/ledger/verify"),
        "trial balance": office.get("billing", "/ledger/trial-balance"),
        "waiting": {service: office.get(service, "/waiting") for service in SERVICES},
        "gaps": {name: books.rows(suite.database_urls[name], query) for name, query in books.GAPS.items()},
        "print files": _print_files(office, suite.print_folder),
    }


def _print_files(office: Office, folder: Path) -> dict[str, bool]:
    """Whether the mailing house's files are those that notifications keeps the hash of."""
    files = office.get("notifications", "/mailings/february")["files"]
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


def told_once_more(suite: Suite, script: Script, month: Month, seed: int) -> Findings:
    """Tell fresh copies of every consumer what was said in a month."""

    def known(sections: tuple[Section, ...]) -> Books:
        return read_books(suite.database_urls, sections)

    elsewhere = Elsewhere(suite.places, Random(f"{seed}/again"), suite.folder.port("smtp"))
    return told_again(elsewhere, script, month.told.records, known)


def _counts(peace: Month, stormy: Month) -> dict[str, int]:
    return {
        "bills": peace.books.sections["bills"].total(),
        "transfers": peace.books.sections["transfers"].total(),
        "payments": peace.books.sections["tenders"].total(),
        "notices": peace.books.sections["notices"].total(),
        "mails in peace": peace.told.mails_sent,
        "mails in the storm": stormy.told.mails_sent,
        "messages in peace": peace.told.messages,
        "messages in the storm": stormy.told.messages,
    }
