"""Every topic says what it carries, what keys it, and who may write and read it."""

from typing import Any

import pytest

from contracts.ids import derived_id, thing_id
from contracts.published import published
from contracts.topics import SERVICES, TOPICS, Topic, vendor_intake, vendor_outcome

every_topic = pytest.mark.parametrize("topic", published(), ids=lambda topic: str(topic.name))


@every_topic
def test_the_key_and_the_identity_are_fields_that_are_always_there(topic: Topic[Any]) -> None:
    fields = topic.model.model_fields
    assert all(fields[name].is_required() for name in topic.identity)
    assert not topic.key or fields[topic.key].is_required()


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: str(topic.name))
def test_a_topic_is_named_by_its_event_and_stays_between_services(topic: Topic[Any]) -> None:
    assert topic.name == topic.model.__name__
    assert {*topic.publishers, *topic.consumers} <= set(SERVICES)


SHARED = {"ChargeAssessed", "ServiceOrderRequested", "ServiceOrderWithdrawn", "BusinessDayDone"}
"""What more than one service may say: a fee, an order and its withdrawal, and that a day's work is done."""


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: str(topic.name))
def test_one_service_owns_what_a_topic_says_and_does_not_tell_itself(topic: Topic[Any]) -> None:
    assert (len(topic.publishers) > 1) == (topic.name in SHARED)
    assert topic.name in SHARED or not set(topic.publishers) & set(topic.consumers)


@every_topic
def test_a_snapshot_has_a_version_and_is_identified_by_it(topic: Topic[Any]) -> None:
    assert (topic.kind == "snapshot") == ("version" in topic.model.model_fields)
    if topic.kind == "snapshot":
        assert topic.identity == (topic.key, "version")


def test_a_vendor_writes_one_topic_and_reads_another_and_no_other_vendor_does() -> None:
    assert vendor_intake("acme").publishers == ("vendor.acme",)
    assert vendor_outcome("acme").consumers == ("vendor.acme",)
    assert vendor_intake("acme").name != vendor_intake("other").name


@pytest.mark.parametrize("vendor", ["", "a", "Acme", "acme.pay", "acme pay", "1st", "acme/..", "a" * 41, "akmé"])
def test_a_name_that_could_not_stand_in_a_topic_names_no_vendor(vendor: str) -> None:
    with pytest.raises(ValueError, match="cannot name a vendor"):
        vendor_intake(vendor)


def test_an_id_is_the_same_each_time_and_differs_by_town_kind_and_key() -> None:
    assert thing_id("windsor-co", "account", "10042") == thing_id("windsor-co", "account", "10042")
    others = {thing_id("windsor-co", "premise", "10042"), thing_id("elsewhere", "account", "10042")}
    assert thing_id("windsor-co", "account", "10042") not in others


def test_a_slash_in_a_part_does_not_make_two_things_one() -> None:
    assert derived_id("payment", "acme", "a/b") != derived_id("payment", "acme/a", "b")
