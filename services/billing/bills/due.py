"""When a bill is due: so many days after its date, and never on a day when the office is closed."""

from collections.abc import Container
from datetime import date, timedelta

import holidays
import yaml

from chassis.townpack import Bundle

_DAY = timedelta(days=1)
_SATURDAY = 5


def due_date(bill_date: date, days: int, closed: Container[date]) -> date:
    """The due day: `days` after the bill date, moved on over weekends and days in `closed`."""
    due = bill_date + days * _DAY
    while due.weekday() >= _SATURDAY or due in closed:
        due += _DAY
    return due


def closed_days(bundle: Bundle) -> Container[date]:
    """The public holidays of the town's state, as its pack names it."""
    town = yaml.safe_load(bundle.files["town.yaml"])["town"]
    return holidays.country_holidays("US", subdiv=town.get("state"))
