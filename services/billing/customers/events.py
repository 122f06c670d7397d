"""Accounts become known by their snapshots."""

from typing import Any

from chassis.bulk import lock
from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.accounts import AccountChanged
from contracts.topics import ACCOUNT_CHANGED
from services.billing.bills import moves
from services.billing.customers import store
from services.billing.customers.tables import Account


async def take_accounts(tx: Transaction, received: list[Received[AccountChanged]]) -> None:
    """The newest snapshot of each account is kept; payments that waited for it are taken up; usage follows moves."""
    ids = {one.event.account_id for one in received}
    points = {part.service_point_id for one in received for part in one.event.agreements if part.service_point_id}
    await lock(tx, Account, ids | await moves.neighbors(tx, ids, points))
    await moves.follow(tx, await store.keep(tx, [one.event for one in received]))
    tx.now_known("account", frozenset(map(str, ids)))


SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (Subscription(ACCOUNT_CHANGED, take_accounts),)
