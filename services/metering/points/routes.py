"""Routes: created as developments are added, and walked in another order when that is shorter."""

from collections.abc import Sequence

from chassis.database import Transaction
from chassis.refusal import Refused, not_found
from services.metering.points import store

STEP = 10
"""Between the sequences of two stops, so that a new house fits in between."""


async def create(tx: Transaction, name: str, cycle: str) -> None:
    """Create a route; the same again changes nothing."""
    cycles = await store.keep_routes(tx, {name: cycle})
    if cycles[name] != cycle:
        raise Refused(f"Route {name} is there already, in cycle {cycles[name]}.")
    tx.audit("create", f"route {name}", f"in cycle {cycle}")


async def reroute(tx: Transaction, name: str, keys: Sequence[str], why: str) -> int:
    """Put service points on a route in this order; stops not named follow them as they were. Answers its stops.

    A point that comes from another cycle must not have a read under way there.
    """
    cycle = await store.cycle_of(tx, name)
    if cycle is None:
        raise not_found("route", name)
    await _refuse_unknown(tx, keys)
    await _refuse_under_way(tx, keys, cycle)
    there = await store.keys_on(tx, name)
    order = [*keys, *(key for key in there if key not in set(keys))]
    await store.put_on_route(tx, name, cycle, order, STEP)
    tx.audit("reroute", f"route {name}", why, before={"stops": there[:100]}, after={"stops": order[:100]})
    return len(order)


async def _refuse_unknown(tx: Transaction, keys: Sequence[str]) -> None:
    if len(set(keys)) != len(keys):
        raise Refused("A service point is named twice; a meter is read once on a walk.", 422)
    known = await store.known_keys(tx, keys)
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise Refused(f"There is no service point {', '.join(unknown[:5])}. Nothing was moved.", 404)


async def _refuse_under_way(tx: Transaction, keys: Sequence[str], cycle: str) -> None:
    moving = await store.under_way_elsewhere(tx, keys, cycle)
    if moving:
        raise Refused(
            f"{moving[0]} is being read in another cycle now ({len(moving)} of these are)."
            " Close that reading first: a point that changes cycle in mid-reading would be read twice or not at all."
        )
