"""A published event may gain optional fields and known values; nothing else. These tests feed doctored models."""

import json
from collections.abc import Callable
from typing import Any, Literal

import jsoncompat
import pytest
from pydantic import BaseModel

from contracts.base import Event, Money, Name, OpenEnum, Part, Quantity
from contracts.compatibility import Schema, breaks
from contracts.published import published, schema_of
from tests.contracts.builders import committed_schema, current_schema, doctored

EVENTS = [topic.model.__name__ for topic in published()]


class Color(OpenEnum):
    """A set of values."""

    RED = "red"
    BLUE = "blue"


class Line(Part):
    """A piece."""

    quantity: Quantity
    note: Name | None = None


class Order(Event):
    """What was published."""

    number: Name
    amount: Money
    color: Color = Color.RED
    lines: tuple[Line, ...] = ()
    labels: dict[str, Name] = {}


class OrderWithANewOptionalField(Order):
    """Allowed."""

    paid: Money | None = None


class OrderWithANewRequiredField(Order):
    """Refused."""

    paid: Money


class OrderWithoutAColor(Event):
    """Refused."""

    number: Name
    amount: Money
    lines: tuple[Line, ...] = ()
    labels: dict[str, Name] = {}


class OrderWithoutANumber(Event):
    """Refused."""

    amount: Money
    color: Color = Color.RED
    lines: tuple[Line, ...] = ()
    labels: dict[str, Name] = {}


class OrderThatNeedsAColor(Order):
    """Refused."""

    color: Color


class OrderThatMayLackItsAmount(Order):
    """Refused."""

    amount: Money | None = None  # type: ignore[assignment]


class OrderOfAFloat(Order):
    """Refused."""

    amount: float  # type: ignore[assignment]


class OrderWhoseNumberMayBeLeftOut(Order):
    """Refused."""

    number: Name = "1"


class OrderOfWholeUnits(Order):
    """Refused."""

    amount: Quantity


class OrderOfAnotherDefault(Order):
    """Refused."""

    color: Color = Color.BLUE


class LineThatNeedsANote(Part):
    """A piece with a narrowed field."""

    quantity: Quantity
    note: Name


class OrderOfNarrowerLines(Order):
    """Refused."""

    lines: tuple[LineThatNeedsANote, ...] = ()  # type: ignore[assignment]


class OrderOfOtherLabels(Order):
    """Refused."""

    labels: dict[str, int] = {}  # type: ignore[assignment]


REFUSED: list[tuple[type[BaseModel], str]] = [
    (OrderWithANewRequiredField, "paid: required now"),
    (OrderWithoutAColor, "color: the field is gone"),
    (OrderWithoutANumber, "number: the field is gone"),
    (OrderThatNeedsAColor, "color: required now"),
    (OrderThatMayLackItsAmount, "amount: no longer required"),
    (OrderOfAFloat, "amount: type changed from string to number"),
    (OrderWhoseNumberMayBeLeftOut, "number: no longer required"),
    (OrderOfWholeUnits, "amount: pattern changed"),
    (OrderOfAnotherDefault, "color: default changed from red to blue"),
    (OrderOfNarrowerLines, r"lines[].note: required now"),
    (OrderOfOtherLabels, "labels{}: type changed from string to integer"),
]


Role = Literal["serializer", "deserializer", "both"]


def second_opinion(old: Schema, new: Schema, role: Role = "both") -> bool:
    """What jsoncompat says: a serializer's change must suit older readers, a deserializer's older messages."""
    return bool(jsoncompat.check_compat(json.dumps(_bare(old)), json.dumps(_bare(new)), role))


def _bare(schema: Schema) -> Schema:
    return {keyword: value for keyword, value in schema.items() if not keyword.startswith(("x-", "$schema"))}


@pytest.mark.parametrize("event", EVENTS)
def test_the_models_have_not_broken_what_is_committed(event: str) -> None:
    assert breaks(committed_schema(event), current_schema(event)) == []
    assert second_opinion(committed_schema(event), current_schema(event), "serializer")


@pytest.mark.parametrize(("model", "sentence"), REFUSED, ids=[model.__name__ for model, _ in REFUSED])
def test_a_breaking_change_is_named(model: type[BaseModel], sentence: str) -> None:
    found = breaks(schema_of(Order), schema_of(model))
    assert any(one.startswith(sentence) for one in found), found


@pytest.mark.parametrize(
    "model",
    [OrderWithANewRequiredField, OrderWithoutANumber, OrderThatNeedsAColor, OrderThatMayLackItsAmount, OrderOfAFloat],
)
def test_jsoncompat_thinks_so_too(model: type[BaseModel]) -> None:
    assert not second_opinion(schema_of(Order), schema_of(model))


def test_a_new_optional_field_is_welcome() -> None:
    assert breaks(schema_of(Order), schema_of(OrderWithANewOptionalField)) == []
    assert second_opinion(schema_of(Order), schema_of(OrderWithANewOptionalField), "serializer")


def test_a_new_known_value_is_welcome_and_a_forgotten_one_is_not() -> None:
    old = schema_of(Order)
    more = doctored(old, lambda schema: schema["$defs"]["Color"]["examples"].append("green"))
    assert breaks(old, more) == []
    assert breaks(more, old) == ['color: the value "green" is no longer known, and older messages carry it. Keep it.']


def test_other_words_for_people_break_nothing() -> None:
    old = schema_of(Order)
    assert breaks(old, doctored(old, lambda schema: schema.update(description="Said better.", title="Purchase"))) == []


CHANGES: list[tuple[str, Callable[[Schema], Any]]] = [
    ("a field removed", lambda schema: schema["properties"].pop("amount")),
    ("a field required", lambda schema: schema["required"].append("payer")),
    ("a field no longer required", lambda schema: schema["required"].remove("amount")),
    ("a longer text", lambda schema: schema["properties"]["payer"].update(maxLength=400)),
    ("another form", lambda schema: schema["properties"]["amount"].update(pattern="^[0-9]+$")),
    ("a known value forgotten", lambda schema: schema["$defs"]["Channel"]["examples"].remove("lockbox")),
    ("another key", lambda schema: schema["x-topic"].update(key="vendor_payment_id")),
    ("another identity", lambda schema: schema["x-topic"].update(identity=["account_number"])),
]


@pytest.mark.parametrize(("name", "change"), CHANGES, ids=[name for name, _ in CHANGES])
def test_the_comparison_with_the_committed_schema_can_fail(name: str, change: Callable[[Schema], Any]) -> None:
    committed = committed_schema("VendorPayment")
    assert breaks(committed, doctored(committed, change))


@pytest.mark.parametrize("event", EVENTS)
def test_any_required_field_of_any_event_is_missed_when_removed(event: str) -> None:
    committed = committed_schema(event)
    for field in committed["required"]:

        def remove(schema: Schema, field: str = field) -> None:
            del schema["properties"][field]
            schema["required"].remove(field)

        removed = doctored(committed, remove)
        assert breaks(committed, removed)
        assert not second_opinion(committed, removed)
