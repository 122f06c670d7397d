"""Asking Kafka's administrator's interface, and waiting until what was asked can be seen."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local.trouble import TroubleError

SECONDS = 30


class Login(NamedTuple):
    """Where a Kafka is and who we are there; without a user, nobody in particular.

    `tls` is the path of a PEM file by which its certificates are checked, or `system`; empty for one in the clear.
    """

    servers: str
    user: str = ""
    password: str = ""
    tls: str = ""


def client_settings(login: Login) -> dict[str, str | int | float | bool]:
    """How confluent_kafka's clients log in."""
    protocol = ("SASL_" if login.user else "") + ("SSL" if login.tls else "PLAINTEXT")
    settings: dict[str, str | int | float | bool] = {
        "bootstrap.servers": login.servers,
        "log_level": 0,
        "security.protocol": protocol,
    }
    if login.tls:
        settings["ssl.ca.location"] = "probe" if login.tls == "system" else login.tls
    if login.user:
        settings |= {
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": login.user,
            "sasl.password": login.password,
        }
    return settings


def answers(login: Login) -> bool:
    """Whether this user can log in to Kafka and is told its topics."""
    try:
        AdminClient(client_settings(login)).list_topics(timeout=5)
    except KafkaException:
        return False
    return True


def connect(login: Login) -> AdminClient:
    """Raises TroubleError when Kafka does not let us in."""
    try:
        admin = AdminClient(client_settings(login))
        admin.list_topics(timeout=SECONDS)
    except KafkaException as error:
        reason = error.args[0].str()
        raise TroubleError(f"Kafka at {login.servers} does not let {login.user or 'us'} in: {reason}") from None
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
