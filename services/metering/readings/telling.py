"""A posted read as others hear of it. Pure."""

from datetime import date
from decimal import Decimal
from typing import Any

from contracts.metering import ReadFlag, ReadKind, ReadPosted, UsageFlagged
from contracts.metering import Reading as RegisterReading
from services.metering.units import trimmed

_FLAGS = {flag.value: flag for flag in ReadFlag}


def read_posted(row: dict[str, Any], business_date: date) -> ReadPosted:
    """The fact that a read is to be billed. A first read counts from itself."""
    kind = ReadKind(row["kind"])
    current = RegisterReading(date=row["read_on"], value=trimmed(row["value"]), kind=kind)
    return ReadPosted(
        read_id=row["id"],
        service_point_id=row["service_point_id"],
        meter_id=row["meter_id"],
        meter_number=row["meter_number"],
        register_number=row["register_number"],
        route=row["route"],
        cycle=row["cycle"],
        previous=_previous(row) or current,
        current=current,
        dials=row["dials"],
        unit=row["unit"],
        multiplier=trimmed(row["multiplier"]),
        quantity=trimmed(row["quantity"]),
        kind=kind,
        flags=tuple(_FLAGS[finding] for finding in row["findings"] if finding in _FLAGS),
        replaces=row["replaces"],
        business_date=business_date,
    )


def _previous(row: dict[str, Any]) -> RegisterReading | None:
    if row["previous_value"] is None:
        return None
    return RegisterReading(
        date=row["previous_on"], value=trimmed(row["previous_value"]), kind=ReadKind(row["previous_kind"])
    )


def usage_flagged(row: dict[str, Any], told: tuple[str, ...], business_date: date) -> list[UsageFlagged]:
    """What the customer should hear: only of usage that was read, never of a guess, and once per read."""
    if row["kind"] == "estimated" or row["replaces"] is not None:
        return []
    return [
        UsageFlagged(
            read_id=row["id"],
            service_point_id=row["service_point_id"],
            flag=_FLAGS[finding],
            quantity=trimmed(row["quantity"]),
            usual_quantity=trimmed(row["usual"] or Decimal(0)),
            unit=row["unit"],
            read_date=row["read_on"],
            business_date=business_date,
        )
        for finding in row["findings"]
        if finding in told
    ]
