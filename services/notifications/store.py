"""Every query of notifications."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import holding
from chassis.bulk import Arrivals, Row, insert_new, keep_newest, lock, upsert
from chassis.database import Transaction
from chassis.refusal import not_found
from contracts.accounts import AccountChanged, ContactChanged
from services.notifications.tables import Account, AccountContact, MailingFile, Notice, Occupant, ServicePoint


@dataclass(frozen=True)
class ToTell:
    """A notice with the contact it goes to."""

    notice: Notice
    contact: ContactChanged


async def lock_contacts(tx: Transaction, ids: Collection[UUID]) -> None:
    """One account's contact and notices are written by one at a time."""
    await lock(tx, AccountContact, ids, key="account_id")


async def keep_contacts(tx: Transaction, rows: Sequence[Row]) -> None:
    """Keep the newest contact of each account."""
    await keep_newest(tx, AccountContact, rows, "account_id")


async def erase_contacts(tx: Transaction, ids: Collection[UUID]) -> None:
    """Forget who the people of accounts are; that they were told things stays."""
    await tx.execute(
        text("update contact set contact = null, number = null where account_id = any(:ids)"), {"ids": list(ids)}
    )


async def lock_service_points(tx: Transaction, ids: Collection[UUID]) -> None:
    """What is said of a service point is taken up by one at a time."""
    await lock(tx, ServicePoint, ids, key="service_point_id")


async def keep_occupants(tx: Transaction, events: Sequence[AccountChanged]) -> frozenset[UUID]:
    """Keep who is served where, by the newest snapshot of each account; answers the service points they name."""
    rows = [{"account_id": one.account_id, "version": one.version} for one in events]
    changed = await keep_newest(tx, Account, rows, "account_id")
    newest = {one.account_id: one for one in sorted(events, key=lambda one: one.version)}
    occupants = {row["agreement_id"]: row for account in changed for row in _occupants(newest[account])}
    await tx.execute(text("delete from occupant where account_id = any(:ids)"), {"ids": list(changed)})
    await upsert(tx, Occupant, list(occupants.values()), ("agreement_id",))
    points = frozenset(row["service_point_id"] for row in occupants.values())
    known = "update service_point set known = true where service_point_id = any(:ids)"
    await tx.execute(text(known), {"ids": list(points)})
    return points


def _occupants(event: AccountChanged) -> list[dict[str, Any]]:
    return [
        {
            "agreement_id": one.agreement_id,
            "service_point_id": one.service_point_id,
            "account_id": event.account_id,
            "start": one.start,
            "until": one.end,
        }
        for one in event.agreements
        if one.service_point_id
    ]


async def unknown_points(tx: Transaction, ids: Collection[UUID]) -> set[UUID]:
    """Which of these service points no account was heard of yet."""
    query = text("select service_point_id from service_point where service_point_id = any(:ids) and not known")
    return set((await tx.execute(query, {"ids": list(ids)})).scalars())


async def accounts_at(tx: Transaction, reads: Sequence[tuple[UUID, date]]) -> dict[tuple[UUID, date], UUID]:
    """The account that was served by the end of each read: service point and day. Nobody where it stood empty."""
    rows = await tx.execute(
        text(
            "select r.service_point_id, r.read_on, o.account_id"
            " from unnest(cast(:points as uuid[]), cast(:days as date[])) as r (service_point_id, read_on)"
            " join occupant o on o.service_point_id = r.service_point_id and o.start < r.read_on"
            " and coalesce(o.until, 'infinity') >= r.read_on order by o.start"
        ),
        {"points": [point for point, _ in reads], "days": [day for _, day in reads]},
    )
    return {(row.service_point_id, row.read_on): row.account_id for row in rows}


async def ebill_flags(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Whether each account that can be reached gets its mail electronically."""
    rows = await tx.execute(
        text("select account_id, ebill from contact where account_id = any(:ids) and contact is not null"),
        {"ids": list(ids)},
    )
    return {row.account_id: row.ebill for row in rows}


async def insert_notices(tx: Transaction, rows: Sequence[Row]) -> Arrivals:
    """Queue notices, each once."""
    return await insert_new(tx, Notice, rows, "notice_id")


async def sources(tx: Transaction, notice_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """The events that notices come from, as they came."""
    if not notice_ids:
        return {}
    rows = await tx.execute(
        text("select notice_id, source from notice where notice_id = any(:ids)"), {"ids": list(notice_ids)}
    )
    return {row.notice_id: row.source for row in rows}


async def take_back(tx: Transaction, about: Collection[UUID]) -> None:
    """Cancel what has not left about these things, and remember them for what has not come yet."""
    given = {"about": list(about)}
    remember = "insert into taken_back (about) select unnest(cast(:about as uuid[])) on conflict do nothing"
    await tx.execute(text(remember), given)
    cancel = "update notice set state = 'cancelled' where about = any(:about) and state = 'queued'"
    await tx.execute(text(cancel), given)


async def taken_back(tx: Transaction, about: Collection[UUID]) -> set[UUID]:
    """Which of these things were taken back."""
    rows = await tx.execute(text("select about from taken_back where about = any(:about)"), {"about": list(about)})
    return set(rows.scalars())


async def count_emails(session: AsyncSession) -> int:
    """How many e-mails are queued or on their way; none is on its way while mail is held."""
    query = select(func.count()).where(Notice.channel == "email", col(Notice.state).in_(("queued", "sending")))
    return (await session.exec(query.where(text(holding.NOT_HELD)))).one()


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


async def to_tell(tx: Transaction, notice_ids: Collection[UUID]) -> list[ToTell]:
    """Notices with their contacts, in id order; one whose contact was erased is left out."""
    query = (
        select(Notice, AccountContact)
        .join(AccountContact, col(AccountContact.account_id) == col(Notice.account_id))
        .where(col(Notice.notice_id).in_(notice_ids), col(AccountContact.contact).is_not(None))
        .order_by(col(AccountContact.number), col(Notice.notice_id))
    )
    return [ToTell(notice, _contact(kept)) for notice, kept in await tx.session.exec(query)]


async def find_notice(tx: Transaction, notice_id: UUID) -> Notice:
    """One notice, locked; refuses one that isn't there."""
    notice = await tx.session.get(Notice, notice_id, with_for_update=True)
    if notice is None:
        raise not_found("notice", notice_id)
    return notice


async def notices_about(tx: Transaction, account_id: UUID) -> list[Notice]:
    """What an account was told, the newest first."""
    query = select(Notice).where(Notice.account_id == account_id).order_by(col(Notice.business_date).desc())
    return list((await tx.session.exec(query)).all())


async def account_id_of(tx: Transaction, number: str) -> UUID:
    """The account with this number; refuses one that isn't there."""
    query = select(AccountContact.account_id).where(AccountContact.number == number)
    found = (await tx.session.exec(query)).one_or_none()
    if found is None:
        raise not_found("account", number)
    return found


async def counts(tx: Transaction) -> list[dict[str, Any]]:
    """How many notices of each kind, channel and state."""
    rows = await tx.execute(
        text("select kind, channel, state, count(*) as notices from notice group by 1, 2, 3 order by 1, 2, 3")
    )
    return [dict(row) for row in rows.mappings()]


async def put_in_mailing(tx: Transaction, mailing_id: UUID, kind: str) -> list[UUID]:
    """Gather all queued paper notices of a kind into a mailing; answers them in account order."""
    rows = await tx.execute(
        text(
            "with taken as (update notice set state = 'in_mailing', mailing_id = :mailing"
            " where channel = 'paper' and state = 'queued' and kind = :kind returning notice_id, account_id)"
            " select notice_id from taken left join contact using (account_id) order by contact.number, notice_id"
        ),
        {"mailing": mailing_id, "kind": kind},
    )
    return list(rows.scalars())


async def files_of(tx: Transaction, mailing_id: UUID) -> list[MailingFile]:
    """The files of a mailing, by name."""
    query = select(MailingFile).where(MailingFile.mailing_id == mailing_id).order_by(col(MailingFile.name))
    return list((await tx.session.exec(query)).all())


async def notices_in(tx: Transaction, mailing_id: UUID) -> list[Notice]:
    """The notices of a mailing that have not been confirmed."""
    query = select(Notice).where(Notice.mailing_id == mailing_id, Notice.state == "in_mailing")
    return list((await tx.session.exec(query)).all())


async def high_usage(tx: Transaction, since: date) -> list[ToTell]:
    """Notes about unusual usage since a day, whatever their channel, with whom to call."""
    query = select(Notice.notice_id).where(Notice.kind == "high_usage", col(Notice.business_date) >= since)
    return await to_tell(tx, list((await tx.session.exec(query)).all()))


async def count_unsent(tx: Transaction) -> int:
    """How many notices are queued and have not left."""
    query = text("select count(*) from notice where state in ('queued', 'sending')")
    return int((await tx.execute(query)).scalar_one())


def _contact(kept: AccountContact) -> ContactChanged:
    return ContactChanged.model_validate(kept.contact)
