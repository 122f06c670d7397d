"""Whether what leaves the town (mail, bank files) is held until a person has looked through it.

After a restore it is: what was queued at the instant may have left since. The hold is a row, so that a restore can set
it before any service starts and every copy of the service keeps to it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from chassis.database import Transaction
from chassis.refusal import Refused

HOLD = """
create table outbound_hold (
    id bigint generated always as identity primary key,
    since timestamptz not null default now(),
    why text not null,
    released_at timestamptz,
    released_by text
);
create unique index outbound_hold_one on outbound_hold ((released_at is null)) where released_at is null;
"""
SET = "insert into outbound_hold (why) values ({why}) on conflict do nothing"
NOT_HELD = "not exists (select 1 from outbound_hold where released_at is null)"
"""As a condition of the statement that claims what may leave."""


@dataclass(frozen=True)
class Hold:
    """Since when nothing leaves, and why."""

    since: datetime
    why: str


async def in_force(tx: Transaction) -> Hold | None:
    """The hold, if there is one."""
    found = (await tx.execute(text("select since, why from outbound_hold where released_at is null"))).one_or_none()
    return Hold(found.since, found.why) if found else None


async def refuse_while_held(tx: Transaction) -> None:
    """Refuse, in a sentence, to let anything out."""
    hold = await in_force(tx)
    if hold:
        raise Refused(
            f"Nothing leaves since {hold.since:%Y-%m-%d %H:%M} UTC ({hold.why}). Look through it, release it."
        )


async def hold(tx: Transaction, why: str) -> bool:
    """Let nothing leave any more; False when a hold is in force already."""
    if await in_force(tx):
        return False
    await tx.execute(text(SET.format(why=":why")), {"why": why})
    tx.audit("hold", "outbound", why)
    return True


async def release(tx: Transaction, why: str) -> bool:
    """Let things leave again; False when nothing was held."""
    rows = await tx.execute(
        text("update outbound_hold set released_at = now(), released_by = :by where released_at is null returning id"),
        {"by": tx.actor},
    )
    released = rows.first() is not None
    if released:
        tx.audit("release", "outbound", why)
    return released
