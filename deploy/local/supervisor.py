"""Runs the whole suite on one machine: Kafka, PostgreSQL, mailbox and the six services, each its own process.

    with running(Plan(Path(".curbstop"))) as suite:
        suite.url("billing"), suite.token("ann", "clerk"), suite.check()

Whatever was started stops at the end: on return, on an error, on a signal, and by the guardian when this process is
killed. Nothing is restarted silently.
"""

import base64
import http.client
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from contracts.topics import SERVICES
from deploy.local import access, kafka_admin, topics
from deploy.local.child import Child, dismiss_guardian
from deploy.local.databases import database_name, databases, migrate
from deploy.local.folder import Folder, write_private
from deploy.local.news import READY, STARTING, Tell, silent
from deploy.local.places import Origin, Places, Server, places
from deploy.local.ports import listens, refuse_taken
from deploy.local.trouble import TroubleError

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 180
PART_SECONDS = 60


@dataclass(frozen=True)
class Plan:
    """What to run.

    `prefix` stands before topics, logins, consumer groups and databases, so that a practice town or a test shares
    a cluster. `copies` says how many processes a service has, 1 where it says nothing. Each vendor gets a login,
    its two topics and a webhook secret. `settings` are further variables of every service process.
    """

    folder: Path
    prefix: str = ""
    copies: Mapping[str, int] = field(default_factory=dict)
    vendors: tuple[str, ...] = ()
    partitions_cap: int = 12
    only: Origin | None = None
    services: tuple[str, ...] = SERVICES
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Vendor:
    """What a payment vendor needs to reach us, and nothing more."""

    name: str
    kafka_servers: str
    kafka_user: str
    kafka_password: str
    webhook_secret: str
    kafka_tls: str = ""

    def environment(self) -> dict[str, str]:
        """For the vendor's own program."""
        return {
            "VENDOR": self.name,
            "KAFKA_SERVERS": self.kafka_servers,
            "KAFKA_USER": self.kafka_user,
            "KAFKA_PASSWORD": self.kafka_password,
            "KAFKA_TLS": self.kafka_tls,
            "WEBHOOK_SECRET": self.webhook_secret,
        }


@dataclass
class Suite:
    """A running suite. `services` are the processes by name; a second copy of billing is `billing 2`."""

    plan: Plan
    folder: Folder
    places: Places
    database_urls: Mapping[str, str]
    services: dict[str, Child] = field(default_factory=dict)
    mailbox: Child | None = None
    _said: set[str] = field(default_factory=set)

    @property
    def mail_folder(self) -> Path:
        return self.folder.path / "mail"

    @property
    def print_folder(self) -> Path:
        """Where notifications writes the mailing house's files."""
        return self.folder.path / "print"

    @property
    def mailbox_url(self) -> str:
        return f"http://127.0.0.1:{self.folder.port('mailbox')}"

    def url(self, name: str) -> str:
        """The address of a service, or of one of its copies."""
        return f"http://127.0.0.1:{self.folder.port(name)}"

    def token(self, name: str, *roles: str) -> str:
        """A bearer token for a person or program with these roles."""
        from chassis.auth import local_token

        return local_token(self.folder.secret("signing key"), name, list(roles))

    def vendor(self, name: str) -> Vendor:
        """What this vendor was given."""
        login = f"vendor.{name}"
        return Vendor(
            name,
            self.places.kafka_servers,
            self.plan.prefix + login,
            self.folder.secret(f"kafka {login}"),
            self.folder.secret(f"webhook {name}", _webhook_secret),
            self.places.kafka_tls,
        )

    def deaths(self) -> list[str]:
        """What has ended by itself since the last call, a sentence each with the end of its log."""
        ended = {name: said for name, part in self._parts().items() if (said := part.obituary())}
        news = [said for name, said in ended.items() if name not in self._said]
        self._said = set(ended)
        return news

    def check(self) -> None:
        """Raise TroubleError when something has ended by itself."""
        if news := self.deaths():
            raise TroubleError("\n".join(news))

    def start(self, name: str) -> None:
        """Start a service, or start one again that was stopped or killed; returns before it is ready."""
        refuse_taken(self.folder.port(name), self.folder.path, name)
        self.services[name].start()

    def wait_ready(self, names: Iterable[str], tell: Tell = silent) -> None:
        """Wait until each service says it is ready. Raises TroubleError with the end of a log."""
        waiting, deadline = list(names), time.monotonic() + START_SECONDS
        while waiting:
            for name in [name for name in waiting if _ready(self.folder.port(name))]:
                waiting.remove(name)
                tell(name, READY)
            for name in waiting:
                self._refuse_late(name, deadline)
            time.sleep(0.1 if waiting else 0)

    def _refuse_late(self, name: str, deadline: float) -> None:
        child = self.services[name]
        if said := child.obituary():
            raise TroubleError(said)
        if time.monotonic() > deadline:
            words = child.last_words()
            raise TroubleError(f"{name} was not ready after {START_SECONDS} s; its log {child.log} says:\n{words}")

    def _parts(self) -> dict[str, Server]:
        owned = {"Kafka": self.places.kafka, "PostgreSQL": self.places.postgres, "mailbox": self.mailbox}
        return {**self.services, **{name: part for name, part in owned.items() if part is not None}}


@contextmanager
def running(plan: Plan, tell: Tell = silent, before: Callable[[Suite], None] = lambda suite: None) -> Iterator[Suite]:
    """Start everything and hand over when all of it is ready. Raises TroubleError with what stands in the way.

    `before` is called when Kafka and PostgreSQL run and no service does.
    """
    with ExitStack() as started:
        started.callback(dismiss_guardian)
        folder = started.enter_context(Folder(plan.folder).held())
        found = started.enter_context(places(folder, tell, plan.only))
        names = {service: database_name(plan.prefix, service) for service in plan.services}
        urls = databases(found.postgres_url, names.values())
        suite = Suite(plan, folder, found, {service: urls[name] for service, name in names.items()})
        before(suite)
        _prepare(suite, tell)
        _start_mailbox(suite, started, tell)
        _start_services(suite, started, tell)
        started.callback((folder.path / "state.json").unlink, missing_ok=True)
        write_private(folder.path / "state.json", json.dumps(_state(suite), indent=1))
        yield suite


def end_on_signals() -> None:
    """Let SIGTERM and a closed terminal end this process like Ctrl-C does: by way of every `finally`."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, end)


def _prepare(suite: Suite, tell: Tell) -> None:
    tell("topics", STARTING)
    _apply_topics(suite)
    tell("topics", READY)
    tell("databases", STARTING)
    migrate(suite.database_urls)
    tell("databases", READY)


def _apply_topics(suite: Suite) -> None:
    found, plan = suite.places, suite.plan
    admin = kafka_admin.connect(found.kafka_login)
    wanted = topics.all_topics(plan.vendors)
    logins = access.logins(wanted)
    fresh = not all(suite.folder.knows_secret(f"kafka {login}") for login in logins)
    topics.apply(
        admin,
        wanted,
        prefix=plan.prefix,
        passwords={login: suite.folder.secret(f"kafka {login}") for login in logins} if found.kafka_user else {},
        rules=bool(found.kafka_user),
        partitions_cap=plan.partitions_cap,
        reset_passwords=fresh,
    )
    for vendor in plan.vendors:
        _write_vendor(suite, vendor)


def _write_vendor(suite: Suite, name: str) -> None:
    """What to hand to the vendor: `source` it before the vendor's program."""
    folder = suite.folder.path / "vendors"
    folder.mkdir(exist_ok=True)
    lines = {**suite.vendor(name).environment(), "WEBHOOK_URL": f"{suite.url('payments')}/vendors/{name}/payments"}
    write_private(folder / f"{name}.env", "".join(f"export {key}='{value}'\n" for key, value in lines.items()))


def _start_mailbox(suite: Suite, started: ExitStack, tell: Tell) -> None:
    tell("mailbox", STARTING)
    smtp, http = suite.folder.port("smtp"), suite.folder.port("mailbox")
    child = Child(
        name="mailbox",
        command=[sys.executable, "-m", "deploy.local.mailbox", str(suite.mail_folder), str(smtp), str(http)],
        log=suite.folder.path / "log" / "mailbox.log",
        record=suite.folder.path / "run" / "mailbox.json",
        folder=REPOSITORY,
    )
    suite.mailbox = child
    started.callback(child.stop, 5)
    child.start()
    child.wait_until(lambda: listens(smtp) and listens(http), PART_SECONDS)
    tell("mailbox", READY)


def _start_services(suite: Suite, started: ExitStack, tell: Tell) -> None:
    for service in suite.plan.services:
        for number in range(1, suite.plan.copies.get(service, 1) + 1):
            name = service if number == 1 else f"{service} {number}"
            suite.services[name] = _service(suite, service, name)
    started.callback(_stop_together, list(suite.services.values()))
    for name in suite.services:
        tell(name, STARTING)
        suite.start(name)
    suite.wait_ready(suite.services, tell)


def _service(suite: Suite, service: str, name: str) -> Child:
    return Child(
        name=name,
        command=[sys.executable, "-m", "chassis.serving", service],
        log=suite.folder.path / "log" / f"{name.replace(' ', '-')}.log",
        record=suite.folder.path / "run" / f"{name.replace(' ', '-')}.json",
        environment={**_own_environment(), **_settings(suite, service, name), **suite.plan.settings},
        folder=REPOSITORY,
    )


def _own_environment() -> dict[str, str]:
    """What a service inherits: not the credentials of the clusters' administrators."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CURBSTOP_")}


def _settings(suite: Suite, service: str, name: str) -> dict[str, str]:
    found, folder, prefix = suite.places, suite.folder, suite.plan.prefix
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(folder.port(name)),
        "DATABASE_URL": suite.database_urls[service],
        "KAFKA_SERVERS": found.kafka_servers,
        "KAFKA_USER": prefix + service if found.kafka_user else "",
        "KAFKA_PASSWORD": folder.secret(f"kafka {service}") if found.kafka_user else "",
        "KAFKA_TLS": found.kafka_tls,
        "TOPIC_PREFIX": prefix,
        "SIGNING_KEY": folder.secret("signing key"),
        "INSTANCE": name.replace(" ", "-"),
    }
    if service == "notifications":
        smtp = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(folder.port("smtp"))}
        settings |= {**smtp, "PRINT_FOLDER": str(suite.print_folder)}
    if service == "payments":
        vendors = {vendor: suite.vendor(vendor).webhook_secret for vendor in suite.plan.vendors}
        settings["WEBHOOK_SECRETS"] = json.dumps(vendors)
    return {f"CURBSTOP_{key}": value for key, value in settings.items()}


def _state(suite: Suite) -> dict[str, object]:
    """What other commands need to find the suite."""
    return {
        "pid": os.getpid(),
        "prefix": suite.plan.prefix,
        "vendors": list(suite.plan.vendors),
        "services": {name: {"url": suite.url(name), "pid": child.pid} for name, child in suite.services.items()},
        "mailbox": suite.mailbox_url,
        "kafka": {"servers": suite.places.kafka_servers, "origin": suite.places.kafka_origin},
        "postgres": {"url": suite.places.postgres_url, "origin": suite.places.postgres_origin},
        "backups": os.environ.get("CURBSTOP_BACKUPS"),
        "places": suite.places.environment(),
    }


def _stop_together(children: list[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop()


def _ready(port: int) -> bool:
    # The standard library's client: asked ten times a second, a new httpx client each time would cost a core.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _webhook_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
