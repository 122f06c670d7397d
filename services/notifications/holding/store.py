"""What waits to leave, and what is found to have left."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from services.notifications import store
from services.notifications.delivery import marking


async def waiting(tx: Transaction) -> dict[str, int]:
    """How many notices wait to leave, by channel."""
    rows = await tx.execute(
        text("select channel, count(*) as notices from notice where state in ('queued', 'sending') group by channel")
    )
    return {row.channel: row.notices for row in rows}


async def waiting_emails(tx: Transaction, limit: int | None) -> Sequence[Any]:
    """E-mails that have not left, by account number; all without a limit."""
    rows = await tx.execute(
        text(
            "select notice_id, number, kind, business_date from notice left join contact using (account_id)"
            " where channel = 'email' and state in ('queued', 'sending') order by number, notice_id limit :limit"
        ),
        {"limit": limit},
    )
    return rows.all()


async def mark_sent(tx: Transaction, message_ids: Mapping[UUID, str]) -> int:
    """Mark e-mails as sent that had left before, and tell the others; answers how many."""
    for notice_id, message_id in message_ids.items():
        notice = await store.find_notice(tx, notice_id)
        await marking.emailed(tx, notice, message_id, "It had left before mail was held.")
    return len(message_ids)
