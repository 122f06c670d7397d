"""Late charges follow the facts: a payment that was on time and came late takes its charge back by itself."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from chassis.database import Transaction
from chassis.town import Town
from services.billing.late import posting, store
from services.billing.late.posting import Posted, item_of
from services.billing.late.rules import History, charge_on, debts, free_through, unpaid
from services.billing.late.tables import LateChargeRow
from services.billing.ledger import announce
from services.billing.ledger import store as ledger
from services.billing.ledger.book import ZERO, Book, Chart, Journal
from services.billing.ledger.posting import net_allocations
from services.billing.policy import TOWN, BillingPolicy


class Looked(NamedTuple):
    """What a late charge comes to by what is known now. `remaining` is what is unpaid of its debt today."""

    amount: Decimal
    base: Decimal
    free_through: date
    remaining: Decimal


async def review(tx: Transaction, account_ids: Collection[UUID], day: date) -> None:
    """Look at the late charges of accounts anew, whose caller has locked them and saved what happened to them."""
    alive = await store.alive(tx, account_ids)
    if not alive:
        return
    histories = await store.histories(tx, alive)
    rows = [one for one in await store.rows_of(tx, alive) if one.state in ("proposed", "posted", "reversed")]
    changed = []
    for row in rows:
        looked = look(row, histories[row.account_id], await TOWN.pinned(tx, row.pack_hash), day)
        if row.state == "proposed":
            _propose_anew(row, looked, day)
        elif looked.amount != (row.amount if row.state == "posted" else ZERO):
            histories[row.account_id] = _without(histories[row.account_id], row)
            changed.append((row, looked))
    if changed:
        await _post_anew(tx, changed, day)


def look(row: LateChargeRow, history: History, town: Town[BillingPolicy], day: date) -> Looked:
    """What a late charge comes to under the pack that it was proposed under; nothing while its debt is not late."""
    policy = town.policy.late_charge
    assert policy is not None
    debt = debts(history.items, policy).get(row.debt_id)
    if debt is None:
        return Looked(ZERO, ZERO, row.free_through, ZERO)
    free = free_through(debt.due, row.number, policy, town.calendar)
    base = unpaid(history, debt, free, town.policy.payment_order)
    amount = charge_on(base, policy) if free < day else ZERO
    return Looked(amount, base, free, debt.remaining)


async def posted_of(tx: Transaction, rows: Sequence[LateChargeRow], books: dict[UUID, Book]) -> dict[UUID, Posted]:
    """How late charges stand in the ledger, by their ids; their items are put into the books."""
    items = {item_of(row.charge_id, row.revision): row.charge_id for row in rows}
    await ledger.load_items(tx, books, items)
    found = {row.charge_id: Posted([], []) for row in rows}
    for one in await ledger.load_item_movements(tx, books, items):
        found[items[one.item_id]].movements.append(one)  # type: ignore[index]
    for row in net_allocations(await ledger.load_allocations(tx, books)):
        if row.item_id in items:
            found[items[row.item_id]].allocated.append(row)
    return found


def due_of(town: Town[BillingPolicy], day: date) -> date:
    """When a charge of a day is due."""
    return town.calendar.rolled(day + timedelta(town.policy.due_days))


async def _post_anew(tx: Transaction, changed: Sequence[tuple[LateChargeRow, Looked]], day: date) -> None:
    town = await TOWN.in_force(tx)
    journal = Journal(Chart(town.policy))
    books = await ledger.load_books(tx, {row.account_id for row, _ in changed})
    for row, looked in changed:
        if row.state == "posted":
            await take_back(tx, journal, row, books, day)
        if looked.amount:
            row.revision += 1
            book = books[row.account_id]
            posting.post(journal, book, row.charge_id, row.revision, row.service, looked.amount, day, due_of(town, day))
        row.state = "posted" if looked.amount else "reversed"
        row.amount, row.base, row.free_through = looked.amount, looked.base, looked.free_through
    await announce.finish(tx, journal, books, day, announce.NO_CAUSES)


async def take_back(tx: Transaction, journal: Journal, row: LateChargeRow, books: dict[UUID, Book], day: date) -> None:
    """Take a posted charge back in the ledger."""
    posted = (await posted_of(tx, [row], books))[row.charge_id]
    posting.take_back(journal, books[row.account_id], row.charge_id, row.revision, posted, day)


def _propose_anew(row: LateChargeRow, looked: Looked, day: date) -> None:
    row.base, row.free_through = looked.base, looked.free_through
    if looked.amount:
        row.amount = looked.amount
    else:
        drop(row, day, "it was paid in time, or is not late any more")


def drop(row: LateChargeRow, day: date, why: str) -> None:
    """A charge that was proposed and is not due."""
    row.state, row.decided_on, row.decided_by, row.why = "dropped", day, "billing", why


def _without(history: History, row: LateChargeRow) -> History:
    """The charge's item is gone, or will be another one: it takes no money of later debts."""
    gone = item_of(row.charge_id, row.revision)
    return replace(history, items=[one for one in history.items if one.item_id != gone])
