"""Asking Kafka's administrator's interface, and waiting until what was asked can be seen."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local.trouble import TroubleError

SECONDS = 30


def client_settings(servers: str, user: str, password: str) -> dict[str, str | int | float | bool]:
    """How confluent_kafka's clients log in; without a user, in the clear."""
    settings: dict[str, str | int | float | bool] = {"bootstrap.servers": servers, "log_level": 0}
    if user:
        settings |= {
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": user,
            "sasl.password": password,
        }
    return settings


def answers(servers: str, user: str, password: str) -> bool:
    """Whether this user can log in to Kafka and is told its topics."""
    try:
        AdminClient(client_settings(servers, user, password)).list_topics(timeout=5)
    except KafkaException:
        return False
    return True


def connect(servers: str, user: str, password: str) -> AdminClient:
    """Raises TroubleError when Kafka does not let us in."""
    admin = AdminClient(client_settings(servers, user, password))
    try:
        admin.list_topics(timeout=SECONDS)
    except KafkaException as error:
        reason = error.args[0].str()
        raise TroubleError(f"Kafka at {servers} does not let {user or 'us'} in: {reason}") from None
    return admin


def finish(answers: Mapping[Any, "Future[Any]"], what: str) -> None:
    """Wait for every answer. Raises TroubleError with Kafka's own reason."""
    for item, answer in answers.items():
        try:
            answer.result(SECONDS)
        except KafkaException as error:
            raise TroubleError(f"Kafka could not {what} {item}: {error.args[0].str()}") from None


def wait_until(shown: Callable[[], bool], what: str) -> None:
    """Wait until a broker shows what its controller has accepted: it hears of it a little later."""
    deadline = time.monotonic() + SECONDS
    while not shown():
        if time.monotonic() > deadline:
            raise TroubleError(f"Kafka has accepted {what} and does not show it after {SECONDS} s: see its log.")
        time.sleep(0.05)
