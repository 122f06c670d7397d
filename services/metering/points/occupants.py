"""Who is served at a service point. The newest snapshot of an account wins, in whatever order they come."""

from collections.abc import Iterable
from typing import Any

from chassis import bulk
from chassis.database import Transaction
from contracts.accounts import AccountChanged, ServiceAgreement
from services.metering.tables import Account, Occupant


async def take(tx: Transaction, events: list[AccountChanged]) -> None:
    """Replace what is known of the accounts that changed."""
    versions = [{"account_id": event.account_id, "version": event.version} for event in events]
    changed = await bulk.keep_newest(tx, Account, versions, "account_id")
    newest = {event.account_id: event for event in sorted(events, key=lambda event: event.version)}
    driver = await tx.driver()
    await driver.execute("delete from occupant where account_id = any(%s)", [sorted(changed)])
    rows = [row for account_id in sorted(changed) for row in _occupants(newest[account_id])]
    await bulk.upsert(tx, Occupant, rows, ("agreement_id",))


def _occupants(event: AccountChanged) -> Iterable[dict[str, Any]]:
    unique = {one.agreement_id: one for one in event.agreements if one.service_point_id is not None}
    return (_occupant(event, agreement) for agreement in unique.values())


def _occupant(event: AccountChanged, agreement: ServiceAgreement) -> dict[str, Any]:
    return {
        "agreement_id": agreement.agreement_id,
        "service_point_id": agreement.service_point_id,
        "account_id": event.account_id,
        "number": event.number,
        "start": agreement.start,
        "until": agreement.end,
        "status": agreement.status.value,
    }
