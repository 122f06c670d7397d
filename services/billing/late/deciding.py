"""What a person decides about late charges: approved, each looked at once more, or waived."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from chassis import days, runs
from chassis.bulk import lock
from chassis.database import Transaction
from chassis.refusal import Refused, not_found
from chassis.runs import Chunk, Run, Worker
from services.billing.customers.tables import Account
from services.billing.late import posting, store
from services.billing.late.reviewing import Looked, drop, due_of, look, take_back
from services.billing.late.rules import History, Pending, debts, held_by
from services.billing.late.tables import LateChargeRow
from services.billing.ledger import announce
from services.billing.ledger import store as ledger
from services.billing.ledger.book import Book, Chart, Journal
from services.billing.policy import TOWN

RUN, POSTING, DONE = "late charges", "posting", "done"


async def approve(tx: Transaction, charge_ids: Sequence[UUID] | None, why: str) -> tuple[UUID, int]:
    """Approve late charges, all that are proposed when none is named; a run posts them. Answers it and how many."""
    wanted = await store.proposed(tx)
    if charge_ids is not None:
        chosen = set(charge_ids)
        wanted = [one for one in wanted if one in chosen]
    if not wanted:
        raise Refused("None of these late charges is proposed: see GET /late-charges/proposed.")
    day = await days.today(tx)
    run_id, ids = uuid4(), [str(one) for one in wanted]
    await runs.start(tx, run_id, RUN, POSTING, {"day": day.isoformat(), "why": why})
    chunks = [ids[first : first + store.CHUNK] for first in range(0, len(ids), store.CHUNK)]
    await runs.add_chunks(tx, run_id, POSTING, chunks)
    tx.audit("approve", f"late charges {day}", why, after={"run": str(run_id), "charges": len(wanted)})
    return run_id, len(wanted)


async def post(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
    """Post a chunk of approved charges. One that is held stays proposed; one that is no longer due is dropped."""
    day, town = date.fromisoformat(run.spec["day"]), await TOWN.in_force(tx)
    ids = [UUID(one) for one in chunk.spec]
    await lock(tx, Account, await store.accounts_of(tx, ids))
    rows = [one for one in await store.by_id(tx, ids) if one.state == "proposed"]
    due = await _due(tx, rows, day)
    books = await ledger.load_books(tx, {row.account_id for row, _ in due})
    journal = Journal(Chart(town.policy))
    for row, looked in due:
        row.state, row.amount, row.base, row.free_through = "posted", looked.amount, looked.base, looked.free_through
        row.decided_on, row.decided_by, row.why = day, run.actor, run.spec["why"]
        book = books[row.account_id]
        posting.post(journal, book, row.charge_id, row.revision, row.service, row.amount, day, due_of(town, day))
    await announce.finish(tx, journal, books, day, announce.NO_CAUSES)
    return {"posted": len(due), "left_out": len(rows) - len(due)}


async def _due(tx: Transaction, rows: Sequence[LateChargeRow], day: date) -> list[tuple[LateChargeRow, Looked]]:
    """Those that are still due, each looked at once more; the others are dropped, or noted as held."""
    accounts = {one.account_id for one in rows}
    histories, pending = await store.histories(tx, accounts), await store.pending(tx, accounts, day)
    due = []
    for row in rows:
        town, history = await TOWN.pinned(tx, row.pack_hash), histories[row.account_id]
        looked = look(row, history, town, day)
        if _is_due(row, looked, history, pending[row.account_id], town.policy.late_charge, day):
            due.append((row, looked))
    return due


def _is_due(row: LateChargeRow, looked: Looked, history: History, about: Pending, policy: Any, day: date) -> bool:
    debt = debts(history.items, policy).get(row.debt_id) if policy else None
    if debt is None or not looked.amount:
        drop(row, day, "it was paid in time, or is not late any more")
    elif not looked.remaining:
        drop(row, day, "it was paid before the charge was approved")
    else:
        row.held = held_by(debt, about)
        return not row.held
    return False


async def waive(tx: Transaction, charge_id: UUID, why: str) -> LateChargeRow:
    """Give up a late charge for good, proposed or posted; what it charged is taken back."""
    accounts = await store.accounts_of(tx, [charge_id])
    if not accounts:
        raise not_found("late charge", charge_id)
    await lock(tx, Account, accounts)
    (row,), day = await store.by_id(tx, [charge_id]), await days.today(tx)
    if row.state not in ("proposed", "posted", "reversed"):
        raise Refused(f"This late charge is {row.state}; only one that is proposed or posted can be waived.")
    if row.state == "posted":
        await _take_back(tx, row, day)
    tx.audit("waive", f"late charge {charge_id}", why, before={"state": row.state, "amount": str(row.amount)})
    row.state, row.decided_on, row.decided_by, row.why, row.held = "waived", day, tx.actor, why, ""
    return row


async def _take_back(tx: Transaction, row: LateChargeRow, day: date) -> None:
    journal = Journal(Chart((await TOWN.in_force(tx)).policy))
    books: dict[UUID, Book] = await ledger.load_books(tx, [row.account_id])
    await take_back(tx, journal, row, books, day)
    await announce.finish(tx, journal, books, day, announce.NO_CAUSES)


async def _finish(tx: Transaction, run: Run) -> str:
    return DONE


WORKER = Worker(RUN, POSTING, POSTING, post, _finish)
