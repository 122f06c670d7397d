"""When a bill is due: so many days after its date, and never on a day when the office is closed."""

from datetime import date, timedelta

from chassis.calendar import Calendar
from chassis.townpack import Bundle
from services.billing.policy import TOWN


def due_date(bill_date: date, days: int, calendar: Calendar) -> date:
    """The due day: `days` after the bill date, moved on over days the office is closed."""
    return calendar.rolled(bill_date + timedelta(days))


def closed_days(bundle: Bundle) -> Calendar:
    """The days a pack's town works and those it is closed. Raises ValueError when the pack can't be read."""
    town, mistakes = TOWN.read(bundle)
    if town is None:
        raise ValueError(f"the pack {bundle.hash[:12]} can't be read: {mistakes[0]}")
    return town.calendar
