"""Beginning a day, and the chunked work that it brings."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chassis import days, runs
from chassis.bulk import lock
from chassis.database import Transaction
from chassis.refusal import Refused
from chassis.runs import Chunk, Run, Worker
from contracts.billing import BusinessDayStarted
from contracts.ids import derived_id
from contracts.topics import BUSINESS_DAY_STARTED
from services.billing.customers.tables import Account
from services.billing.days import store
from services.billing.ledger import announce
from services.billing.ledger import store as ledger

KIND, TURNING, DONE = "day", "turning", "done"


def run_id_of(day: date) -> UUID:
    """The run that does a day's work."""
    return derived_id("day", day)


async def begin(tx: Transaction, day: date) -> bool:
    """Begin the town's next day; False when it is the one that goes on. Refuses any other.

    Days come one at a time and in order, because others count days by them: notice periods, due dates.
    """
    last = await days.last_begun(tx)
    if last is not None and day not in (last, last + timedelta(1)):
        raise Refused(f"The business day is {last}; the next one to begin is {last + timedelta(1)}, not {day}.")
    if not await days.begin(tx, day):
        return False
    tx.publish(BUSINESS_DAY_STARTED, BusinessDayStarted(date=day))
    tx.audit("begin", f"day {day}", "a day began", after={"date": str(day)})
    await runs.start(tx, run_id_of(day), KIND, TURNING, {"last": str(last) if last else None, "day": str(day)})
    spans = await store.spans(tx, last, day)
    await runs.add_chunks(tx, run_id_of(day), "balances", [[str(first), str(end)] for first, end in spans])
    return True


async def announce_turned(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
    """Tell anew what accounts owe whose items became past due with the day."""
    last = date.fromisoformat(run.spec["last"]) if run.spec["last"] else None
    day = date.fromisoformat(run.spec["day"])
    first, end = map(UUID, chunk.spec)
    account_ids = await store.turned(tx, last, day, (first, end))
    await lock(tx, Account, account_ids)
    books = await ledger.load_books(tx, account_ids)
    today = await announce.today(tx, otherwise=day)
    announce.renew(tx, books.values(), today)
    await ledger.save_books(tx, books.values())
    return {"accounts": len(books)}


async def _finish(tx: Transaction, run: Run) -> str:
    return DONE


WORKERS = (Worker(KIND, TURNING, "balances", announce_turned, _finish),)
