"""The crew: work orders are dispatched in the morning and completed with what the register shows."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from deploy.local.demo.month import Month
from deploy.local.demo.office import LEE, SAM
from deploy.local.demo.town.field import used_since
from deploy.local.demo.town.homes import Home
from deploy.local.demo.town.schedule import about_to_be_read

PART = "field work"
CREW = "crew 1"
Order = Mapping[str, Any]


def undisturbed(month: Month, account: str) -> bool:
    """Whether an account's meter is not about to be read."""
    return not about_to_be_read(month.home(account).cycle, month.day)


def disconnect(month: Month) -> None:
    """Today's disconnections."""
    for order in _done(month, "disconnect"):
        account = order["account"]
        month.off[account] = month.day
        month.mark("disconnect", f"the water of {account} is off since {order['done_on']}, register {order['value']}")
        month.say(f"{CREW} shuts off the water of {account}; the register shows {order['value']}")


def restore(month: Month, accounts: Iterable[str]) -> None:
    """The water of those who paid is on again."""
    for order in _done(month, "restore"):
        account = order["account"]
        month.off.pop(account, None)
        month.mark("restore", f"the water of {account} is on again on {order['done_on']}")
        month.say(f"{account} has paid; {CREW} turns the water on")
    still = [one for one in accounts if one in month.off]
    month.expect(not still, f"The water of {still} is off although they paid on {month.day}.")


def final_reads(month: Month) -> None:
    """Meters that are read because somebody moves."""
    for kind in ("final_read", "start_read"):
        for order in _done(month, kind):
            month.say(f"{CREW} reads the meter at {order['address']} for the move: {order['value']}")


def _done(month: Month, kind: str) -> list[Order]:
    """Send the crew out with the day's orders of a kind, and have them completed."""
    waiting = [
        one["id"]
        for one in month.office.get(SAM, "metering", "/orders", kind=kind, limit=1000)
        if one["wanted_on"] <= str(month.day) and one["state"] in ("requested", "assigned")
    ]
    if not waiting:
        return []
    with month.diary.part(PART, f"{CREW}: {kind.replace('_', ' ')}"):
        sent = month.office.post(SAM, "metering", "/orders/dispatch", {"crew": CREW, "orders": waiting})
        if kind == "disconnect":
            sheet = month.office.get(LEE, "metering", "/orders/sheet")
            month.diary.write(f"orders/{month.day}-{kind}.pdf", sheet)
        done = [_complete(month, one) for one in sent["orders"]]
        month.office.settle()
    return done


def _complete(month: Month, order_id: str) -> Order:
    order = month.office.get(LEE, "metering", f"/orders/{order_id}")
    home = next(one for one in month.homes if one.meter.number == order["meter"])
    body = {"value": str(_shows(month, home)), "confirmed": True, "remark": ""}
    return dict(month.office.post(LEE, "metering", f"/orders/{order_id}/complete", body))


def _shows(month: Month, home: Home) -> Decimal:
    """What the register shows today: a month's usual usage, by the days since it was last read."""
    since = month.last_read.get(home.point, home.last_on)
    if home.account not in month.off:
        month.passed[home.point] += used_since(home, since, month.day)
    month.last_read[home.point] = month.day
    month.read_between.add(home.point)
    return home.meter.shows(month.passed[home.point])
