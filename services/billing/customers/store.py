"""What is kept of account snapshots."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from chassis.bulk import keep_newest, upsert
from chassis.database import Transaction
from contracts.accounts import AccountChanged, ServiceAgreement
from services.billing.customers.tables import Account, Agreement


class Moved(NamedTuple):
    """An account whose agreements begin or end otherwise than was known, from the earliest such day on.

    `begun` are those that were not known at all.
    """

    account_id: UUID
    version: int
    since: date
    points: frozenset[UUID]
    begun: frozenset[UUID]


_KNOWN = """
select account_id, agreement_id, service_point_id, start_date, end_date from agreement where account_id = any(%s)
"""


async def keep(tx: Transaction, snapshots: Collection[AccountChanged]) -> list[Moved]:
    """Keep snapshots that are newer than what is known, each with its agreements as a whole; answers what moved."""
    changed = await keep_newest(tx, Account, [_account(one) for one in snapshots], "id")
    newest: dict[UUID, AccountChanged] = {}
    for one in snapshots:
        if one.account_id in changed and (one.account_id not in newest or newest[one.account_id].version < one.version):
            newest[one.account_id] = one
    moved = await _moved(tx, newest)
    await (await tx.driver()).execute("delete from agreement where account_id = any(%s)", [list(newest)])
    rows = {part.agreement_id: _agreement(one, part) for one in newest.values() for part in one.agreements}
    await upsert(tx, Agreement, list(rows.values()), ["agreement_id"])
    return moved


async def _moved(tx: Transaction, newest: Mapping[UUID, AccountChanged]) -> list[Moved]:
    cursor = await (await tx.driver()).execute(_KNOWN, [list(newest)])
    known: dict[UUID, dict[UUID, _Stay]] = {account: {} for account in newest}
    for account, agreement, point, start, end in await cursor.fetchall():
        known[account][agreement] = _Stay(point, start, end or date.max)
    found = [_changes(one, known[one.account_id]) for one in newest.values()]
    return [one for one in found if one is not None]


class _Stay(NamedTuple):
    point: UUID | None
    start: date
    end: date


def _changes(one: AccountChanged, known: Mapping[UUID, _Stay]) -> Moved | None:
    now = {part.agreement_id: _Stay(part.service_point_id, part.start, part.end or date.max) for part in one.agreements}
    days: list[date] = []
    points: set[UUID] = set()
    for agreement in now.keys() | known.keys():
        before, after = known.get(agreement), now.get(agreement)
        if before == after:
            continue
        both = [stay for stay in (before, after) if stay]
        points |= {stay.point for stay in both if stay.point}
        if before and after and before.start == after.start and before.point == after.point:
            days.append(min(before.end, after.end))
        else:
            days.append(min(stay.start for stay in both))
    begun = frozenset(now.keys() - known.keys())
    return Moved(one.account_id, one.version, min(days), frozenset(points), begun) if days else None


async def id_of(tx: Transaction, number: str) -> UUID | None:
    """The account with this number."""
    cursor = await (await tx.driver()).execute("select id from account where number = %s", [number])
    row = await cursor.fetchone()
    return row[0] if row else None


def _account(one: AccountChanged) -> dict[str, Any]:
    return {
        "id": one.account_id,
        "version": one.version,
        "number": one.number,
        "status": str(one.status),
        "cycle": one.cycle,
        "opened": one.opened,
        "closed": one.closed,
        "premise_id": one.premise_id,
        "responsible_person_id": one.responsible_person_id,
        "autopay": one.autopay,
        "level_pay": one.level_pay,
        "exemptions": [exemption.model_dump(mode="json") for exemption in one.exemptions],
    }


def _agreement(one: AccountChanged, part: ServiceAgreement) -> dict[str, Any]:
    return {
        "agreement_id": part.agreement_id,
        "account_id": one.account_id,
        "service": part.service,
        "service_point_id": part.service_point_id,
        "start_date": part.start,
        "end_date": part.end,
        "status": str(part.status),
        "attributes": dict(part.attributes),
    }
