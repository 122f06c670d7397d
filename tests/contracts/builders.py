"""What the tests of contracts/ are made from."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.compatibility import Schema
from contracts.published import HOME, published, published_schema, schema_file
from contracts.topics import Topic

EXAMPLES = HOME / "examples"
KINDS = ("plain", "full", "newer")


def topic_of(event: str) -> Topic[Any]:
    """The topic of an event, by the event's name."""
    return next(topic for topic in published() if topic.model.__name__ == event)


@dataclass(frozen=True)
class Golden:
    """One golden message: what an earlier release wrote, byte for byte in meaning."""

    file: str
    topic: str
    key: str
    headers: dict[str, str]
    value: dict[str, Any]

    @property
    def event(self) -> str:
        """The name of its event."""
        return self.file.split(".")[0]

    @property
    def kind(self) -> str:
        """plain, full or newer."""
        return self.file.split(".")[1]

    @property
    def body(self) -> bytes:
        """Its value as it travels."""
        return json.dumps(self.value, ensure_ascii=False).encode()

    def read(self) -> Any:
        """The event it carries, as this release reads it."""
        return topic_of(self.event).model.model_validate_json(self.body)


def golden(file: Path) -> Golden:
    """A golden message from its file."""
    return Golden(file=file.name, **json.loads(file.read_text(encoding="utf-8")))


def golden_messages() -> list[Golden]:
    """All of them."""
    return [golden(file) for file in sorted(EXAMPLES.glob("*.json"))]


def committed_schema(event: str) -> Schema:
    """An event's schema as it is committed."""
    schema: Schema = json.loads((HOME / schema_file(topic_of(event))).read_text(encoding="utf-8"))
    return schema


def current_schema(event: str) -> Schema:
    """An event's schema as the models have it now."""
    return published_schema(topic_of(event))


def doctored(schema: Schema, change: Callable[[Schema], object]) -> Schema:
    """A schema after a change, the original left alone."""
    changed = copy.deepcopy(schema)
    change(changed)
    return changed
