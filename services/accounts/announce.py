"""Telling the other services about accounts: in the transaction of the change, or in chunks after an import."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import uuid_utils.compat as time_ordered

from chassis import runs
from chassis.database import Transaction
from chassis.days import last_begun
from chassis.runs import Chunk, Run, Worker
from contracts.topics import ACCOUNT_CHANGED, CONTACT_CHANGED
from services.accounts import snapshots, store
from services.accounts.snapshots import Dossier

CHUNK = 500


async def announce(tx: Transaction, account_ids: Collection[UUID]) -> int:
    """Publish what is new about the accounts that are complete; answers how many of them had news.

    What says the same as before is not said again: importing a file twice is silent.
    """
    day = await last_begun(tx)
    return sum([_tell(tx, one, day) for one in await store.dossiers(tx, account_ids)])


def _tell(tx: Transaction, dossier: Dossier, day: date | None) -> bool:
    account = dossier.account
    told, contact_told = snapshots.content_hashes(dossier, day)
    if told != account.told_hash:
        account.told_hash, account.version = told, account.version + 1
        tx.publish(ACCOUNT_CHANGED, snapshots.account_changed(dossier, day))
    if contact_told != account.contact_told_hash:
        account.contact_told_hash, account.contact_version = contact_told, account.contact_version + 1
        tx.publish(CONTACT_CHANGED, snapshots.contact_changed(dossier, day))
    return tx.session.is_modified(account)


async def announce_later(tx: Transaction, account_ids: Collection[UUID]) -> None:
    """Have them announced chunk by chunk: an import of a town is too much for one transaction."""
    ordered = sorted(str(one) for one in account_ids)
    run_id = UUID(str(time_ordered.uuid7()))
    await runs.start(tx, run_id, "announce", "announcing", {"accounts": len(ordered)})
    chunks = [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]
    await runs.add_chunks(tx, run_id, "announce", chunks)


async def publish_again(tx: Transaction, after: UUID | None, limit: int) -> UUID | None:
    """Send the snapshots of the next accounts again, with the versions they have."""
    day = await last_begun(tx)
    ids = await store.ids_after(tx, after, limit)
    for one in await store.dossiers(tx, ids):
        tx.publish(ACCOUNT_CHANGED, snapshots.account_changed(one, day))
        tx.publish(CONTACT_CHANGED, snapshots.contact_changed(one, day))
    return ids[-1] if ids else None


async def _announce_chunk(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
    return {"announced": await announce(tx, {UUID(one) for one in chunk.spec})}


async def _announced(tx: Transaction, run: Run) -> str:
    return "announced"


WORKER = Worker("announce", "announcing", "announce", _announce_chunk, _announced)
