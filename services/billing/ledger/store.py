"""Every query that posting needs: books in, journal out, each in a handful of statements however many accounts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, fields
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.bulk import copy_columns, copy_in
from chassis.database import Transaction
from services.billing.ledger.book import Allocated, Book, Chart, Credit, Item, Journal, LedgerError, Movement
from services.billing.ledger.tables import Deposit

_ITEM = item_columns = tuple(one.name for one in fields(Item))
_CREDIT = tuple(one.name for one in fields(Credit))

_BOOK = attrgetter(
    "account_id", "balance_version", "announced_on", "payments_through", "last_amount_due", "payments_since",
    "adjustments_since", "last_bill_id",
)  # fmt: skip

_BOOKS = """
select id, number is not null, balance_version, announced_on, payments_through,
    last_amount_due, payments_since, adjustments_since, last_bill_id
from account where id = any(%s)
"""
_OPEN_ITEMS = f"select {', '.join(_ITEM)} from open_item where account_id = any(%s) and remaining > 0"
_ITEMS = f"select {', '.join(_ITEM)} from open_item where item_id = any(%s)"
_CREDITS = f"select {', '.join(_CREDIT)} from credit where account_id = any(%s) and remaining > 0"
_ALLOCATIONS = f"select {', '.join(Allocated._fields)} from allocation where account_id = any(%s) order by id"
_BILL_MOVEMENTS = f"""
select {", ".join(Movement._fields)} from transfer
where account_id = any(%s) and source_kind = 'bill' and source_id = any(%s) order by id
"""
_ITEM_MOVEMENTS = f"""
select {", ".join(Movement._fields)} from transfer where account_id = any(%s) and item_id = any(%s) order by id
"""
_PAYMENTS_BEYOND = """
select p.account_id, p.payment_seq from payment p join account a on a.id = p.account_id
where p.account_id = any(%s) and p.payment_seq > a.payments_through order by p.account_id, p.payment_seq
"""
_SAVE_ITEMS = """
update open_item o set remaining = v.remaining, reversed = v.reversed
from unnest(%s::uuid[], %s::numeric[], %s::boolean[]) as v (item_id, remaining, reversed) where o.item_id = v.item_id
"""
_SAVE_CREDITS = """
insert into credit (source_id, fund, source_kind, account_id, code, since, remaining)
select * from unnest(%s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::date[], %s::numeric[])
on conflict (source_id, fund) do update set remaining = excluded.remaining
"""
_SAVE_BOOKS = """
update account a set balance_version = v.balance_version, announced_on = v.announced_on,
    payments_through = v.payments_through, last_amount_due = v.last_amount_due, payments_since = v.payments_since,
    adjustments_since = v.adjustments_since, last_bill_id = v.last_bill_id
from unnest(%s::uuid[], %s::int[], %s::date[], %s::int[], %s::numeric[], %s::numeric[], %s::numeric[], %s::uuid[])
    as v (id, balance_version, announced_on, payments_through, last_amount_due, payments_since, adjustments_since,
          last_bill_id)
where a.id = v.id
"""
_CHART = "select fund, code, role from gl_account"
_EXTEND_CHART = """
insert into gl_account (fund, code, role, name) select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[])
on conflict do nothing
"""


class PostedBill(NamedTuple):
    """A row of `bill_posting`: the statement that a bill began with."""

    bill_id: UUID
    account_id: UUID
    bill_before: UUID | None
    previous_balance: Any
    payments: Any
    adjustments: Any
    amount_due: Any
    reversed_on: Any


async def load_books(tx: Transaction, account_ids: Collection[UUID]) -> dict[UUID, Book]:
    """The books of accounts that the caller has locked, each with its open items and unused credit."""
    wanted = [list(account_ids)]
    books = {book.account_id: book for book in await _all(tx, Book, _BOOKS, wanted)}
    for item in await _all(tx, Item, _OPEN_ITEMS, wanted):
        books[item.account_id].items[item.item_id] = item
    for credit in await _all(tx, Credit, _CREDITS, wanted):
        books[credit.account_id].credits[credit.source_id, credit.fund] = credit
    return books


async def load_items(tx: Transaction, books: dict[UUID, Book], item_ids: Collection[UUID]) -> None:
    """Put items that are paid or closed into the books too."""
    for item in await _all(tx, Item, _ITEMS, [list(item_ids)]):
        books[item.account_id].items.setdefault(item.item_id, item)


async def load_allocations(tx: Transaction, account_ids: Collection[UUID]) -> list[Allocated]:
    """Which money paid which item of these accounts, as it was recorded."""
    return await _all(tx, Allocated, _ALLOCATIONS, [list(account_ids)])


async def load_bill_movements(
    tx: Transaction, account_ids: Collection[UUID], bill_ids: Collection[UUID]
) -> list[Movement]:
    """What bills charged and credited, without what paid them."""
    return await _all(tx, Movement, _BILL_MOVEMENTS, [list(account_ids), list(bill_ids)])


async def load_item_movements(
    tx: Transaction, account_ids: Collection[UUID], item_ids: Collection[UUID]
) -> list[Movement]:
    """All that was posted on items of these accounts, in order."""
    return await _all(tx, Movement, _ITEM_MOVEMENTS, [list(account_ids), list(item_ids)])


async def load_posted_bills(tx: Transaction, bill_ids: Collection[UUID]) -> list[PostedBill]:
    """Bills that were posted, reversed ones too."""
    statement = f"select {', '.join(PostedBill._fields)} from bill_posting where bill_id = any(%s)"
    return await _all(tx, PostedBill, statement, [list(bill_ids)])


async def save_posted_bills(tx: Transaction, bills: Iterable[PostedBill]) -> None:
    """Note that bills were posted; a bill that was posted before fails on its key."""
    await copy_columns(tx, "bill_posting", PostedBill._fields, bills)


async def mark_reversed(tx: Transaction, bill_ids: Collection[UUID], day: Any) -> None:
    """Note that bills were taken back."""
    driver = await tx.driver()
    await driver.execute("update bill_posting set reversed_on = %s where bill_id = any(%s)", [day, list(bill_ids)])


async def payment_hashes(tx: Transaction, payment_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """The content under which payments were posted."""
    driver = await tx.driver()
    cursor = await driver.execute(
        "select payment_id, content_hash from payment where payment_id = any(%s)", [list(payment_ids)]
    )
    return {payment_id: bytes(content) for payment_id, content in await cursor.fetchall()}


async def payments_beyond(tx: Transaction, account_ids: Collection[UUID]) -> list[tuple[UUID, int]]:
    """Posted payments above each account's `payments_through`, in order."""
    driver = await tx.driver()
    cursor = await driver.execute(_PAYMENTS_BEYOND, [list(account_ids)])
    return await cursor.fetchall()


async def save_deposits(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Keep deposits that came as payments."""
    await copy_in(tx, Deposit, rows)


async def save(tx: Transaction, journal: Journal, books: Collection[Book]) -> None:
    """Write all that a batch of postings came to."""
    await _know_chart(tx, journal.chart)
    await _append(tx, "transfer", Movement._fields, journal.movements)
    await _append(tx, "allocation", Allocated._fields, journal.allocations)
    await _save_items(tx, journal)
    if journal.changed_credits:
        rows = [astuple(one) for one in journal.changed_credits.values()]
        await (await tx.driver()).execute(_SAVE_CREDITS, _columns(rows))
    await save_books(tx, books)


async def save_books(tx: Transaction, books: Collection[Book]) -> None:
    """Write where accounts stand."""
    rows = [_BOOK(book) for book in books]
    if rows:
        await (await tx.driver()).execute(_SAVE_BOOKS, _columns(rows))


async def _save_items(tx: Transaction, journal: Journal) -> None:
    new = {item.item_id for item in journal.new_items}
    rows = list(map(attrgetter(*_ITEM), journal.new_items))
    if rows:
        await copy_columns(tx, "open_item", _ITEM, rows)
    changed = [item for item in journal.changed_items.values() if item.item_id not in new]
    if changed:
        columns = _columns([(item.item_id, item.remaining, item.reversed) for item in changed])
        await (await tx.driver()).execute(_SAVE_ITEMS, columns)


async def _append(tx: Transaction, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        await copy_columns(tx, table, ("id", *names), ((uuid7(), *row) for row in rows))


async def _know_chart(tx: Transaction, chart: Chart) -> None:
    """Keep the role of every account that may be posted to; refuse a pack that gives one another role."""
    driver = await tx.driver()
    known = {(fund, code): role for fund, code, role in await (await driver.execute(_CHART)).fetchall()}
    wanted = chart.accounts()
    for account, (role, _) in wanted.items():
        if known.get(account, role) != role:
            raise LedgerError(
                f"Account {account.code} of fund {account.fund} is kept as {known[account]} and the town pack makes it "
                f"{role}. Give the pack an account that was not used before."
            )
    new = [(*account, role, name) for account, (role, name) in sorted(wanted.items()) if account not in known]
    if new:
        await driver.execute(_EXTEND_CHART, [list(column) for column in zip(*new, strict=True)])


async def _all(tx: Transaction, kind: type[Any], statement: str, parameters: list[Any]) -> list[Any]:
    driver = await tx.driver()
    cursor = await driver.execute(statement, parameters)
    return [kind(*row) for row in await cursor.fetchall()]


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Rows as array literals, one a column. None of these columns holds free text, so nothing is to be quoted."""
    return [f"{{{','.join(map(_element, column))}}}" for column in zip(*rows, strict=True)]


def _element(value: object) -> str:
    return "null" if value is None else f'"{value}"'
