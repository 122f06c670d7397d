"""A piece of the day's work: telling anew what accounts owe whose items became past due."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis import days
from chassis.bulk import lock
from chassis.database import Transaction
from chassis.day_work import Piece, Sums
from services.billing.customers.tables import Account
from services.billing.days import store
from services.billing.ledger import announce
from services.billing.ledger import store as ledger


async def plan(tx: Transaction, day: date) -> Sequence[Any]:
    """The accounts, in spans of a chunk each."""
    return [[str(first), str(end)] for first, end in await store.spans(tx, await days.day_before(tx, day), day)]


async def announce_turned(tx: Transaction, day: date, span: Any) -> Sums:
    """Tell the balances of one span."""
    first, end = map(UUID, span)
    account_ids = await store.turned(tx, await days.day_before(tx, day), day, (first, end))
    await lock(tx, Account, account_ids)
    books = await ledger.load_books(tx, account_ids)
    announce.renew(tx, books.values(), await announce.today(tx, otherwise=day))
    await ledger.save_books(tx, books.values())
    return Sums({"accounts with something newly past due": len(books)})


PIECE = Piece("balances", plan, announce_turned)
