"""After a restore: how the services' news and their databases come to agree again.

    all six databases stand at one instant
      -> our topics are made anew, our consumers' places are forgotten; vendors' own topics stay if they are there
      -> what leaves the town is held, until a person has looked through it
      -> every message of the kept outbox is to be sent again; so is what vendors wrote, for the places are forgotten
    start the services -> snapshots are told again -> everything is taken up once, for what is known is known by its key

Nothing here runs while a service runs.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from sqlalchemy import make_url

from chassis.holding import SET
from contracts.topics import SERVICES
from deploy.local import topics
from deploy.local.kafka_admin import SECONDS
from deploy.local.news import READY, Tell, silent
from deploy.local.settling import Look, wait_settled
from deploy.local.trouble import TroubleError

LEAVING_SECONDS = 90
"""A copy that was killed keeps its place in a group until its session ends."""
PATIENCE_SECONDS = 600.0
PAUSE = 0.3
HOLDERS = ("notifications",)
"""The services that send something out of the town."""


@dataclass(frozen=True)
class Prepared:
    """What will be told again when the services start."""

    messages: int
    kept_topics: tuple[str, ...]
    groups: int


def prepare(
    admin: AdminClient,
    prefix: str,
    vendors: Iterable[str],
    databases: Mapping[str, str],
    why: str,
    tell: Tell = silent,
) -> Prepared:
    """Do all that is to be done before a service starts. `databases` have this release's tables; `why` says it to those
    who find their mail held. Raises TroubleError when a service still runs."""
    ours = {prefix + topic.name for topic in topics.all_topics()}
    doors = {prefix + topic.name for topic in topics.all_topics(vendors)} - ours
    there = set(admin.list_topics(timeout=SECONDS).topics)
    tell("topics", "made anew, but for those of vendors")
    groups = _forget_places(admin, prefix)
    topics.delete(admin, ours & there)
    for service in HOLDERS:
        _execute(databases[service], SET.format(why="%s"), [why])
    told_again = ours | (doors - there)
    tell("outbox", "all that is kept is to be sent again")
    messages = sum(_send_again(url, prefix, told_again) for url in databases.values())
    return Prepared(messages, tuple(sorted(doors & there)), groups)


def _forget_places(admin: AdminClient, prefix: str) -> int:
    """Every service reads from the beginning: of the new topics, and of the vendors' old ones."""
    names = [one for one in _groups(admin) if any(one.startswith(f"{prefix}{service}.") for service in SERVICES)]
    deadline = time.monotonic() + LEAVING_SECONDS
    for name in names:
        while not _forgotten(admin, name):
            if time.monotonic() > deadline:
                raise TroubleError(f"Someone still reads as {name}: stop every service, then try again.")
            time.sleep(0.5)
    return len(names)


def _groups(admin: AdminClient) -> list[str]:
    listed: Any = admin.list_consumer_groups(request_timeout=SECONDS)
    return [one.group_id for one in listed.result(SECONDS).valid]


def _forgotten(admin: AdminClient, name: str) -> bool:
    try:
        admin.delete_consumer_groups([name], request_timeout=SECONDS)[name].result(SECONDS)
    except KafkaException as error:
        if error.args[0].name() == "GROUP_ID_NOT_FOUND":
            return True
        if error.args[0].name() == "NON_EMPTY_GROUP":
            return False
        raise TroubleError(f"Kafka could not forget the group {name}: {error.args[0].str()}") from None
    return True


def _send_again(database: str, prefix: str, names: Iterable[str]) -> int:
    """Each kept message, whatever its age, waits to be sent: the relay sends them in the order they were made."""
    kept = [name.removeprefix(prefix) for name in names]
    again = "insert into outbox_pending (id, day) select id, day from outbox where topic = any(%s)"
    # Whoever led the relay is gone, and so is the Kafka it wrote to: its successor has nobody to wait for.
    _execute(database, "update outbox_leader set left_cleanly = true", [])
    return _execute(database, f"{again} on conflict do nothing", [kept])


def _execute(database: str, statement: str, values: list[Any]) -> int:
    address = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, connect_timeout=10) as connection:
        return connection.execute(statement.encode(), values).rowcount


class Asked(Protocol):
    """Six services that answer."""

    def ask(self, method: str, service: str, path: str) -> Any: ...


def tell_and_verify(services: Asked, tell: Tell = silent) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tell the snapshots again and wait until all is taken up; answers what the ledger says of itself, and the mail."""
    for service in SERVICES:
        services.ask("POST", service, "/republish")
    tell("snapshots", "told again")
    settle(services, SERVICES)
    tell("services", READY)
    return services.ask("GET", "billing", "/ledger/verify"), services.ask("GET", "notifications", "/outbound")


def settle(services: Asked, names: Collection[str]) -> None:
    """Wait until every service says twice in a row that nothing is left to do. Raises TroubleError, naming the rest."""

    def look(asked: Collection[str]) -> Look:
        return {name: services.ask("GET", name, "/settled") for name in asked}

    wait_settled(names, look, lambda: time.sleep(PAUSE), time.monotonic, PATIENCE_SECONDS)
