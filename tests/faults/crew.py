"""The crew: sent out with what is to be done today, and back with what the register shows."""

from datetime import date
from decimal import Decimal
from typing import Any

from deploy.local.demo.town.field import used_since
from deploy.local.demo.town.homes import Home
from tests.faults.town import Town

CREW = "crew 1"


def work(town: Town, *kinds: str) -> None:
    """Do the orders of some kinds that are for today or earlier."""
    for kind in kinds:
        waiting = [one for one in town.office.get("metering", "/orders", kind=kind, limit=1000) if _due(one, town.day)]
        if waiting:
            _do(town, sorted(str(one["id"]) for one in waiting))


def _due(order: dict[str, Any], day: date) -> bool:
    return bool(order["wanted_on"] <= str(day))


def _do(town: Town, orders: list[str]) -> None:
    town.office.post("metering", "/orders/dispatch", {"crew": CREW, "orders": orders}, by="carl")
    for one in orders:
        order = town.office.get("metering", f"/orders/{one}")
        if order["state"] == "dispatched":
            _complete(town, order)
    town.office.settle()


def _complete(town: Town, order: dict[str, Any]) -> None:
    value = shows(town, town.home(order["meter"]))
    report = {"value": str(value), "confirmed": True, "at": f"{town.day}T17:00:00Z", "remark": f"done by {CREW}"}
    answer = town.office.ask("metering", "POST", f"/orders/{order['id']}/complete", json=report)
    done = town.office.get("metering", f"/orders/{order['id']}")["state"] == "completed"
    assert answer.status_code < 300 or done, answer.text


def shows(town: Town, home: Home) -> Decimal:
    """What the register shows today: a month's usual usage, by the days since it was read last."""
    town.passed[home.point] += used_since(home, town.read_on[home.point], town.day)
    town.read_on[home.point] = town.day
    town.read_by_crew.add(home.point)
    return home.meter.shows(town.passed[home.point])
