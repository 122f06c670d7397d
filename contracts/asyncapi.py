"""The AsyncAPI 3 description of all topics, made from `topics.py`."""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from contracts.published import HOME, SAMPLE_VENDOR, published, schema_file
from contracts.topics import Topic

_KEPT_MS = 35 * 24 * 60 * 60 * 1000

_HEADERS: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 attributes (binary content mode), the trace, and who caused it.",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "description": "The same each time the same fact is sent."},
        "ce_type": {"type": "string", "description": "The event's name."},
        "ce_source": {"type": "string", "description": "Who says so, such as /curbstop/billing."},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string", "description": "What it is about: the message key."},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": {"type": "string", "description": "W3C Trace Context."},
        "actor": {"type": "string", "description": "Who caused it: a person's or a program's name."},
    },
}

_SERVERS: dict[str, Any] = {
    "local": {
        "host": "localhost:{port}",
        "protocol": "kafka",
        "description": "What `make up` starts: SASL_PLAINTEXT with SCRAM-SHA-512. It prints its port.",
        "variables": {"port": {"default": "9092"}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    },
    "town": {
        "host": "{host}",
        "protocol": "kafka-secure",
        "description": "A town's own cluster: SASL_SSL with SCRAM-SHA-512.",
        "variables": {"host": {"default": "kafka.example.gov:9093"}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    },
}

_SCRAM = {
    "type": "scramSha512",
    "description": "Every service and vendor has a login of its own, which may write and read only its own topics.",
}


def document() -> str:
    """The whole description, as YAML."""
    topics = published()
    content = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Curbstop",
            "version": "1",
            "description": "Utility billing for a town. Nothing crosses between its services but these messages. The "
            f"topics of a payment vendor are shown for a sample vendor, {SAMPLE_VENDOR}.",
        },
        "defaultContentType": "application/json",
        "servers": _SERVERS,
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {name: operation for topic in topics for name, operation in _operations(topic)},
        "components": {
            "messages": {topic.model.__name__: _message(topic) for topic in topics},
            "schemas": {"Headers": _HEADERS},
            "securitySchemes": {"scram": _SCRAM},
        },
    }
    return "# Made by `make contracts` from contracts/topics.py.\n" + yaml.dump(
        content, Dumper=_NoAliases, sort_keys=False, allow_unicode=True, width=110
    )


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _channel(topic: Topic[Any]) -> dict[str, Any]:
    event = topic.model.__name__
    return {
        "address": topic.name,
        "description": f"{_summary(topic)} {_KINDS[topic.kind]}",
        "messages": {event: {"$ref": f"#/components/messages/{event}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": _configuration(topic),
                "bindingVersion": "0.5.0",
            }
        },
    }


_KINDS = {
    "snapshot": "A snapshot: the newest message of a key is how the thing stands; an empty value erases it.",
    "fact": "A fact: kept 35 days.",
    "intake": "A vendor's own door: only that vendor may write it. Kept 35 days.",
    "outcome": "Answers to one vendor: only that vendor may read it. Kept 35 days.",
}


def _configuration(topic: Topic[Any]) -> dict[str, Any]:
    if topic.kind == "snapshot":
        return {"cleanup.policy": ["compact"]}
    return {"cleanup.policy": ["delete"], "retention.ms": _KEPT_MS}


def _operations(topic: Topic[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for login in topic.publishers:
        yield f"{login}.sends.{topic.name}", _operation("send", topic, f"{login} publishes it.")
    for login in topic.consumers:
        group = {"kafka": {"groupId": {"type": "string", "const": f"{login}.{topic.name}"}, "bindingVersion": "0.5.0"}}
        yield (
            f"{login}.receives.{topic.name}",
            {**_operation("receive", topic, f"{login} reads it."), "bindings": group},
        )


def _operation(action: str, topic: Topic[Any], summary: str) -> dict[str, Any]:
    channel = f"#/channels/{topic.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "summary": summary,
        "messages": [{"$ref": f"{channel}/messages/{topic.model.__name__}"}],
    }


def _message(topic: Topic[Any]) -> dict[str, Any]:
    return {
        "name": topic.model.__name__,
        "summary": _summary(topic),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {"$ref": f"./{schema_file(topic)}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": _key(topic)}, "bindingVersion": "0.5.0"}},
        "examples": [_example(topic)],
    }


def _key(topic: Topic[Any]) -> str:
    return f"The message's {topic.key}." if topic.key else f"Always {topic.name}."


def _summary(topic: Topic[Any]) -> str:
    return (topic.model.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")


def _example(topic: Topic[Any]) -> dict[str, Any]:
    golden = json.loads((HOME / "examples" / f"{topic.model.__name__}.plain.json").read_text(encoding="utf-8"))
    return {"name": "plain", "headers": golden["headers"], "payload": golden["value"]}
