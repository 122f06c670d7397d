"""Facts that came before the thing they speak of. Topics race: a payment may arrive before its account.

They wait in the consumer's own database and are taken up in the transaction in which the thing becomes known.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from chassis.database import Transaction
from chassis.deadletters import headers_from_json, headers_to_json
from chassis.received import RawMessage

_INSERT = text(
    'insert into waiting_fact (topic, identity, awaits, awaited_key, partition, "offset", key, value, headers)'
    " values (:topic, :identity, :awaits, :awaited_key, :partition, :offset, :key, :value, cast(:headers as jsonb))"
    " on conflict do nothing"
)


@dataclass(frozen=True)
class WaitingFact:
    """A kept message, what it waits for, and since when."""

    topic: str
    identity: str
    awaits: str
    awaited_key: str
    since: datetime


async def write(tx: Transaction) -> None:
    """Keep what the handlers of a transaction could not take up yet."""
    for message, awaits, awaited_key in tx.waiting:
        await tx.execute(
            _INSERT,
            {
                "topic": message.raw.topic,
                "identity": message.identity,
                "awaits": awaits,
                "awaited_key": awaited_key,
                "partition": message.raw.partition,
                "offset": message.raw.offset,
                "key": message.raw.key,
                "value": message.raw.value,
                "headers": headers_to_json(message.raw),
            },
        )


async def release(tx: Transaction, awaits: str, keys: frozenset[str]) -> list[RawMessage]:
    """Take out the messages that waited for these things, oldest first."""
    if not keys:
        return []
    rows = await tx.execute(
        text(
            "delete from waiting_fact where awaits = :awaits and awaited_key = any(:keys)"
            ' returning topic, partition, "offset", key, value, headers, since'
        ),
        {"awaits": awaits, "keys": list(keys)},
    )
    ordered = sorted(rows.mappings(), key=lambda row: (row["since"], row["partition"], row["offset"]))
    return [_raw(row) for row in ordered]


def _raw(row: Any) -> RawMessage:
    headers = headers_from_json(row["headers"])
    return RawMessage(row["topic"], row["partition"], row["offset"], row["key"], row["value"], headers)


async def listed(tx: Transaction, limit: int) -> list[WaitingFact]:
    """What has waited longest."""
    rows = await tx.execute(
        text("select topic, identity, awaits, awaited_key, since from waiting_fact order by since limit :limit"),
        {"limit": limit},
    )
    return [WaitingFact(**row) for row in rows.mappings()]
