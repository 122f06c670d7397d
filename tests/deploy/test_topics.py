"""Topics, logins and access rules in Kafka follow from the contracts."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from contracts.topics import TOPICS
from deploy.local import access, kafka_admin, topics
from deploy.local.access import Grant
from deploy.local.kafka_admin import client_settings
from deploy.local.places import Places

VENDORS = ("lockbox", "kiosk")


@dataclass(frozen=True)
class Town:
    """A practice town on the shared Kafka, its names behind a prefix."""

    places: Places
    prefix: str

    def apply(self) -> list[str]:
        wanted = topics.all_topics(VENDORS)
        admin = kafka_admin.connect(self.places.kafka_login)
        words = {login: f"word of {login}" for login in access.logins(wanted)}
        return topics.apply(admin, wanted, prefix=self.prefix, passwords=words, partitions_cap=2)

    def login(self, name: str) -> dict[str, str | int | float | bool]:
        login = self.places.kafka_login._replace(user=self.prefix + name, password=f"word of {name}")
        return client_settings(login)

    def send(self, login: str, topic: str) -> KafkaError | None:
        """Send a message as this login; answer Kafka's refusal, if it refuses."""
        answers: list[KafkaError | None] = []

        def note(error: KafkaError | None, _: Message) -> None:
            answers.append(error)

        producer = Producer({**self.login(login), "enable.idempotence": True, "message.timeout.ms": 20_000})
        try:
            producer.produce(self.prefix + topic, b"{}", on_delivery=note)
            producer.flush(30)
        except KafkaException as error:
            answers.append(error.args[0])
        return answers[0]

    def read(self, login: str, topic: str, group: str) -> KafkaError | None:
        """Read a topic as this login and a member of this group; answer Kafka's refusal, if it refuses."""
        settings = {"group.id": self.prefix + group, "auto.offset.reset": "earliest", "enable.auto.commit": False}
        consumer = Consumer({**self.login(login), **settings})
        consumer.subscribe([self.prefix + topic])
        try:
            message = consumer.poll(20)
            assert message is not None, "neither a message nor a refusal"
            return message.error()
        finally:
            consumer.close()


@pytest.fixture(scope="module")
def town(places: Places) -> Iterator[Town]:
    there = Town(places, f"t{uuid.uuid4().hex[:10]}.")
    there.apply()
    yield there
    admin = kafka_admin.connect(places.kafka_login)
    topics.withdraw(admin, topics.all_topics(VENDORS), there.prefix)


def refused(error: KafkaError | None) -> bool:
    return error is not None and error.code() in (
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    )


def test_every_publisher_may_write_and_every_consumer_may_read_and_nobody_else_anything() -> None:
    granted = access.grants(TOPICS)
    for topic in TOPICS:
        writers = {grant.login for grant in granted if grant.name == topic.name and grant.operation == "WRITE"}
        readers = {grant.login for grant in granted if grant.name == topic.name and grant.operation == "READ"}
        assert writers == set(topic.publishers)
        assert readers == set(topic.consumers)


def test_a_service_may_join_its_own_groups_only() -> None:
    groups = {grant for grant in access.grants(TOPICS, "practice.") if grant.resource == "GROUP"}
    assert Grant("practice.billing", "READ", "GROUP", "practice.billing.", prefixed=True) in groups
    assert all(grant.name == f"{grant.login}." for grant in groups)


def test_contact_data_is_readable_by_notifications_alone() -> None:
    readers = {grant.login for grant in access.grants(TOPICS) if grant.name == "ContactChanged"} - {"accounts"}
    assert readers == {"notifications"}


def test_applying_again_changes_nothing(town: Town) -> None:
    assert town.apply() == []


def test_a_practice_town_can_be_taken_out_again(places: Places) -> None:
    gone = Town(places, f"t{uuid.uuid4().hex[:10]}.")
    first = gone.apply()
    admin = kafka_admin.connect(places.kafka_login)
    topics.withdraw(admin, topics.all_topics(VENDORS), gone.prefix)
    assert gone.apply() == first
    topics.withdraw(admin, topics.all_topics(VENDORS), gone.prefix)


def test_snapshots_are_compacted_and_the_rest_is_kept_35_days() -> None:
    by_name = {topic.name: topics.settings_of(topic) for topic in topics.all_topics(VENDORS)}
    assert by_name["AccountChanged"] == {"cleanup.policy": "compact"}
    kept = {"cleanup.policy": "delete", "retention.ms": "3024000000"}
    assert by_name["PaymentReceived"] == kept
    assert by_name["PaymentReceived.kiosk"] == kept | {"message.timestamp.type": "LogAppendTime"}


def test_a_vendor_writes_its_own_intake_and_nothing_else(town: Town) -> None:
    assert town.send("vendor.kiosk", "PaymentReceived.kiosk") is None
    assert refused(town.send("vendor.kiosk", "PaymentReceived.lockbox"))
    assert refused(town.send("vendor.kiosk", "PaymentReceived"))


def test_a_vendor_reads_its_own_outcomes_and_nothing_else(town: Town) -> None:
    assert town.send("payments", "PaymentOutcome.kiosk") is None
    assert town.read("vendor.kiosk", "PaymentOutcome.kiosk", "vendor.kiosk.outcomes") is None
    assert refused(town.read("vendor.lockbox", "PaymentOutcome.kiosk", "vendor.lockbox.outcomes"))
    assert refused(town.read("vendor.kiosk", "PaymentOutcome.kiosk", "payments.PaymentOutcome"))


def test_a_service_may_not_publish_another_ones_news(town: Town) -> None:
    assert refused(town.send("collections", "BillIssued"))
