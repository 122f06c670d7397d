"""Brings a Kafka to what `contracts/topics.py` says: topics, logins, and who may write and read what.

Applying twice changes nothing. Nothing is ever deleted, and a topic's partition count stays as it was created,
because messages of one account must stay in one partition.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # re-exported without saying so
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
)

from contracts.topics import TOPICS, Topic, vendor_intake, vendor_outcome
from deploy.local.access import create_grants, create_logins, delete_grants, delete_logins, grants, logins
from deploy.local.kafka_admin import SECONDS, finish, wait_until

KEPT_DAYS = 35
KEPT = {"cleanup.policy": "delete", "retention.ms": str(KEPT_DAYS * 24 * 3600 * 1000)}
COMPACTED = {"cleanup.policy": "compact"}
# A vendor's clock may be wrong: how long its message is kept goes by the town's.
TAKEN_IN = KEPT | {"message.timestamp.type": "LogAppendTime"}


def all_topics(vendors: Iterable[str] = ()) -> list[Topic[Any]]:
    """Every topic, with the two of each vendor."""
    return [*TOPICS, *(topic for vendor in vendors for topic in (vendor_intake(vendor), vendor_outcome(vendor)))]


def apply(
    admin: AdminClient,
    topics: Iterable[Topic[Any]],
    *,
    prefix: str = "",
    passwords: Mapping[str, str] | None = None,
    rules: bool = True,
    partitions_cap: int = 12,
    reset_passwords: bool = False,
) -> list[str]:
    """Create what is missing and mend what differs; answer what was changed, a line each.

    `passwords` are those of the logins, named without the prefix; a login that exists keeps its own unless
    `reset_passwords`, and logins made elsewhere need none here. A Kafka without logins takes no `rules` either.
    """
    wanted = list(topics)
    changed = _create_missing(admin, wanted, prefix, partitions_cap)
    changed += _mend_settings(admin, wanted, prefix)
    if passwords:
        changed += create_logins(admin, {prefix + name: word for name, word in passwords.items()}, reset_passwords)
    if rules:
        changed += create_grants(admin, grants(wanted, prefix))
    return changed


def create_by_name(admin: AdminClient, names: Iterable[str], prefix: str, partitions: int) -> list[str]:
    """Create topics without logins or rules, kept as the contracts say where they know the name; for tests."""
    known = {topic.name: settings_of(topic) for topic in TOPICS}
    new = [NewTopic(prefix + name, partitions, replication_factor=-1, config=known.get(name, KEPT)) for name in names]
    _create(admin, new)
    return [topic.topic for topic in new]


def delete(admin: AdminClient, names: Iterable[str]) -> None:
    """Delete topics with all they hold; for tests and practice towns."""
    if leaving := set(names):
        finish(admin.delete_topics(sorted(leaving)), "delete topic")
        wait_until(lambda: not leaving & _there(admin), "that topics are gone")


def withdraw(admin: AdminClient, topics: Iterable[Topic[Any]], prefix: str) -> None:
    """Take a practice town out of Kafka again: its topics with all they hold, its logins, its rules."""
    wanted = list(topics)
    names = [prefix + login for login in logins(wanted)]
    delete(admin, {prefix + topic.name for topic in wanted} & _there(admin))
    delete_grants(admin, names)
    delete_logins(admin, names)


def settings_of(topic: Topic[Any]) -> dict[str, str]:
    """Snapshots are compacted; everything else is kept 35 days, for PostgreSQL is the archive."""
    if topic.kind == "intake":
        return TAKEN_IN
    return COMPACTED if topic.kind == "snapshot" else KEPT


def _create_missing(admin: AdminClient, topics: list[Topic[Any]], prefix: str, cap: int) -> list[str]:
    there = _there(admin)
    new = [
        NewTopic(prefix + topic.name, min(topic.partitions, cap), replication_factor=-1, config=settings_of(topic))
        for topic in topics
        if prefix + topic.name not in there
    ]
    _create(admin, new)
    return [f"created topic {topic.topic} with {topic.num_partitions} partitions" for topic in new]


def _create(admin: AdminClient, new: list[NewTopic]) -> None:
    if new:
        finish(admin.create_topics(new), "create topic")
        wait_until(lambda: _led(admin, {topic.topic for topic in new}), "topics")


def _there(admin: AdminClient) -> set[str]:
    return set(admin.list_topics(timeout=SECONDS).topics)


def _led(admin: AdminClient, names: set[str]) -> bool:
    """Whether every partition of these topics has a leader, without which nothing can be written."""
    there = admin.list_topics(timeout=SECONDS).topics
    return all(name in there and all(part.leader >= 0 for part in there[name].partitions.values()) for name in names)


def _mend_settings(admin: AdminClient, topics: list[Topic[Any]], prefix: str) -> list[str]:
    resources = {ConfigResource(ConfigResource.Type.TOPIC, prefix + topic.name): topic for topic in topics}
    answers = admin.describe_configs(list(resources), request_timeout=SECONDS)
    differing: dict[ConfigResource, dict[str, str]] = {}
    for resource, answer in answers.items():
        now = answer.result()
        wrong = {name: value for name, value in settings_of(resources[resource]).items() if now[name].value != value}
        if wrong:
            differing[resource] = wrong
    for resource, wrong in differing.items():
        for name, value in wrong.items():
            resource.add_incremental_config(ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET))
    if differing:
        finish(admin.incremental_alter_configs(list(differing)), "set")
    return [f"set {name}={value} on {what.name}" for what, wrong in differing.items() for name, value in wrong.items()]
