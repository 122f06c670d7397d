"""What is kept of account snapshots."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from chassis.bulk import keep_newest, upsert
from chassis.database import Transaction
from contracts.accounts import AccountChanged, ServiceAgreement
from services.billing.customers.tables import Account, Agreement


async def keep(tx: Transaction, snapshots: Collection[AccountChanged]) -> None:
    """Keep snapshots that are newer than what is known, each with its agreements as a whole."""
    changed = await keep_newest(tx, Account, [_account(one) for one in snapshots], "id")
    newest: dict[UUID, AccountChanged] = {}
    for one in snapshots:
        if one.account_id in changed and (one.account_id not in newest or newest[one.account_id].version < one.version):
            newest[one.account_id] = one
    await (await tx.driver()).execute("delete from agreement where account_id = any(%s)", [list(newest)])
    rows = {part.agreement_id: _agreement(one, part) for one in newest.values() for part in one.agreements}
    await upsert(tx, Agreement, list(rows.values()), ["agreement_id"])


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
