"""A route on its way out to the meter readers."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any

from chassis.database import Transaction
from chassis.refusal import Refused, not_found
from services.metering.handhelds.fixed import DoesNotFitError
from services.metering.handhelds.route import Route, Stop
from services.metering.handhelds.variants import VARIANTS, Variant
from services.metering.policy import TOWN
from services.metering.readings import store
from services.metering.tables import Reading, ReadingState, ReadState
from services.metering.usage import Register

ALL = tuple(state for state in ReadState if state is not ReadState.REPLACED)
REREADS = (ReadState.REREAD,)


@dataclass(frozen=True)
class RouteFile:
    """A file to be taken along."""

    name: str
    media_type: str
    content: str


def variant_of(name: str) -> Variant:
    """A format by its name; refuses one that is not known."""
    if name not in VARIANTS:
        raise Refused(f"`{name}` is no format of route files; known are {', '.join(VARIANTS)}.", 422)
    return VARIANTS[name]


async def route_file(
    tx: Transaction, reading: Reading, route: str, format_name: str | None, *, rereads_only: bool
) -> RouteFile:
    """The file of one route: all its meters, or only those to be read again."""
    if reading.state != ReadingState.OPEN:
        raise Refused(f"The reading is {reading.state}; routes go out only while it is open.")
    here = await TOWN.pinned(tx, reading.pack_hash)
    format_name = format_name or here.policy.handhelds.format
    variant = variant_of(format_name)
    rows = await store.stops(tx, reading, route, REREADS if rereads_only else ALL)
    if not rows and not rereads_only:
        raise not_found("route in this reading called", route)
    out = Route(route, reading.cycle, reading.read_on, tuple(_stop(row) for row in rows))
    try:
        lines = list(chain(variant.write([out], here.policy.handhelds.company, reading.business_date)))
    except DoesNotFitError as error:
        raise Refused(f"Route {route} can't be written as {format_name}: {error}", 422) from None
    name = f"cycle-{reading.cycle}-route-{route}-{reading.read_on}{'-rereads' if rereads_only else ''}.{variant.suffix}"
    return RouteFile(name, variant.media_type, "".join(lines))


def _stop(row: dict[str, Any]) -> Stop:
    register = Register(row["dials"], row["decimals"], row["unit"], row["multiplier"])
    previous = row["previous_value"]
    low, high = _asked_again_outside(register, previous, row["low"], row["high"])
    return Stop(
        sequence=row["sequence"],
        service_point=row["key"],
        premise=row["premise"],
        address=row["address"],
        account=row["account"],
        meter=row["meter"],
        register=row["register_number"],
        size=row["size"],
        dials=row["dials"],
        decimals=row["decimals"],
        previous=previous or Decimal(0),
        low=low,
        high=high,
    )


def _asked_again_outside(
    register: Register, previous: Decimal | None, low: Decimal | None, high: Decimal
) -> tuple[Decimal, Decimal]:
    """The readings between which the handheld takes a value without asking: the whole dial where nothing is known."""
    if previous is None:
        return Decimal(0), register.capacity - register.step
    return register.advanced(previous, low or Decimal(0)), register.advanced(previous, high)
