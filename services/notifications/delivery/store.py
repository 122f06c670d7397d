"""Every query about deliveries: e-mails to send, what became of notices, what went to whom."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, func, select

from chassis import holding
from chassis.database import Transaction
from services.notifications.store import ToTell, to_tell
from services.notifications.tables import AccountContact, MailingFile, Notice, NoticeEvent


async def count_emails(connection: AsyncConnection) -> int:
    """How many e-mails are queued or on their way; none is on its way while mail is held."""
    query = select(func.count()).where(Notice.channel == "email", col(Notice.state).in_(("queued", "sending")))
    return int((await connection.execute(query.where(text(holding.NOT_HELD)))).scalar_one())


async def claim_emails(tx: Transaction, limit: int, lease: timedelta) -> list[ToTell]:
    """Take e-mails to send for the length of a lease. A copy that dies leaves them to be taken again: at least once."""
    rows = await tx.execute(
        text(
            "update notice set state = 'sending', claimed_until = now() + :lease, attempts = attempts + 1"
            " where notice_id in (select notice_id from notice where channel = 'email'"
            "  and (state = 'queued' and coalesce(not_before, now()) <= now()"
            "       or state = 'sending' and claimed_until < now())"
            f"  and {holding.NOT_HELD} order by notice_id limit :limit for update skip locked)"
            " returning notice_id"
        ),
        {"lease": lease, "limit": limit},
    )
    return await to_tell(tx, list(rows.scalars()))


async def unclaim(tx: Transaction, notice_ids: Sequence[UUID]) -> None:
    """Give back those that were taken up and not sent, as if they had not been."""
    back = (
        "update notice set state = 'queued', claimed_until = null, attempts = attempts - 1"
        " where notice_id = any(:ids) and state = 'sending'"
    )
    await tx.execute(text(back), {"ids": list(notice_ids)})


def note(tx: Transaction, notice: Notice, day: date, what: str, detail: str) -> None:
    """Keep what happened to a delivery on its way."""
    tx.session.add(NoticeEvent(notice_id=notice.notice_id, at=tx.began, day=day, what=what, detail=detail))


async def insert_in_place(tx: Transaction, failed: Notice, notice_id: UUID, day: date) -> None:
    """Queue paper in place of an e-mail that failed; nothing, if the paper is queued already."""
    await tx.execute(
        text(
            "insert into notice (notice_id, content_hash, kind, about, account_id, channel, state, source, trace,"
            " business_date, person_id, role, instead_of)"
            " select :paper, content_hash, kind, about, account_id, 'paper', 'queued', source, trace, :day, person_id,"
            " role, notice_id from notice where notice_id = :failed on conflict do nothing"
        ),
        {"paper": notice_id, "failed": failed.notice_id, "day": day},
    )


async def counts_between(tx: Transaction, first: date, before: date) -> list[tuple[str, str, int]]:
    """How many notices of each kind were sent, and how many failed, from a business day on and before another."""
    rows = await tx.execute(
        text(
            "select kind, state, count(*) as notices from notice where ended_on >= :first and ended_on < :before"
            " and state in ('sent', 'failed') group by kind, state order by kind, state"
        ),
        {"first": first, "before": before},
    )
    return [(row.kind, row.state, row.notices) for row in rows]


async def unsent(tx: Transaction, day: date) -> dict[str, int]:
    """How many notices of each kind had not left when a business day began, whatever has become of them since."""
    rows = await tx.execute(
        text(
            "select kind, count(*) as notices from notice where business_date < :day and"
            " (state in ('queued', 'sending', 'in_mailing') or state in ('sent', 'failed') and ended_on >= :day)"
            " group by kind order by kind"
        ),
        {"day": day},
    )
    return {row.kind: row.notices for row in rows}


async def find(
    tx: Transaction, wanted: dict[str, Any], limit: int
) -> Sequence[tuple[Notice, AccountContact | None, MailingFile | None]]:
    """Deliveries that match all that is given, the newest first."""
    query = (
        select(Notice, AccountContact, MailingFile)
        .join(AccountContact, col(AccountContact.account_id) == col(Notice.account_id), isouter=True)
        .join(MailingFile, col(MailingFile.name) == col(Notice.file), isouter=True)
        .order_by(col(Notice.business_date).desc(), col(Notice.notice_id))
        .limit(limit)
    )
    for name, value in wanted.items():
        if value is not None:
            query = query.where(_CONDITIONS[name](value))
    return (await tx.session.exec(query)).all()


_CONDITIONS: dict[str, Any] = {
    "account": lambda number: AccountContact.number == number,
    "person": lambda person_id: Notice.person_id == person_id,
    "kind": lambda kind: Notice.kind == kind,
    "channel": lambda channel: Notice.channel == channel,
    "state": lambda state: Notice.state == state,
    "day": lambda day: (Notice.business_date == day) | (Notice.sent_date == day) | (Notice.ended_on == day),
    "notice": lambda notice_id: Notice.notice_id == notice_id,
}


async def events_of(tx: Transaction, notice_id: UUID) -> list[NoticeEvent]:
    """What happened to a delivery on its way, oldest first."""
    query = select(NoticeEvent).where(NoticeEvent.notice_id == notice_id).order_by(col(NoticeEvent.id))
    return list((await tx.session.exec(query)).all())
