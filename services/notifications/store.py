"""Every query of notifications."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from chassis.bulk import Arrivals, Row, among, insert_new, keep_newest, lock, upsert
from chassis.database import Transaction
from chassis.refusal import not_found
from contracts.accounts import AccountChanged, AccountStatus, ContactChanged
from services.notifications.documents import NewAccount
from services.notifications.queueing import Reach
from services.notifications.tables import Account, AccountContact, Notice, Occupant, ServicePoint

EMAILS = "emails"
"""On which those who send hear that there may be e-mails."""


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
    """Forget who the people of accounts are; that they were told things stays, and what has not left won't."""
    given = {"ids": list(ids)}
    forget = "update contact set contact = null, number = null, responsible = null where account_id = any(:ids)"
    await tx.execute(text(forget), given)
    cancel = (
        "update notice set state = 'cancelled', reason = 'The person was erased.'"
        " where account_id = any(:ids) and (state in ('queued', 'sending') or state = 'in_mailing' and file is null)"
    )
    await tx.execute(text(cancel), given)


async def lock_service_points(tx: Transaction, ids: Collection[UUID]) -> None:
    """What is said of a service point is taken up by one at a time."""
    await lock(tx, ServicePoint, ids, key="service_point_id")


async def keep_occupants(tx: Transaction, events: Sequence[AccountChanged]) -> frozenset[UUID]:
    """Keep who is served where, by the newest snapshot of each account; answers the service points they name."""
    rows = [_account(one) for one in events]
    changed = await keep_newest(tx, Account, rows, "account_id")
    newest = {one.account_id: one for one in sorted(events, key=lambda one: one.version)}
    occupants = {row["agreement_id"]: row for account in changed for row in _occupants(newest[account])}
    await tx.execute(text("delete from occupant where account_id = any(:ids)"), {"ids": list(changed)})
    await upsert(tx, Occupant, list(occupants.values()), ("agreement_id",))
    points = frozenset(row["service_point_id"] for row in occupants.values())
    known = "update service_point set known = true where service_point_id = any(:ids)"
    await tx.execute(text(known), {"ids": list(points)})
    return points


def _account(event: AccountChanged) -> dict[str, Any]:
    newcomer = NewAccount.of(event).model_dump(mode="json") if event.status == AccountStatus.ACTIVE else None
    return {
        "account_id": event.account_id,
        "version": event.version,
        "opened": event.opened,
        "newcomer": newcomer,
    }


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


async def reaches(tx: Transaction, ids: Collection[UUID], with_others: bool) -> dict[UUID, Reach]:
    """How each account that can be reached is reached; with all its people if others than the customer are told."""
    whole = "contact" if with_others else "null"
    rows = await tx.execute(
        text(
            f"select account_id, ebill, responsible, {whole} as people from contact"
            " where account_id = any(:ids) and contact is not null"
        ),
        {"ids": list(ids)},
    )
    return {row.account_id: Reach(row.ebill, row.responsible, _people(row.people)) for row in rows}


def _people(kept: dict[str, Any] | None) -> ContactChanged | None:
    return ContactChanged.model_validate(kept) if kept else None


async def insert_notices(tx: Transaction, rows: Sequence[Row]) -> Arrivals:
    """Queue notices, each once."""
    await wake_senders(tx)
    return await insert_new(tx, Notice, rows, "notice_id")


async def wake_senders(tx: Transaction) -> None:
    """Have whoever sends e-mails look for some once this commits."""
    await tx.execute(text(f"notify {EMAILS}"))


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


async def to_tell(tx: Transaction, notice_ids: Collection[UUID]) -> list[ToTell]:
    """Notices with their contacts, in id order; one whose contact was erased is left out."""
    query = (
        select(Notice, AccountContact)
        .join(AccountContact, col(AccountContact.account_id) == col(Notice.account_id))
        .where(among(col(Notice.notice_id), notice_ids), col(AccountContact.contact).is_not(None))
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


async def high_usage(tx: Transaction, since: date) -> list[ToTell]:
    """Notes about unusual usage since a day, whatever their channel, with whom to call."""
    query = select(Notice.notice_id).where(Notice.kind == "high_usage", col(Notice.business_date) >= since)
    return await to_tell(tx, list((await tx.session.exec(query)).all()))


def _contact(kept: AccountContact) -> ContactChanged:
    return ContactChanged.model_validate(kept.contact)
