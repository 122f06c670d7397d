"""How a crew reads an order, on its sheet and on its phone. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.metering.orders.rules import State
from services.metering.units import plain

_KINDS = {
    "disconnect": "Shut off",
    "restore": "Turn on",
    "final_read": "Final read",
    "start_read": "Start read",
    "reread": "Read again",
}


def kind(order_kind: str) -> str:
    """What is to be done, in two words."""
    return _KINDS.get(order_kind, order_kind.replace("_", " ").capitalize())


def long_day(day: date) -> str:
    """Wednesday, March 1, 2023"""
    return f"{day:%A, %B} {day.day}, {day.year}"


def last_read(row: Mapping[str, Any]) -> str:
    """What the meter showed last, and when."""
    if row["last_value"] is None:
        return "none"
    return f"{plain(row['last_value'])} on {row['last_on']:%b} {row['last_on'].day}"


def meter(row: Mapping[str, Any]) -> str:
    """Which meter to look for."""
    if row["meter"] is None:
        return "none in place"
    return f"{row['meter']}, register {row['register_number']}, {row['dials']} dials"


def dials(row: Mapping[str, Any]) -> str:
    """How much there is to read off."""
    return "" if row["dials"] is None else f"{row['dials']} dials"


def facts(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a crew looks for at the place."""
    found = [
        ("Meter", meter(row)),
        ("Last read", last_read(row)),
        ("Route", f"{row['route']}, stop {row['sequence']}"),
        ("Service point", row["service_point"]),
        ("Account", row["account"] or "not known here"),
        ("Reason", row["reason"]),
        ("Instructions", row["instructions"]),
    ]
    return [(label, value) for label, value in found if value]


def outcome(row: Mapping[str, Any]) -> str:
    """What came of it, in a sentence; empty while it is open."""
    if row["state"] == State.COMPLETED:
        read = "" if row["value"] is None else f" The meter showed {plain(row['value'])}."
        return f"Done.{read}"
    if row["state"] == State.CANCELLED:
        return f"Not to be done: {row['ended_why']}"
    return ""
