"""The chunk work of a run: preview, issue, undo. Each chunk is one transaction and depends on nothing but its ids.

Preview and issue price with the same code. A bill goes out only if its lines are those that were approved: an account
whose lines changed since is held.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from chassis.bulk import lock
from chassis.database import Transaction
from chassis.runs import Chunk, Run, Worker
from contracts.billing import BillCancelled
from contracts.ids import derived_id
from contracts.topics import BILL_CANCELLED, BILL_ISSUED
from services.billing.bills import store as bills
from services.billing.bills.document import Heading, bill_issued
from services.billing.bills.gathering import Wanted, gather
from services.billing.bills.inputs import Customer, Hold, Span
from services.billing.bills.making import Made, PackTariffs, make
from services.billing.bills.rates import tariffs_for, tariffs_of
from services.billing.bills.winter import asks_for_winter
from services.billing.bills.written import write
from services.billing.customers.tables import Account
from services.billing.late import reviewing
from services.billing.ledger import BillPosting, Book, Statement, load_books, post_bills, reverse_bills, statement
from services.billing.policy import TOWN
from services.billing.runs import store, unbilled
from services.billing.runs.exceptions import LastBill, exceptions_of
from services.billing.runs.store import BillingRun, Expected, Judged
from services.billing.runs.totals import Tally
from services.billing.usage.store import mark_awaiting, mark_billed

CHUNK = 500
"""Accounts: large enough that statements are shared, small enough that a chunk takes well under two seconds."""
GROUP = 100
"""Accounts priced before others on this event loop (consumers, requests) get their turn."""

_UNKNOWN = Hold(
    "unknown_account", "The account is not known here yet: its details from the accounts service are missing."
)


class Outcome(NamedTuple):
    """What became of one account of a chunk."""

    expected: Expected
    customer: Customer | None
    made: Made | Hold


async def preview(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
    """Price a chunk's accounts and keep each one's total, hold and exceptions."""
    billing = await store.find(tx, run.id)
    expected = await _chunk_accounts(tx, billing, chunk, ("expected", "held"))
    last = await bills.last_charges(tx, [one.account_id for one in expected])
    tally, judged = Tally(), []
    winter = asks_for_winter(await tariffs_of(tx, billing.pack_hash))
    async for outcome in _outcomes(tx, billing, expected, winter):
        judged.append(_judged(outcome, last, tally))
    await store.save_judged(tx, run.id, judged)
    return tally.totals().model_dump(mode="json")


def _judged(outcome: Outcome, last: dict[UUID, Decimal], tally: Tally) -> Judged:
    account, made = outcome.expected.account_id, outcome.made
    if isinstance(made, Hold) or outcome.customer is None:
        hold = made if isinstance(made, Hold) else _UNKNOWN
        tally.hold(hold.code)
        return Judged(account, "held", hold.code, hold.sentence, None, None, [])
    charges = last.get(account)
    found = exceptions_of(outcome.customer, made, None if charges is None else LastBill(charges))
    tally.bill(made.lines, found)
    return Judged(account, "expected", None, None, made.total, made.lines_hash, found)


async def issue(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
    """Bill a chunk's accounts: bills, ledger, reads, news, in one transaction."""
    billing = await store.find(tx, run.id)
    expected = await _chunk_accounts(tx, billing, chunk, ("expected",))
    accounts = [one.account_id for one in expected]
    await lock(tx, Account, accounts)
    batch = Batch(billing, await load_books(tx, accounts))
    async for outcome in _outcomes(tx, billing, expected, True):
        batch.take(tx, outcome)
    await _save(tx, batch)
    return batch.tally.totals().model_dump(mode="json")


class Batch:
    """A chunk's bills while they are made."""

    def __init__(self, run: BillingRun, books: Mapping[UUID, Book]) -> None:
        self.run = run
        self.books = books
        self.heading = heading_of(run)
        self.tally = Tally()
        self.bills: list[bills.NewBill] = []
        self.postings: list[BillPosting] = []
        self.reads: list[tuple[UUID, UUID]] = []
        self.held: list[tuple[UUID, str, str]] = []

    def take(self, tx: Transaction, outcome: Outcome) -> None:
        """Bill an account, or hold it if its lines are not those that were approved."""
        made, customer = outcome.made, outcome.customer
        if isinstance(made, Hold) or customer is None:
            hold = made if isinstance(made, Hold) else _UNKNOWN
            self._hold(outcome, f"It could be billed at the review and can't be now: {hold.sentence}")
        elif made.lines_hash != outcome.expected.lines_hash:
            self._hold(outcome, f"Its charges changed after the review; they come to {made.total} now.")
        else:
            before = statement(self.books[customer.account_id], self.run.business_date)
            self._bill(tx, outcome.expected, customer, made, before)

    def _hold(self, outcome: Outcome, reason: str) -> None:
        self.held.append((outcome.expected.account_id, "changed", reason))
        self.tally.hold("changed")

    def _bill(self, tx: Transaction, expected: Expected, customer: Customer, made: Made, before: Statement) -> None:
        bill_id = derived_id("bill", self.run.id, customer.account_id)
        event = bill_issued(self.heading, bill_id, number_of(self.run, expected.ordinal), customer, made, before)
        document = tx.publish(BILL_ISSUED, event, kept=bills.kept(bill_id)).decode()
        self.tally.bill(made.lines, ())
        self.reads += [(read, bill_id) for read in made.reads]
        by_service = made.by_service
        self.postings.append(
            BillPosting(
                bill_id, customer.account_id, self.run.due_date, self.run.bill_date, by_service, event.amount_due
            )
        )
        self.bills.append(
            bills.NewBill(
                bill_id,
                event.number,
                customer.account_id,
                customer.number,
                self.run.id,
                self.run.cycle,
                event.kind.value,
                self.run.bill_date,
                self.run.due_date,
                event.period_start,
                event.period_end,
                self.run.period_end,
                event.current_charges,
                event.amount_due,
                {service: str(amount) for service, amount in by_service.items()},
                write(made),
                document,
                self.run.pack_hash,
            )
        )


async def _save(tx: Transaction, batch: Batch) -> None:
    run, pairs = batch.run, [(bill.account_id, bill.id) for bill in batch.bills]
    policy = (await TOWN.pinned(tx, run.pack_hash)).policy
    await bills.save(tx, batch.bills)
    await post_bills(tx, batch.postings, policy, run.business_date, batch.books)
    await mark_billed(tx, batch.reads)
    await unbilled.settle(tx, run.period_end, pairs)
    await store.set_state(tx, run.id, [account for account, _ in pairs], "billed")
    await store.hold(tx, run.id, batch.held)


async def undo(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
    """Take a chunk's bills back: the ledger reversed, the reads awaiting again, the world told."""
    billing = await store.find(tx, run.id)
    accounts = [one.account_id for one in await _chunk_accounts(tx, billing, chunk, ("billed",))]
    await lock(tx, Account, accounts)
    standing = await bills.standing_of(tx, run.id, accounts)
    reason = f"Billing run of cycle {billing.cycle} to {billing.period_end} undone"
    day, policy = date.fromisoformat(chunk.spec["day"]), (await TOWN.pinned(tx, billing.pack_hash)).policy
    await reverse_bills(tx, [bill.id for bill in standing], policy, day)
    await reviewing.review(tx, accounts, day)
    await bills.cancel(tx, [bill.id for bill in standing], day, reason)
    await mark_awaiting(tx, [read for bill in standing for read in bill.reads])
    await unbilled.reopen(tx, [(bill.account_id, bill.id) for bill in standing])
    await store.set_state(tx, run.id, accounts, "cancelled")
    for bill in standing:
        tx.publish(
            BILL_CANCELLED,
            BillCancelled(bill_id=bill.id, account_id=bill.account_id, reason=reason, business_date=day),
        )
    return {"cancelled": len(standing)}


async def _chunk_accounts(tx: Transaction, billing: BillingRun, chunk: Chunk, states: Sequence[str]) -> list[Expected]:
    return await store.accounts_of(tx, billing.id, chunk.spec["from"], chunk.spec["to"], states)


async def _outcomes(
    tx: Transaction, billing: BillingRun, expected: Sequence[Expected], months: bool
) -> AsyncIterator[Outcome]:
    """Each account priced, or the reason why not; others get their turn on the event loop between groups."""
    wanted = Wanted(Span(billing.period_start, billing.period_end), months)
    customers = {one.account_id: one for one in await gather(tx, [one.account_id for one in expected], wanted)}
    tariffs = await tariffs_for(tx, billing.pack_hash, customers.values())
    for number, one in enumerate(expected):
        if number % GROUP == GROUP - 1:
            await asyncio.sleep(0)
        customer = customers.get(one.account_id)
        yield Outcome(one, customer, _UNKNOWN if customer is None else made_or_held(customer, tariffs, billing))


def made_or_held(customer: Customer, tariffs: PackTariffs, billing: BillingRun) -> Made | Hold:
    """An account's charges in a run, or why there are none."""
    try:
        return make(customer, tariffs, billing.pack_hash, billing.bill_date)
    except Hold as hold:
        return hold


def heading_of(run: BillingRun) -> Heading:
    """What the run's bills have in common."""
    return Heading(run.id, run.cycle, run.bill_date, run.due_date, run.period_end, run.pack_hash, run.business_date)


def number_of(run: BillingRun, ordinal: int) -> str:
    """A bill's number: read-through day, cycle, place in the run; and how often the run was undone before."""
    again = f"-{run.attempt + 1}" if run.attempt else ""
    return f"{run.period_end.isoformat().replace('-', '')}-{run.cycle}-{ordinal:05d}{again}"


async def _reviewed(tx: Transaction, run: Run) -> str:
    return "review"


async def _issued(tx: Transaction, run: Run) -> str:
    await unbilled.note(tx, await store.find(tx, run.id))
    await store.count_tables(tx)
    return "issued"


async def _undone(tx: Transaction, run: Run) -> str:
    await unbilled.forget(tx, run.id)
    return "undone"


WORKERS = (
    Worker("billing", "calculating", "preview", preview, _reviewed),
    Worker("billing", "issuing", "issue", issue, _issued),
    Worker("billing", "undoing", "undo", undo, _undone),
)
