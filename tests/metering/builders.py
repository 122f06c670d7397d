"""Meters, routes and histories to test with."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.metering.handhelds.route import Route, Stop
from services.metering.policy import Finding, Limits
from services.metering.review import Past
from services.metering.usage import Register

READ_ON = date(2023, 3, 1)


def register(dials: int = 5, decimals: int = 0, multiplier: str = "10", unit: str = "gal") -> Register:
    return Register(dials, decimals, unit, Decimal(multiplier))


def limits(**changes: Any) -> Limits:
    usual: dict[str, Any] = {
        "unit": "gal",
        "high_factor": Decimal("2.5"),
        "high_minimum": Decimal(8000),
        "low_factor": Decimal("0.25"),
        "low_minimum": Decimal(2000),
        "vacant_minimum": Decimal(500),
        "rollover_share": Decimal("0.10"),
        "questioned": tuple(finding for finding in Finding if finding is not Finding.LEAK),
    }
    return Limits(**(usual | changes))


def history(*quantities: int, until: date = READ_ON, estimated: tuple[int, ...] = ()) -> list[Past]:
    """Monthly usage, newest first, ending a month before `until`; `estimated` names places in it."""
    return [
        Past(until - timedelta(days=30 * (place + 1)), Decimal(quantity), place in estimated)
        for place, quantity in enumerate(quantities)
    ]


def stop(number: int, **changes: Any) -> Stop:
    usual: dict[str, Any] = {
        "sequence": number * 10,
        "service_point": f"SP-{number:05}",
        "premise": f"P-{number:05}",
        "address": f"{number} Main St",
        "account": f"{100000 + number}",
        "meter": f"M{number:07}",
        "register": "1",
        "size": "3/4",
        "dials": 6,
        "decimals": 0,
        "previous": Decimal(1000 + number),
        "low": Decimal(1000 + number),
        "high": Decimal(1900 + number),
    }
    return Stop(**(usual | changes))


def route(stops: int = 3, name: str = "101") -> Route:
    return Route(name, name[0], READ_ON, tuple(stop(number) for number in range(1, stops + 1)))
