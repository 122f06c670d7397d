"""Runs the demo's month: a clean folder, a suite of its own, the month, the books, the account."""

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from rich.console import Console

from curbstop.progress import Progress
from deploy.local import kafka_admin, topics
from deploy.local.databases import database_name, drop_database
from deploy.local.demo.account import account, as_markdown, print_account
from deploy.local.demo.books import Books, close_books
from deploy.local.demo.diary import Diary
from deploy.local.demo.living import DAYS, live
from deploy.local.demo.month import Month
from deploy.local.demo.office import Office
from deploy.local.demo.samples import keep_samples
from deploy.local.demo.taking import VENDOR
from deploy.local.demo.town.files import stubborn
from deploy.local.demo.town.homes import make_homes
from deploy.local.demo.town.schedule import BEGINS
from deploy.local.folder import Folder
from deploy.local.news import Tell
from deploy.local.places import Origin, Places
from deploy.local.supervisor import Plan, Suite, running
from deploy.local.trouble import TroubleError

PARTITIONS = 3
"""Of a topic: a town that lives for minutes does not grow, and fewer are quicker to look through."""
COPIES = {"notifications": 2}
"""Most of a quarter's work is setting bills and letters in type: on two cores, two do it in little more than half."""
SHARED = ("CURBSTOP_KAFKA_SERVERS", "CURBSTOP_POSTGRES_URL")


def run_month(seed: int, accounts: int, out: Path, data: Path | None, console: Console) -> Diary:
    """Everything from an empty folder to the printed account. Raises TroubleError when it cannot go on."""
    shutil.rmtree(out, ignore_errors=True)
    with _folder(data) as folder, _logs_kept(folder, out):
        return _run(seed, accounts, out, folder, console)


def _run(seed: int, accounts: int, out: Path, data: Path, console: Console) -> Diary:
    with Progress() as progress, suite_of(data, progress.tell, copies=COPIES) as suite:
        progress.stop()
        with Diary(out, console, DAYS) as diary:
            done = live_month(seed, accounts, suite, diary)
        title = f"February to April 2023 in a town of {accounts:,} accounts (seed {seed})"
        sections = account(*done)
        diary.write("account.md", as_markdown(title, sections, diary.broken))
        print_account(console, title, sections)
    return diary


def live_month(seed: int, accounts: int, suite: Suite, diary: Diary) -> tuple[Month, Books, list[str]]:
    """The month, its books and the bills to look at; what is not as it must be stands in the diary."""
    with Office(suite) as office:
        homes = make_homes(seed, accounts)
        month = Month(seed, homes, suite, office, diary, BEGINS, stubborn=set(stubborn(homes)))
        live(month)
        return month, close_books(month), keep_samples(month)


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    """The suite's data folder, empty: the one named, or one that is gone afterwards."""
    if data is not None:
        _clear(data)
        yield data
        return
    with TemporaryDirectory(prefix="curbstop-demo-", ignore_cleanup_errors=True) as temporary:
        yield Path(temporary)


@contextmanager
def _logs_kept(data: Path, out: Path) -> Iterator[None]:
    """Leave the services' logs beside the rest, above all when something went wrong."""
    try:
        yield
    finally:
        if (data / "log").exists():
            shutil.copytree(data / "log", out / "log", dirs_exist_ok=True)


def _clear(data: Path) -> None:
    """An empty data folder. Raises TroubleError when it is in use, or is not one of ours."""
    if not data.exists():
        return
    if not (data / "ports.json").exists() and any(data.iterdir()):
        raise TroubleError(f"{data} is not a data folder of ours: delete it yourself if you mean it.")
    with Folder(data).held():
        shutil.rmtree(data)


@contextmanager
def suite_of(
    data: Path, tell: Tell, only: Origin | None = None, copies: Mapping[str, int] = MappingProxyType({})
) -> Iterator[Suite]:
    """A suite that nobody used before. On a Kafka or PostgreSQL that others share it takes names of its own."""
    shared = only is None and any(os.environ.get(name) for name in SHARED)
    prefix = f"demo-{secrets.token_hex(4)}." if shared else ""
    plan = Plan(data, prefix, copies=copies, vendors=(VENDOR,), partitions_cap=PARTITIONS, only=only)
    with running(plan, tell) as suite:
        places = suite.places
        yield suite
    give_back(places, plan)


def give_back(places: Places, plan: Plan) -> None:
    """Take what was the demo's out of a Kafka and a PostgreSQL that go on."""
    if places.kafka_origin == "environment":
        admin = kafka_admin.connect(places.kafka_login)
        topics.withdraw(admin, topics.all_topics(plan.vendors), plan.prefix)
    if places.postgres_origin == "environment":
        for service in plan.services:
            drop_database(places.postgres_url, database_name(plan.prefix, service))
