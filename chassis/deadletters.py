"""What couldn't be used is kept whole, with its reason, in the database of the service that couldn't use it."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from chassis.database import Transaction
from chassis.received import RawMessage

_INSERT = text(
    'insert into dead_letter (topic, partition, "offset", key, value, headers, reason)'
    " select :topic, :partition, :offset, cast(:key as bytea), cast(:value as bytea), cast(:headers as jsonb), :reason"
    " where not (:ours and exists (select 1 from dead_letter"
    "  where topic = :topic and value is not distinct from cast(:value as bytea)"
    "  and headers = cast(:headers as jsonb)))"
    " on conflict do nothing"
)


@dataclass(frozen=True)
class DeadLetter:
    """A kept message and why it couldn't be used."""

    id: int
    raw: RawMessage
    reason: str
    at: datetime
    settled_at: datetime | None
    settled_by: str | None


async def write(tx: Transaction) -> None:
    """Keep what the handlers of a transaction refused."""
    for message, reason in tx.refused:
        await keep(tx, message.raw, reason)


async def keep(tx: Transaction, raw: RawMessage, reason: str) -> None:
    """Keep one message; kept once, however often it is delivered.

    One of ours is known by its headers, too: told again after a restore, it stands at another place.
    """
    await tx.execute(
        _INSERT,
        {
            "topic": raw.topic,
            "partition": raw.partition,
            "offset": raw.offset,
            "key": raw.key,
            "value": raw.value,
            "headers": headers_to_json(raw),
            "reason": reason,
            "ours": any(name == "ce_id" for name, _ in raw.headers),
        },
    )


async def listed(tx: Transaction, settled: bool, limit: int) -> list[DeadLetter]:
    """The newest dead letters, open ones or settled ones."""
    condition = "is not null" if settled else "is null"
    rows = await tx.execute(
        text(f"select * from dead_letter where settled_at {condition} order by id desc limit :limit"), {"limit": limit}
    )
    return [_letter(row) for row in rows.mappings()]


async def find(tx: Transaction, letter_id: int) -> DeadLetter | None:
    """One dead letter, locked so that it is re-driven by one operator at a time."""
    rows = await tx.execute(text("select * from dead_letter where id = :id for update"), {"id": letter_id})
    row = rows.mappings().one_or_none()
    return _letter(row) if row else None


async def settle(tx: Transaction, letter_id: int) -> None:
    """Mark one as dealt with, by the transaction's actor."""
    await tx.execute(
        text("update dead_letter set settled_at = now(), settled_by = :actor where id = :id"),
        {"id": letter_id, "actor": tx.actor},
    )


def headers_to_json(raw: RawMessage) -> str:
    """Headers with any bytes in them, as JSON."""
    return json.dumps(
        [[name, None if value is None else base64.b64encode(value).decode()] for name, value in raw.headers]
    )


def headers_from_json(kept: list[list[Any]]) -> tuple[tuple[str, bytes | None], ...]:
    """The headers as they came."""
    return tuple((name, None if value is None else base64.b64decode(value)) for name, value in kept)


def _letter(row: Any) -> DeadLetter:
    raw = RawMessage(
        row["topic"], row["partition"], row["offset"], row["key"], row["value"], headers_from_json(row["headers"])
    )
    return DeadLetter(row["id"], raw, row["reason"], row["at"], row["settled_at"], row["settled_by"])
