"""Logins in Kafka, and what each may do: made from `contracts/topics.py`, so that nobody keeps a list by hand."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # re-exported without saying so
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from contracts.topics import Topic
from deploy.local.kafka_admin import SECONDS, finish, wait_until


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


def create_logins(admin: AdminClient, passwords: Mapping[str, str], reset: bool) -> list[str]:
    """Create those that are missing, and with `reset` give all of them these passwords; answer what was done."""
    known = _known_logins(admin)
    missing = [name for name in passwords if reset or name not in known]
    scram = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    new: list[Any] = [UserScramCredentialUpsertion(name, scram, passwords[name].encode()) for name in missing]
    if new:
        finish(admin.alter_user_scram_credentials(new), "create login")
        wait_until(lambda: _known_logins(admin) >= set(missing), "logins")
    return [f"{'set the password of' if name in known else 'created'} login {name}" for name in missing]


def delete_logins(admin: AdminClient, names: Iterable[str]) -> None:
    """Delete those that are there."""
    leaving = _known_logins(admin) & set(names)
    deletions: list[Any] = [UserScramCredentialDeletion(name, ScramMechanism.SCRAM_SHA_512) for name in leaving]
    if deletions:
        finish(admin.alter_user_scram_credentials(deletions), "delete login")
        wait_until(lambda: not _known_logins(admin) & leaving, "that logins are gone")


def create_grants(admin: AdminClient, wanted: set[Grant]) -> list[str]:
    """Create the rules that are missing; answer them as sentences."""
    missing = sorted(wanted - _known_grants(admin))
    if missing:
        finish(admin.create_acls([_rule(grant) for grant in missing]), "create rule")
        wait_until(lambda: _known_grants(admin) >= wanted, "access rules")
    return [str(grant) for grant in missing]


def delete_grants(admin: AdminClient, names: Iterable[str]) -> None:
    """Delete every rule of these logins."""
    leaving = set(names)
    finish(admin.delete_acls([_filter(f"User:{login}") for login in leaving]), "delete rules")
    wait_until(lambda: not leaving & {grant.login for grant in _known_grants(admin)}, "that rules are gone")


def _known_logins(admin: AdminClient) -> set[str]:
    described: Any = admin.describe_user_scram_credentials(request_timeout=SECONDS)
    return set(described.result())


def _known_grants(admin: AdminClient) -> set[Grant]:
    return {_grant(rule) for rule in admin.describe_acls(_filter(), request_timeout=SECONDS).result()}


def _filter(principal: str | None = None) -> AclBindingFilter:
    """Every rule, or every rule of one principal."""
    anything: Any = None
    return AclBindingFilter(
        *(ResourceType.ANY, anything, ResourcePatternType.ANY, principal or anything, anything),
        *(AclOperation.ANY, AclPermissionType.ANY),
    )


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
