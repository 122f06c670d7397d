"""Every release must still read what earlier releases wrote."""

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from contracts.base import OpenEnum
from contracts.published import published
from tests.contracts.builders import EXAMPLES, KINDS, Golden, current_schema, golden_messages, topic_of

every_golden_message = pytest.mark.parametrize("message", golden_messages(), ids=lambda message: str(message.file))


def test_every_event_has_a_plain_a_full_and_a_newer_golden_message() -> None:
    expected = {f"{topic.model.__name__}.{kind}.json" for topic in published() for kind in KINDS}
    assert expected <= {file.name for file in EXAMPLES.iterdir()}


@every_golden_message
def test_a_golden_message_is_read_and_keeps_its_key_and_identity(message: Golden) -> None:
    topic = topic_of(message.event)
    event = message.read()
    assert topic.name == message.topic == message.headers["ce_type"]
    assert topic.key_of(event) == message.key == message.headers["ce_subject"]
    assert topic.identity_of(event) == message.headers["ce_id"]


@every_golden_message
def test_what_was_read_is_written_with_the_same_meaning(message: Golden) -> None:
    event = message.read()
    again = type(event).model_validate_json(event.model_dump_json())
    assert again == event


@every_golden_message
def test_nothing_a_golden_message_says_is_lost_but_what_this_release_does_not_know(message: Golden) -> None:
    written = json.loads(message.read().model_dump_json(exclude_unset=True))
    schema = current_schema(message.event)
    assert _known(written, schema, schema) == _known(message.value, schema, schema)


@every_golden_message
def test_a_golden_message_satisfies_the_published_schema(message: Golden) -> None:
    schema = current_schema(message.event)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(message.value)


@pytest.mark.parametrize("message", [m for m in golden_messages() if m.kind == "newer"], ids=lambda m: str(m.event))
def test_values_that_a_newer_release_added_are_kept_as_they_came(message: Golden) -> None:
    values = _open_values(message.read())
    unknown = {str(value) for value in values if not value.known}
    assert bool(unknown) == bool(values)
    assert unknown <= set(_strings(message.value))


def _open_values(part: Any) -> list[OpenEnum]:
    if isinstance(part, OpenEnum):
        return [part]
    fields = part if isinstance(part, tuple | list) else getattr(part, "__dict__", {}).values()
    return [value for field in fields for value in _open_values(field)]


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _strings(part)]


def _known(value: Any, schema: Any, root: Any) -> Any:
    """What this release knows of a value, with its instants in UTC."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if isinstance(value, list):
        return [_known(item, schema["items"], root) for item in value]
    if isinstance(value, dict) and "properties" in schema:
        fields = schema["properties"]
        return {name: _known(value[name], fields[name], root) for name in value if name in fields}
    return datetime.fromisoformat(value).astimezone(UTC) if schema.get("format") == "date-time" else value
