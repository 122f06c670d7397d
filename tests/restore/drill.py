"""The drill: a small town lives, is backed up, lives on, loses everything, and is brought back to an instant.

bills of all cycles but one are issued .. (the instant, while their news is still under way) .. settled
the last cycle is billed, people pay by Kafka, by webhook and over the counter
PostgreSQL's data is lost; or Kafka's too
`restored`: the books must be those of the instant, and of what vendors' own topics still hold; nothing more
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from contracts.topics import SERVICES
from deploy.local.archive import Archive
from deploy.local.demo.town.schedule import Round
from deploy.local.mailbox import read
from deploy.local.postgres import binaries
from deploy.local.restoring import Restored, restored
from deploy.local.supervisor import Plan, Suite, running
from tests.faults.books import Books, Findings, read_books
from tests.faults.days_books import ALL
from tests.faults.month import (
    PAID,
    VENDOR,
    Payments,
    Script,
    begin_day,
    bill,
    enter_batch,
    owed,
    post_webhooks,
    prepare,
    publish,
    read_cycle,
)
from tests.faults.office import Office

Say = Callable[[str], None]
Lose = Callable[[Path], None]

SETTINGS = {"CURBSTOP_KAFKA_SESSION_SECONDS": "6"}
RELEASE = "drill"


@dataclass
class Report:
    """What a drill came to."""

    instant: datetime
    restored: Restored
    findings: Findings
    counts: Mapping[str, int]
    seconds: Mapping[str, float]

    @property
    def behind(self) -> float:
        """Seconds between the instant asked for and the last transaction that is back."""
        last = self.restored.recovered.last_transaction
        return (self.instant - last).total_seconds() if last else float("inf")


@dataclass(frozen=True)
class Lived:
    """A town that lived: the instant it is brought back to, its books then, and with what the vendor wrote after it."""

    instant: datetime
    then: Books
    with_vendor: Books
    at_the_end: Books


@contextmanager
def archiving(folder: Path) -> Iterator[Archive]:
    """The environment of a stack that keeps its log. Pieces are finished by hand: a drill has no time to wait."""
    names = {"CURBSTOP_BACKUPS": str(folder), "CURBSTOP_ARCHIVE_SECONDS": "3600"}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield Archive(folder, 3600)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def lose_everything(folder: Path) -> None:
    """The disks of Kafka and PostgreSQL."""
    shutil.rmtree(folder / "kafka")
    shutil.rmtree(folder / "postgres")


def lose_postgres(folder: Path) -> None:
    """PostgreSQL's disk; Kafka still has what vendors wrote."""
    shutil.rmtree(folder / "postgres")


def drill(folder: Path, seed: int, accounts: int, lose: Lose, say: Say = lambda line: None) -> Report:
    """Live, lose, restore, compare."""
    plan = Plan(folder / "data", vendors=(VENDOR,), partitions_cap=2, only="embedded", settings=SETTINGS)
    with archiving(folder / "backups") as archive:
        with running(plan) as suite, Office(suite) as office:
            say("The town lives, and is backed up ...")
            lived = live(suite, office, Script.of(seed, accounts), archive)
        say("What is to be lost is lost ...")
        lose(plan.folder)
        began = time.monotonic()
        with restored(plan, archive, lived.instant, lambda part, news: say(f"  {part}: {news}")) as (suite, found):
            seconds = found.seconds | {"all of it": time.monotonic() - began}
            with Office(suite) as office:
                return Report(lived.instant, found, *compare(suite, office, lived, found), seconds)


def live(suite: Suite, office: Office, script: Script, archive: Archive) -> Lived:
    """Live to the instant, while the news of bills is under way, and beyond; answers what the books were."""
    prepare(office, script)
    archive.take(suite.places.postgres_url, binaries(), suite.folder.path, RELEASE)
    for which, found in script.rounds:
        read_cycle(office, which, found)
    office.settle()
    *first, last = [which for which, _ in script.rounds]
    bill(office, first)
    instant = now(suite)
    office.settle()
    then = read_books(suite.database_urls, ALL)
    payments = Payments.of(script, owed(office))
    publish(suite, payments.online)
    office.settle()
    with_vendor = read_books(suite.database_urls, ALL)
    live_on(suite, office, payments, last)
    return Lived(instant, then, with_vendor, read_books(suite.database_urls, ALL))


def live_on(suite: Suite, office: Office, payments: Payments, last: Round) -> None:
    """All that will be lost: a cycle is billed, the next day begins, money comes by webhook and over the counter."""
    bill(office, [last])
    begin_day(office, PAID)
    office.settle()
    enter_batch(office, payments.counter)
    post_webhooks(suite, payments.webhook)
    office.settle()
    finish_piece_of_log(suite)


def now(suite: Suite) -> datetime:
    """The cluster's own clock."""
    with _cluster(suite) as connection:
        row: Any = connection.execute("select clock_timestamp()").fetchone()
        instant: datetime = row[0]
        return instant.astimezone(UTC)


def finish_piece_of_log(suite: Suite) -> None:
    """What PostgreSQL does by itself every CURBSTOP_ARCHIVE_SECONDS; returns when the archive has it."""
    with _cluster(suite) as connection:
        connection.execute("create table if not exists drill (at timestamptz default now())")
        row: Any = connection.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
        wanted = f"select coalesce(last_archived_wal >= '{row[0]}', false) from pg_stat_archiver"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            done: Any = connection.execute(wanted.encode()).fetchone()
            if done[0]:
                return
            time.sleep(0.1)
    raise AssertionError("PostgreSQL did not archive its log within a minute.")


def _cluster(suite: Suite) -> "psycopg.Connection[Any]":
    address = make_url(suite.places.postgres_url).set(drivername="postgresql")
    return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


def compare(suite: Suite, office: Office, lived: Lived, found: Restored) -> tuple[Findings, dict[str, int]]:
    """The books must be those of the instant, and of what the vendor's own topic still held; nothing more."""
    findings, prepared = Findings(), found.prepared
    assert prepared is not None
    findings.check(found.ledger["ok"], f"The ledger does not agree: {found.ledger.get('sentences')}")
    findings.check(found.held["held"], "Mail is not held.")
    had_left = _release(suite, office)
    office.settle()
    expected = lived.with_vendor if prepared.kept_topics else lived.then
    findings.same_books(expected, read_books(suite.database_urls, ALL))
    for service in SERVICES:
        findings.check(not office.get(service, "/waiting"), f"{service} has facts waiting.")
    mails = _mails(suite)
    findings.check(len(mails) == len(set(mails)), "A mail was sent twice.")
    return findings, {
        "rows compared": findings.compared,
        "rows after the instant, gone": lived.at_the_end.rows - expected.rows,
        "messages told again": prepared.messages,
        "e-mails held": found.held["emails"],
        "of them found to have left": had_left,
    }


def _release(suite: Suite, office: Office) -> int:
    """Look through the held mail by the mail server's log: what had left is not sent again."""
    left = set(_mails(suite))
    held = [one["message_id"] for one in office.get("notifications", "/outbound/emails")]
    sent = [one for one in held if one in left]
    office.post("notifications", "/outbound/release", {"why": "compared with the mail server's log", "sent": sent})
    return len(sent)


def _mails(suite: Suite) -> list[str]:
    return [str(read(path)["Message-ID"]) for path in sorted(suite.mail_folder.glob("*.eml"))]
