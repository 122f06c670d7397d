"""Reads become usage awaiting billing."""

from typing import Any

from chassis.bulk import insert_new
from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.metering import ReadPosted
from contracts.topics import READ_POSTED
from services.billing.usage.reassigning import reassign_reads
from services.billing.usage.tables import Usage


async def take_reads(tx: Transaction, received: list[Received[ReadPosted]]) -> None:
    """Each read is kept once. Whose it is is asked when it is billed: the agreement may come later than the read."""
    arrivals = await insert_new(tx, Usage, [_row(one) for one in received], "read_id")
    for one in received:
        if one.event.read_id in arrivals.conflicting:
            tx.refuse(
                one,
                f"Read {one.event.read_id} came before with other content. A corrected read must be posted under an id"
                " of its own, naming the one it replaces.",
            )
    await reassign_reads(tx, arrivals.new)


def _row(one: Received[ReadPosted]) -> dict[str, Any]:
    read = one.event
    return {
        "read_id": read.read_id,
        "content_hash": one.content_hash,
        "service_point_id": read.service_point_id,
        "meter_number": read.meter_number,
        "cycle": read.cycle,
        "previous_on": read.previous.date,
        "previous_value": read.previous.value,
        "read_on": read.current.date,
        "read_value": read.current.value,
        "quantity": read.quantity,
        "unit": read.unit,
        "kind": read.kind.value,
        "flags": [flag.value for flag in read.flags],
        "replaces": read.replaces,
        "business_date": read.business_date,
    }


SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (Subscription(READ_POSTED, take_reads),)
