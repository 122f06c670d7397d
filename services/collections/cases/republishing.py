"""Sends every account's status again, with the version it has."""

from uuid import UUID

from chassis.database import Transaction
from contracts.delinquency import CollectionStatusChanged
from contracts.topics import COLLECTION_STATUS_CHANGED
from services.collections.cases import store


async def publish_again(tx: Transaction, after: UUID | None, limit: int) -> UUID | None:
    """The next accounts' last status, as it was told."""
    found = await store.told_after(tx, after, limit)
    for _, told in found:
        tx.publish(COLLECTION_STATUS_CHANGED, CollectionStatusChanged.model_validate(told))
    return found[-1][0] if found else None
