"""What is mailed together: gathered, printed, confirmed."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from chassis.database import Transaction
from contracts.notices import NoticeKind
from services.notifications.tables import MailingFile, Notice


async def put_in_mailing(tx: Transaction, mailing_id: UUID, kind: NoticeKind) -> list[UUID]:
    """Gather all queued paper notices of a kind into a mailing; answers them in account order."""
    rows = await tx.execute(
        text(
            "with taken as (update notice set state = 'in_mailing', mailing_id = :mailing"
            " where channel = 'paper' and state = 'queued' and kind = :kind returning notice_id, account_id)"
            " select notice_id from taken left join contact using (account_id) order by contact.number, notice_id"
        ),
        {"mailing": mailing_id, "kind": str(kind)},
    )
    return list(rows.scalars())


async def note_printed(tx: Transaction, notice_ids: Collection[UUID], file: str) -> None:
    """These notices are in the file, made out to who is responsible now; the others of a chunk have nobody to go to."""
    printed = (
        "update notice n set file = :file,"
        " person_id = case when n.role = 'responsible' then coalesce(c.responsible, n.person_id) else n.person_id end"
        " from contact c where c.account_id = n.account_id and n.notice_id = any(:ids)"
    )
    await tx.execute(text(printed), {"file": file, "ids": list(notice_ids)})


async def files_of(tx: Transaction, mailing_id: UUID) -> list[MailingFile]:
    """The files of a mailing, by name."""
    query = select(MailingFile).where(MailingFile.mailing_id == mailing_id).order_by(col(MailingFile.name))
    return list((await tx.session.exec(query)).all())


async def mailed(tx: Transaction, mailing_id: UUID, mailed_on: date, today: date) -> Sequence[Notice]:
    """Mark what was printed for a mailing as sent; answers those notices. What was not printed goes nowhere."""
    query = select(Notice).where(Notice.mailing_id == mailing_id, Notice.state == "in_mailing")
    notices = (await tx.session.exec(query.where(col(Notice.file).is_not(None)))).all()
    for one in notices:
        one.state, one.sent_date, one.ended_on = "sent", mailed_on, today
    await tx.session.flush()
    rest = "update notice set state = 'cancelled', reason = 'Nobody to send it to.'"
    await tx.execute(text(f"{rest} where mailing_id = :id and state = 'in_mailing'"), {"id": mailing_id})
    return notices
