"""Conversion: what customers owed the old system, and the deposits it held.

Each row is posted against its fund's conversion account. Rows of accounts that are not known yet are kept all the
same: the files of a conversion come in any order.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from chassis import days
from chassis.bulk import Arrivals, insert_new, lock
from chassis.database import Transaction
from chassis.imports import BadRow, ImportFile, Kept, Row
from contracts.base import Day, Name
from contracts.ids import derived_id, thing_id
from services.billing.customers.tables import Account
from services.billing.ledger import announce, store
from services.billing.ledger.book import ZERO, About, Book, Chart, Item, Journal, LedgerError, Source, fiscal_period
from services.billing.ledger.posting import charge, grant, settle
from services.billing.ledger.tables import Deposit, OpeningItem
from services.billing.policy import TOWN

Cents = Annotated[Decimal, Field(max_digits=14, decimal_places=2, allow_inf_nan=False)]


class OpeningItemRow(BaseModel):
    """An open item of the old system; an amount below zero is a credit that the customer had."""

    account: Name
    item: Name
    kind: Name
    service: Name
    amount: Cents
    billed: Day
    due: Day


class DepositRow(BaseModel):
    """A deposit that the old system held."""

    account: Name
    service: Name
    amount: Annotated[Cents, Field(gt=0)]
    paid: Day


R = TypeVar("R", OpeningItemRow, DepositRow)


async def keep_opening_items(tx: Transaction, rows: list[Row[OpeningItemRow]]) -> Kept:
    """Open each item at its own due date, or owe the customer the credit; once, however often the file comes."""
    town, day = await TOWN.in_force(tx), await days.today(tx)
    journal = Journal(Chart(town.policy))
    good, bad = _postable(journal.chart, rows)
    kept = {one.line: _opening(town.key, one.value) for one in good}
    await lock(tx, Account, {row["account_id"] for row in kept.values()})
    arrivals = await insert_new(tx, OpeningItem, list(kept.values()), "item_id")
    new = {row["item_id"]: row for row in reversed(kept.values()) if row["item_id"] in arrivals.new}
    books = await store.load_books(tx, {row["account_id"] for row in new.values()})
    for row in new.values():
        _open(journal, books[row["account_id"]], row, day)
    await announce.finish(tx, journal, books, day, announce.NO_CAUSES)
    return _report(good, [*bad, *_changed(kept, arrivals, "item_id")], arrivals)


async def keep_deposits(tx: Transaction, rows: list[Row[DepositRow]]) -> Kept:
    """Hold each deposit as a liability of its service's fund; once, however often the file comes."""
    town, day = await TOWN.in_force(tx), await days.today(tx)
    journal = Journal(Chart(town.policy))
    good, bad = _postable(journal.chart, rows)
    kept = {one.line: _deposit(town.key, journal.chart, one.value) for one in good}
    await lock(tx, Account, {row["account_id"] for row in kept.values()})
    arrivals = await insert_new(tx, Deposit, list(kept.values()), "deposit_id")
    for row in {row["deposit_id"]: row for row in reversed(kept.values())}.values():
        if row["deposit_id"] in arrivals.new:
            _hold(journal, row, day)
    await store.save(tx, journal, [])
    return _report(good, [*bad, *_changed(kept, arrivals, "deposit_id")], arrivals)


def _postable(chart: Chart, rows: Iterable[Row[R]]) -> tuple[list[Row[R]], list[BadRow]]:
    good, bad = [], []
    for row in rows:
        try:
            chart.fund_of(row.value.service)
            if not row.value.amount:
                raise LedgerError("The amount is zero: leave the row out.")
            good.append(row)
        except LedgerError as error:
            bad.append(BadRow(line=row.line, reason=str(error)))
    return good, bad


def _opening(town: str, row: OpeningItemRow) -> dict[str, Any]:
    return {
        "item_id": thing_id(town, "item", row.item),
        "content_hash": _hash(row),
        "account_id": thing_id(town, "account", row.account),
        "service": row.service,
        "kind": row.kind,
        "amount": row.amount,
        "billed_date": row.billed,
        "due_date": row.due,
    }


def _deposit(town: str, chart: Chart, row: DepositRow) -> dict[str, Any]:
    held_in = chart.of(chart.fund_of(row.service)).deposits
    return {
        "deposit_id": derived_id("deposit", town, row.account, row.service, row.paid),
        "content_hash": _hash(row),
        "account_id": thing_id(town, "account", row.account),
        "service": row.service,
        "fund": held_in.fund,
        "code": held_in.code,
        "amount": row.amount,
        "paid_on": row.paid,
        "source_kind": "opening",
    }


def _hash(row: BaseModel) -> bytes:
    return blake2b(row.model_dump_json().encode(), digest_size=16).digest()


def _open(journal: Journal, book: Book, row: dict[str, Any], day: date) -> None:
    fund = journal.chart.fund_of(row["service"])
    source = _source(journal.chart, row["item_id"], row["billed_date"], day)
    if row["amount"] > ZERO:
        charge(journal, book, source, _item(journal.chart, fund, row), journal.chart.of(fund).conversion)
    else:
        grant(journal, book, source, journal.chart.of(fund).conversion, -row["amount"], row["service"])
    settle(journal, book, source)
    if book.last_bill_id is None:
        book.last_amount_due += row["amount"]
    else:
        book.adjustments_since += row["amount"]


def _item(chart: Chart, fund: str, row: dict[str, Any]) -> Item:
    return Item(
        item_id=row["item_id"],
        account_id=row["account_id"],
        bill_id=None,
        service=row["service"],
        kind=row["kind"],
        fund=fund,
        receivable=chart.of(fund).receivable.code,
        billed_date=row["billed_date"],
        due_date=row["due_date"],
        amount=row["amount"],
        remaining=row["amount"],
    )


def _hold(journal: Journal, row: dict[str, Any], day: date) -> None:
    source = _source(journal.chart, row["deposit_id"], row["paid_on"], day)
    held_in = journal.chart.of(row["fund"]).deposits
    about = About(row["account_id"], None, row["service"])
    journal.move(source, journal.chart.of(row["fund"]).conversion, held_in, row["amount"], about)


def _source(chart: Chart, key: UUID, effective: date, day: date) -> Source:
    return Source("opening", key, key, effective, day, fiscal_period(day, chart.fiscal_year_starts))


def _changed(kept: dict[int, dict[str, Any]], arrivals: Arrivals, key: str) -> list[BadRow]:
    first: dict[UUID, bytes] = {}
    for row in kept.values():
        first.setdefault(row[key], row["content_hash"])
    return [
        BadRow(line=line, reason="It was imported before, or stands in this file above, with other content.")
        for line, row in kept.items()
        if row[key] in arrivals.conflicting
        and not (row[key] in arrivals.new and row["content_hash"] == first[row[key]])
    ]


def _report(good: Sequence[Row[Any]], bad: list[BadRow], arrivals: Arrivals) -> Kept:
    imported = len(arrivals.new)
    changed = len([one for one in bad if one.line in {row.line for row in good}])
    return Kept(imported, max(0, len(good) - imported - changed), bad)


FILES = (
    ImportFile("opening_items", OpeningItemRow, keep_opening_items, amount="amount"),
    ImportFile("deposits", DepositRow, keep_deposits, amount="amount"),
)
