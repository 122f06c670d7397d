"""What waits to leave, and what is found to have left."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from chassis.days import last_begun
from contracts.topics import NOTICE_SENT
from services.notifications import store
from services.notifications.delivery import outcomes


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
    tellings = await store.to_tell(tx, list(message_ids))
    today = await last_begun(tx)
    for telling in tellings:
        notice, day = telling.notice, today or telling.notice.business_date
        notice.state, notice.sent_date, notice.message_id = "sent", day, message_ids[notice.notice_id]
        tx.publish(NOTICE_SENT, outcomes.sent(telling, day, day, notice.message_id))
    return len(tellings)
