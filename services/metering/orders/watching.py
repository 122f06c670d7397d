"""What Prometheus hears of work orders: how many are open, and how many have expired."""

import asyncio

from prometheus_client import Gauge

from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.kit import Kit
from chassis.logs import logger
from chassis.passing import is_passing, pause
from contracts.orders import OrderKind
from services.metering.orders import store

EVERY = 15.0


async def keep_count(kit: Kit) -> None:
    """Count orders every 15 seconds, until cancelled. Every copy tells the same: they are counts of the database."""
    known = kit.metrics.registry
    open_ = Gauge("curbstop_orders_open", "Work orders that are not over", ["kind"], registry=known)
    expired = Gauge("curbstop_orders_expired", "Disconnections that expired so far", registry=known)
    while True:
        try:
            await _count(kit, open_, expired)
        except Exception as error:
            if not is_passing(error):
                raise
            logger("orders").warning("not_counted", error=str(error))
            await pause(error, 0)
        await asyncio.sleep(EVERY)


async def _count(kit: Kit, open_: Gauge, expired: Gauge) -> None:
    async with transaction(kit.engine, kit.parts.name, kit.parts.name, new_trace()) as tx:
        counts = await store.open_by_kind(tx)
        expired.set(await store.expired(tx))
    for kind in OrderKind:
        open_.labels(kind.value).set(counts.get(kind.value, 0))
