"""What is published of the contracts: every topic and its event's JSON Schema."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from contracts.compatibility import Schema
from contracts.topics import TOPICS, Topic, vendor_intake, vendor_outcome

HOME = Path(__file__).parent
SAMPLE_VENDOR = "sample-bank"


class _WithoutTitles(GenerateJsonSchema):
    """A title that only repeats the field's name tells nobody anything."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def published() -> tuple[Topic[Any], ...]:
    """Every topic, with the two of a sample vendor."""
    return (*TOPICS, vendor_intake(SAMPLE_VENDOR), vendor_outcome(SAMPLE_VENDOR))


def schema_of(model: type[BaseModel]) -> Schema:
    """The JSON Schema of what a publisher writes."""
    return model.model_json_schema(mode="serialization", schema_generator=_WithoutTitles)


def published_schema(topic: Topic[Any]) -> Schema:
    """An event's schema, with how its messages are keyed and told apart: that must not change either."""
    name = topic.name.replace(SAMPLE_VENDOR, "<vendor>")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-topic": {"name": name, "kind": topic.kind, "key": topic.key, "identity": list(topic.identity)},
        **schema_of(topic.model),
    }


def schema_file(topic: Topic[Any]) -> str:
    """Where an event's schema stands, below `contracts/`."""
    return f"schemas/{topic.model.__name__}.v1.json"
