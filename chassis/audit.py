"""Who changed what, when, why, from what to what: kept for auditors, in the transaction of the change."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import text

from chassis.database import Transaction

_INSERT = text(
    "insert into audit (actor, action, entity, why, before, after, trace)"
    " values (:actor, :action, :entity, :why, cast(:before as jsonb), cast(:after as jsonb), :trace)"
)


async def write(tx: Transaction) -> None:
    """Write what a transaction noted."""
    for one in tx.audits:
        await tx.execute(
            _INSERT,
            {
                "actor": tx.actor,
                "action": one.action,
                "entity": one.entity,
                "why": one.why,
                "before": _json(one.before),
                "after": _json(one.after),
                "trace": tx.trace,
            },
        )


async def history(tx: Transaction, entity: str) -> list[dict[str, Any]]:
    """What was done to one thing, oldest first."""
    rows = await tx.execute(
        text("select at, actor, action, why, before, after from audit where entity = :entity order by id"),
        {"entity": entity},
    )
    return [dict(row) for row in rows.mappings()]


def _json(value: BaseModel | dict[str, Any] | None) -> str:
    return json.dumps(None) if value is None else to_json(value).decode()
