"""The AsyncAPI description says where everything is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from contracts.published import HOME, published

DESCRIPTION: dict[str, Any] = yaml.safe_load((HOME / "asyncapi.yaml").read_text(encoding="utf-8"))


def references(node: Any) -> Iterator[str]:
    """Every $ref below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def resolve(reference: str) -> Any:
    """What a $ref points at; fails when there is nothing."""
    file, _, pointer = reference.partition("#")
    node = json.loads((HOME / file).read_text(encoding="utf-8")) if file else DESCRIPTION
    for step in filter(None, pointer.split("/")):
        node = node[step]
    return node


@pytest.mark.parametrize("reference", sorted(set(references(DESCRIPTION))))
def test_every_reference_leads_somewhere(reference: str) -> None:
    assert resolve(reference)


def test_every_topic_is_a_channel_with_its_key_and_partitions() -> None:
    assert set(DESCRIPTION["channels"]) == {topic.name for topic in published()}
    day = DESCRIPTION["channels"]["BusinessDayStarted"]["bindings"]["kafka"]
    assert day["partitions"] == 1


def test_who_writes_and_reads_a_vendors_topics_is_said() -> None:
    operations = DESCRIPTION["operations"]
    assert operations["vendor.sample-bank.sends.PaymentReceived.sample-bank"]["action"] == "send"
    assert operations["vendor.sample-bank.receives.PaymentOutcome.sample-bank"]["action"] == "receive"
    assert "payments.receives.PaymentReceived.sample-bank" in operations


def test_every_server_asks_for_scram() -> None:
    servers = DESCRIPTION["servers"].values()
    assert all(resolve(server["security"][0]["$ref"])["type"] == "scramSha512" for server in servers)


def test_a_message_shows_its_payload_its_headers_and_an_example() -> None:
    message = DESCRIPTION["components"]["messages"]["VendorPayment"]
    assert resolve(message["payload"]["$ref"])["required"] == [
        "vendor_payment_id",
        "account_number",
        "amount",
        "paid_at",
    ]
    assert message["examples"][0]["payload"]["amount"] == "41.12"
    assert set(resolve(message["headers"]["$ref"])["required"]) <= set(message["examples"][0]["headers"])
