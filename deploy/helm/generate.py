"""Writes what the chart must know of Kafka from `contracts/topics.py`: topics, users with their rights, who reads what.

`python -m deploy.helm.generate` (part of `make contracts`) writes curbstop/files/kafka.json. A vendor's own two topics
and its user are written once, for a vendor called VENDOR; the chart makes them for each vendor in its values.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from contracts.topics import SERVICES, TOPICS, Topic, vendor_intake, vendor_outcome
from deploy.local.access import Grant, grants, logins
from deploy.local.topics import all_topics, settings_of

FILE = Path(__file__).parent / "curbstop" / "files" / "kafka.json"
VENDOR = "VENDOR"
SAMPLE = "vendor-name"


def content() -> dict[str, Any]:
    """The file's content."""
    doors: list[Topic[Any]] = [vendor_intake(SAMPLE), vendor_outcome(SAMPLE)]
    ours, all_grants = grants(TOPICS), grants(all_topics([SAMPLE]))
    vendors = {one for one in all_grants if one.login == f"vendor.{SAMPLE}"}
    payments = all_grants - ours - vendors
    return {
        "topics": [_topic(one) for one in TOPICS],
        "users": {login: _rights(one for one in ours if one.login == login) for login in logins(TOPICS)},
        "reads": {service: [_read(one) for one in TOPICS if service in one.consumers] for service in SERVICES},
        "vendor": _named_so(
            {"topics": [_topic(one) for one in doors], "rights": _rights(vendors), "payments": _rights(payments)}
        ),
    }


def _topic(topic: Topic[Any]) -> dict[str, Any]:
    return {"name": topic.name, "partitions": topic.partitions, "config": settings_of(topic)}


def _read(topic: Topic[Any]) -> dict[str, Any]:
    return {"topic": topic.name, "scales": topic.partitions > 1}


def _rights(found: Iterable[Grant]) -> list[dict[str, Any]]:
    """As Strimzi's KafkaUser has them."""
    return [
        {
            "resource": {
                "type": one.resource.lower(),
                "name": one.name,
                "patternType": "prefix" if one.prefixed else "literal",
            },
            "operations": [one.operation.title()],
            "host": "*",
        }
        for one in sorted(found)
    ]


def _named_so(said: dict[str, Any]) -> dict[str, Any]:
    renamed: dict[str, Any] = json.loads(json.dumps(said).replace(SAMPLE, VENDOR))
    return renamed


def text() -> str:
    """The file as it is kept."""
    return json.dumps(content(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
