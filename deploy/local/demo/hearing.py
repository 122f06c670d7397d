"""What was published, read back from Kafka: so that the books are held against what the services said to each other."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

from contracts.topics import BILL_ISSUED, CHARGE_ASSESSED, PAYMENT_RETURNED, REFUND_CANCELLED, REFUND_DUE, Topic
from deploy.local import kafka_admin
from deploy.local.demo.month import ZERO, Month

AT_ONCE, SECONDS, PATIENCE_SECONDS = 1000, 0.5, 20.0


@dataclass(frozen=True)
class Moved:
    """Dollars that moved customers' balances beside the runs' charges and what was paid."""

    finals: int
    final_charges: Decimal
    deposits_applied: Decimal
    fees: Decimal
    returned: Decimal
    refunds: Decimal

    @property
    def owed_more(self) -> Decimal:
        """By how much customers owe more for it."""
        return self.final_charges - self.deposits_applied + self.fees + self.returned + self.refunds


def moved(month: Month) -> Moved:
    """What the topics say."""
    finals = [one for one in heard(month, BILL_ISSUED) if one["kind"] == "final"]
    return Moved(
        finals=len(finals),
        final_charges=_sum(finals, "current_charges"),
        deposits_applied=_sum(finals, "deposits_applied"),
        fees=_sum(heard(month, CHARGE_ASSESSED), "amount"),
        returned=_sum(heard(month, PAYMENT_RETURNED), "amount"),
        refunds=_sum(heard(month, REFUND_DUE), "amount") - _sum(heard(month, REFUND_CANCELLED), "amount"),
    )


def _sum(messages: list[dict[str, Any]], field: str) -> Decimal:
    return sum((Decimal(one[field]) for one in messages), ZERO)


def heard(month: Month, topic: Topic[Any]) -> list[dict[str, Any]]:
    """Every message of a topic, each once: one that a relay sent twice has the same ce_id."""
    return list(dict(_messages(month, topic)).values())


def _messages(month: Month, topic: Topic[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    suite = month.suite
    places, name = suite.places, suite.plan.prefix + topic.name
    login = kafka_admin.client_settings(places.kafka_login)
    reader = Consumer({**login, "group.id": f"{suite.plan.prefix}demo.books", "enable.partition.eof": True})
    try:
        numbers = reader.list_topics(name, timeout=PATIENCE_SECONDS).topics[name].partitions
        reader.assign([TopicPartition(name, number, OFFSET_BEGINNING) for number in numbers])
        left = set(numbers)
        while left:
            for message in reader.consume(AT_ONCE, SECONDS):
                error = message.error()
                if error is None:
                    headers: Any = dict(message.headers() or ())
                    yield headers["ce_id"].decode(), json.loads(message.value() or b"{}")
                elif error.code() == KafkaError._PARTITION_EOF:
                    left.discard(message.partition())
                else:
                    raise RuntimeError(f"{name} can't be read: {error}")
    finally:
        reader.close()
