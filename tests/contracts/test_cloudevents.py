"""The headers of our messages are CloudEvents 1.0; the `cloudevents` package is the judge."""

from datetime import timedelta

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event

from tests.contracts.builders import Golden, golden_messages

every_golden_message = pytest.mark.parametrize("message", golden_messages(), ids=lambda message: str(message.file))

# What is ours beside CloudEvents; the trace is W3C's own header.
_BESIDE = {"traceparent", "actor", "x-from"}


def kafka_message(message: Golden) -> KafkaMessage:
    """A golden message as a Kafka client receives it."""
    headers = {name: text.encode() for name, text in message.headers.items()}
    return KafkaMessage(headers=headers, key=message.key.encode(), value=message.body)


@every_golden_message
def test_a_cloudevents_reader_understands_a_golden_message(message: Golden) -> None:
    event = from_binary_event(kafka_message(message))
    assert event.get_specversion() == "1.0"
    assert (event.get_id(), event.get_type()) == (message.headers["ce_id"], message.topic)
    assert event.get_source() == message.headers["ce_source"]
    assert event.get_subject() == message.key == event.get_extension("partitionkey")
    assert event.get_datacontenttype() == "application/json"
    assert event.get_data() == message.value


@every_golden_message
def test_its_time_has_a_zone(message: Golden) -> None:
    time = from_binary_event(kafka_message(message)).get_time()
    assert time is not None
    assert time.utcoffset() == timedelta(0)


@every_golden_message
def test_a_cloudevents_writer_would_write_the_same_headers(message: Golden) -> None:
    written = to_binary_event(from_binary_event(kafka_message(message)))
    ours = {name: text.encode() for name, text in message.headers.items() if name not in _BESIDE}
    theirs = {name: value for name, value in written.headers.items() if name != "ce_partitionkey"}
    assert theirs | {"ce_time": b""} == ours | {"ce_time": b""}
    assert written.key == message.key
