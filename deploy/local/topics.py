"""Brings a Kafka to what `contracts/topics.py` says: topics, logins, and who may write and read what.

Applying twice changes nothing. Nothing is ever deleted, and a topic's partition count stays as it was created,
because messages of one account must stay in one partition.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # re-exported without saying so
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from contracts.topics import TOPICS, Topic, vendor_intake, vendor_outcome
from deploy.local.kafka import client_settings
from deploy.local.trouble import TroubleError

SECONDS = 30
KEPT_DAYS = 35
KEPT = {"cleanup.policy": "delete", "retention.ms": str(KEPT_DAYS * 24 * 3600 * 1000)}
COMPACTED = {"cleanup.policy": "compact"}


@dataclass(frozen=True, order=True)
class Grant:
    """What one login may do with one topic, or with every consumer group whose name begins so."""

    login: str
    operation: str
    resource: str
    name: str
    prefixed: bool = False

    def __str__(self) -> str:
        return f"{self.login} may {self.operation.lower()} {self.resource.lower()} {self.name}{'*' * self.prefixed}"


def all_topics(vendors: Iterable[str] = ()) -> list[Topic[Any]]:
    """Every topic, with the two of each vendor."""
    return [*TOPICS, *(topic for vendor in vendors for topic in (vendor_intake(vendor), vendor_outcome(vendor)))]


def logins(topics: Iterable[Topic[Any]]) -> list[str]:
    """Who writes or reads any of these topics."""
    return sorted({name for topic in topics for name in (*topic.publishers, *topic.consumers)})


def grants(topics: Iterable[Topic[Any]], prefix: str = "") -> set[Grant]:
    """The access rules that follow from the topics: publishers write, consumers read, nobody else anything.

    Kafka lets whoever may write a topic produce idempotently, so that needs no rule of its own.
    """
    return {grant for topic in topics for grant in _grants_of(topic, prefix)}


def _grants_of(topic: Topic[Any], prefix: str) -> Iterator[Grant]:
    name = prefix + topic.name
    for login in topic.publishers:
        yield Grant(prefix + login, "WRITE", "TOPIC", name)
        yield Grant(prefix + login, "DESCRIBE", "TOPIC", name)
    for login in topic.consumers:
        yield Grant(prefix + login, "READ", "TOPIC", name)
        yield Grant(prefix + login, "DESCRIBE", "TOPIC", name)
        yield Grant(prefix + login, "READ", "GROUP", f"{prefix}{login}.", prefixed=True)


def connect(servers: str, user: str, password: str) -> AdminClient:
    """Raises TroubleError when Kafka does not let us in."""
    admin = AdminClient(client_settings(servers, user, password))
    try:
        admin.list_topics(timeout=SECONDS)
    except KafkaException as error:
        reason = error.args[0].str()
        raise TroubleError(f"Kafka at {servers} does not let {user or 'us'} in: {reason}") from None
    return admin


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
    changed = _create_topics(admin, wanted, prefix, partitions_cap)
    changed += _mend_settings(admin, wanted, prefix)
    if passwords:
        changed += _create_logins(admin, {prefix + name: word for name, word in passwords.items()}, reset_passwords)
    if rules:
        changed += _create_grants(admin, grants(wanted, prefix))
    return changed


def create_by_name(admin: AdminClient, names: Iterable[str], prefix: str, partitions: int) -> list[str]:
    """Create topics without logins or rules, kept as the contracts say where they know the name; for tests."""
    known = {topic.name: settings_of(topic) for topic in TOPICS}
    new = [NewTopic(prefix + name, partitions, replication_factor=-1, config=known.get(name, KEPT)) for name in names]
    if new:
        _finish(admin.create_topics(new), "create topic")
    return [topic.topic for topic in new]


def delete(admin: AdminClient, names: Iterable[str]) -> None:
    """Delete topics with all they hold; for tests and practice towns."""
    _finish(admin.delete_topics(sorted(names)), "delete topic")


def settings_of(topic: Topic[Any]) -> dict[str, str]:
    """Snapshots are compacted; everything else is kept 35 days, for PostgreSQL is the archive."""
    return COMPACTED if topic.kind == "snapshot" else KEPT


def _create_topics(admin: AdminClient, topics: list[Topic[Any]], prefix: str, cap: int) -> list[str]:
    there = admin.list_topics(timeout=SECONDS).topics
    missing = [topic for topic in topics if prefix + topic.name not in there]
    if not missing:
        return []
    new = [
        NewTopic(prefix + topic.name, min(topic.partitions, cap), replication_factor=-1, config=settings_of(topic))
        for topic in missing
    ]
    _finish(admin.create_topics(new), "create topic")
    return [f"created topic {topic.topic} with {topic.num_partitions} partitions" for topic in new]


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
        _finish(admin.incremental_alter_configs(list(differing)), "set")
    return [f"set {name}={value} on {what.name}" for what, wrong in differing.items() for name, value in wrong.items()]


def _create_logins(admin: AdminClient, passwords: Mapping[str, str], reset: bool) -> list[str]:
    described: Any = admin.describe_user_scram_credentials(request_timeout=SECONDS)
    known = set(described.result())
    missing = [name for name in passwords if reset or name not in known]
    scram = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    new: list[Any] = [UserScramCredentialUpsertion(name, scram, passwords[name].encode()) for name in missing]
    if new:
        _finish(admin.alter_user_scram_credentials(new), "create login")
    return [f"{'set the password of' if name in known else 'created'} login {name}" for name in missing]


def _create_grants(admin: AdminClient, wanted: set[Grant]) -> list[str]:
    anything: Any = None
    everything = AclBindingFilter(
        *(ResourceType.ANY, anything, ResourcePatternType.ANY, anything, anything),
        *(AclOperation.ANY, AclPermissionType.ANY),
    )
    there = {_grant(rule) for rule in admin.describe_acls(everything, request_timeout=SECONDS).result()}
    missing = sorted(wanted - there)
    if missing:
        _finish(admin.create_acls([_rule(grant) for grant in missing]), "create rule")
    return [str(grant) for grant in missing]


def _rule(grant: Grant) -> AclBinding:
    return AclBinding(
        ResourceType[grant.resource],
        grant.name,
        ResourcePatternType.PREFIXED if grant.prefixed else ResourcePatternType.LITERAL,
        f"User:{grant.login}",
        "*",
        AclOperation[grant.operation],
        AclPermissionType.ALLOW,
    )


def _grant(rule: AclBinding) -> Grant:
    prefixed = rule.resource_pattern_type == ResourcePatternType.PREFIXED
    login = rule.principal.removeprefix("User:")
    return Grant(login, AclOperation(rule.operation).name, ResourceType(rule.restype).name, rule.name, prefixed)


def _finish(answers: Mapping[Any, "Future[Any]"], what: str) -> None:
    for item, answer in answers.items():
        try:
            answer.result(SECONDS)
        except KafkaException as error:
            raise TroubleError(f"Kafka could not {what} {item}: {error.args[0].str()}") from None
