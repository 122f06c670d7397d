"""Telling others what is owed. Nobody else computes a balance."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from chassis import days
from chassis.bulk import lock
from chassis.database import Transaction
from chassis.received import Received
from contracts.billing import BalanceChanged, OwedItem
from contracts.topics import BALANCE_CHANGED
from services.billing.customers.tables import Account
from services.billing.ledger import store
from services.billing.ledger.book import ZERO, Book, Item, Journal, LedgerError
from services.billing.ledger.rules import standing

NO_CAUSES: Mapping[UUID, Received[Any]] = {}


async def finish(
    tx: Transaction, journal: Journal, books: Mapping[UUID, Book], day: date, causes: Mapping[UUID, Received[Any]]
) -> None:
    """End a batch of postings: check the books, announce the balances under new versions, write everything."""
    for book in books.values():
        _agree(book)
    renew(tx, books.values(), day, causes)
    await store.save(tx, journal, books.values())


def renew(tx: Transaction, books: Iterable[Book], day: date, causes: Mapping[UUID, Received[Any]] = NO_CAUSES) -> None:
    """Announce balances as of a business day, each under its account's next version; the caller saves the books."""
    for book in books:
        book.balance_version += 1
        book.announced_on = day
        tx.publish(BALANCE_CHANGED, balance(book, day), cause=causes.get(book.account_id))


async def republish(tx: Transaction, after: UUID | None, limit: int) -> UUID | None:
    """Send balances again under the versions and days they have, in account order; answers where to go on from.

    The accounts are locked: a balance that changes meanwhile must not be followed by its older version.
    """
    driver = await tx.driver()
    cursor = await driver.execute(
        "select id from account where balance_version > 0 and (%s::uuid is null or id > %s) order by id limit %s",
        [after, after, limit],
    )
    ids = [account_id for (account_id,) in await cursor.fetchall()]
    await lock(tx, Account, ids)
    for book in (await store.load_books(tx, ids)).values():
        assert book.announced_on is not None
        tx.publish(BALANCE_CHANGED, balance(book, book.announced_on))
    return ids[-1] if ids else None


async def today(tx: Transaction, otherwise: date) -> date:
    """The business day in billing; before the first one began, the day of the fact at hand."""
    return await days.last_begun(tx) or otherwise


def balance(book: Book, day: date) -> BalanceChanged:
    """What an account owes on a day, as others are told it.

    It is not validated again: every value comes from the ledger's own columns, and a night says a million of them.
    """
    stands = standing(book, day)
    return BalanceChanged.model_construct(
        account_id=book.account_id,
        version=book.balance_version,
        owed=stands.owed,
        due_now=stands.due_now,
        past_due=stands.past_due,
        past_due_items=tuple(map(_owed_item, stands.past_due_items)),
        deferred=ZERO,
        disputed=ZERO,
        stayed=ZERO,
        liened=ZERO,
        credit=stands.credit,
        next_due_date=stands.next_due_date,
        payments_through=book.payments_through,
        business_date=day,
    )


def _owed_item(item: Item) -> OwedItem:
    return OwedItem(
        item_id=item.item_id, kind=item.kind, amount=item.remaining, due_date=item.due_date, bill_id=item.bill_id
    )


def _agree(book: Book) -> None:
    if book.owed != book.expected:
        raise LedgerError(
            f"Account {book.account_id}: open items less credit are {book.owed}; its statement says {book.expected}."
        )
