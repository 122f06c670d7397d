"""Inputs of a bill as they are kept beside it, and read again."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from services.billing.bills.inputs import Correction, Item
from services.billing.bills.making import Made
from services.billing.tariffs import Period, Usage

Written = dict[str, Any]
_NUMBERS = frozenset({"winter_average"})
"""Attributes that are numbers; all others are words."""


def write(made: Made) -> str:
    """A bill's inputs as JSON text; numbers, days and ids in it are strings."""
    written: Written = {"items": [_item(item) for item in made.items]}
    if made.corrections:
        written["corrections"] = [_correction(one) for one in made.corrections]
    return to_json(written).decode()


def read(written: Written, bill_date: date) -> tuple[tuple[Item, ...], tuple[Correction, ...]]:
    """A bill's inputs from JSON."""
    corrections = tuple(_read_correction(one) for one in written.get("corrections", ()))
    return read_items(written["items"], bill_date), corrections


def read_items(items: Sequence[Written], bill_date: date) -> tuple[Item, ...]:
    """The items of a bill."""
    return tuple(_read_item(one, bill_date) for one in items)


def reads_of(written: Written) -> list[UUID]:
    """Every read that a bill charges."""
    own = [read for item in written["items"] for read in item["reads"]]
    corrected = [read for one in written.get("corrections", ()) for read in one["reads"]]
    return [UUID(read) for read in dict.fromkeys([*own, *corrected])]


def _item(item: Item) -> Written:
    return {
        "span": item.span,
        "service": item.service,
        "agreement": item.agreement_id,
        "start": item.period.start,
        "end": item.period.end,
        "quantity": item.usage.quantity,
        "unit": item.usage.unit,
        "attributes": item.attributes,
        "reads": item.reads,
    }


def _read_item(written: Written, bill_date: date) -> Item:
    end = date.fromisoformat(written["end"])
    quantity = written["quantity"]
    return Item(
        written["span"],
        written["service"],
        UUID(written["agreement"]),
        Period(date.fromisoformat(written["start"]), end, bill_date, end),
        Usage(None if quantity is None else Decimal(quantity), written["unit"]),
        _attributes(written["attributes"]),
        tuple(UUID(read) for read in written["reads"]),
    )


def _attributes(written: Mapping[str, str]) -> dict[str, str | Decimal]:
    return {name: Decimal(value) if name in _NUMBERS else value for name, value in written.items()}


def _correction(one: Correction) -> Written:
    return {
        "bill": one.bill_number,
        "bill_date": (*one.now, *one.then)[0].period.bill_date,
        "pack": one.pack_hash,
        "then": [_item(item) for item in one.then],
        "now": [_item(item) for item in one.now],
        "reads": one.reads,
    }


def _read_correction(written: Written) -> Correction:
    bill_date = date.fromisoformat(written["bill_date"])
    return Correction(
        written["bill"],
        written["pack"],
        read_items(written["then"], bill_date),
        read_items(written["now"], bill_date),
        tuple(UUID(read) for read in written["reads"]),
    )
