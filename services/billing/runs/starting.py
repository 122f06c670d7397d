"""Beginning a run, and a person's decisions about it: recalculate, approve, undo, close, hold."""

from calendar import monthrange
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from chassis import days, runs, townstore
from chassis.database import Transaction
from chassis.refusal import Refused
from contracts.ids import derived_id
from services.billing.bills.correcting import correcting_accounts
from services.billing.bills.due import closed_days, due_date
from services.billing.policy import TOWN
from services.billing.runs import store, unbilled
from services.billing.runs.certifying import certify
from services.billing.runs.store import BillingRun
from services.billing.runs.work import CHUNK

UNDOABLE = ("calculating", "review", "issuing", "issued")


class RunOrder(BaseModel):
    """What to bill: a cycle, through the day of its closing reads, on bills of a date.

    `period_start` is asked only of a cycle's first run here; later ones begin where the last one ended.
    """

    cycle: str = Field(min_length=1, max_length=20)
    period_end: date
    bill_date: date
    period_start: date | None = None


async def begin(tx: Transaction, order: RunOrder) -> BillingRun:
    """Begin a run; the same cycle and period again is the same run."""
    await store.one_at_a_time(tx, order.cycle)
    last = await store.newest(tx, order.cycle)
    if last is not None and last.period_end == order.period_end:
        return _same(last, order)
    _refuse_out_of_turn(last, order)
    attempt = await store.undone_before(tx, order.cycle, order.period_end)
    run_id = derived_id("run", order.cycle, order.period_end, *([attempt] if attempt else []))
    values = await _values(tx, order, last) | {"id": run_id, "attempt": attempt}
    await runs.start(tx, run_id, "billing", "calculating", {"cycle": order.cycle, "period_end": str(order.period_end)})
    await store.add_run(tx, values)
    await _expect(tx, await store.find(tx, run_id))
    tx.audit("start", f"run {run_id}", "", after=order)
    return await store.find(tx, run_id)


def _same(run: BillingRun, order: RunOrder) -> BillingRun:
    if run.bill_date != order.bill_date:
        raise Refused(
            f"Cycle {run.cycle} to {run.period_end} has a run already, with bills of {run.bill_date}. Undo it to bill"
            f" on {order.bill_date}."
        )
    return run


def _refuse_out_of_turn(last: BillingRun | None, order: RunOrder) -> None:
    if last is not None and last.period_end > order.period_end:
        raise Refused(f"Cycle {order.cycle} was billed through {last.period_end} already.")
    if last is not None and last.state not in ("issued", "closed"):
        raise Refused(
            f"The run of cycle {last.cycle} to {last.period_end} is in state {last.state}. Finish or undo it first."
        )


async def _values(tx: Transaction, order: RunOrder, last: BillingRun | None) -> dict[str, Any]:
    town = await TOWN.in_force(tx)
    if order.cycle not in town.policy.cycles:
        raise Refused(f"The town has no cycle {order.cycle}; it has {', '.join(town.policy.cycles)}.", 422)
    start = last.period_end if last else order.period_start or _month_before(order.period_end)
    if start >= order.period_end:
        raise Refused(f"The period would begin on {start} and must begin before it ends on {order.period_end}.", 422)
    closed = closed_days(await townstore.load(tx, town.pack_hash))
    return {
        "cycle": order.cycle,
        "period_start": start,
        "period_end": order.period_end,
        "bill_date": order.bill_date,
        "due_date": due_date(order.bill_date, town.policy.due_days, closed),
        "pack_hash": town.pack_hash,
        "business_date": await days.today(tx),
    }


def _month_before(day: date) -> date:
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


async def _expect(tx: Transaction, run: BillingRun) -> None:
    """Count who must be billed, and cut the work into chunks."""
    correcting = await correcting_accounts(tx)
    count = await store.expect(tx, run.id, run.cycle, run.period_start, run.period_end, correcting)
    if not count:
        raise Refused(f"No account of cycle {run.cycle} has a service between {run.period_start} and {run.period_end}.")
    await runs.add_chunks(tx, run.id, "preview", chunks(count))
    await store.count_tables(tx)


def chunks(count: int) -> list[dict[str, Any]]:
    """The work for so many accounts, numbered from 1."""
    return [{"from": first, "to": min(first + CHUNK - 1, count)} for first in range(1, count + 1, CHUNK)]


async def recalculate(tx: Transaction, run_id: UUID, why: str) -> BillingRun:
    """Count and price anew, after what held accounts was put right."""
    run = await runs.locked(tx, run_id)
    await runs.move(tx, run, ("review",), "calculating")
    await runs.forget_chunks(tx, run_id, "preview")
    await store.forget_accounts(tx, run_id)
    await _expect(tx, await store.find(tx, run_id))
    tx.audit("recalculate", f"run {run_id}", why)
    return await store.find(tx, run_id)


async def approve(tx: Transaction, run_id: UUID, why: str) -> BillingRun:
    """Let the previewed bills be issued; takes another person than the one who began the run."""
    run = await runs.locked(tx, run_id)
    if run.actor == tx.actor:
        raise Refused(f"{tx.actor} began this run; another person approves it.", 403)
    await runs.move(tx, run, ("review",), "issuing")
    await store.note_approval(tx, run_id, tx.actor, await days.today(tx))
    await runs.add_chunks(tx, run_id, "issue", chunks(await _count(tx, run_id)))
    tx.audit("approve", f"run {run_id}", why, {"state": "review"}, {"state": "issuing"})
    return await store.find(tx, run_id)


async def undo(tx: Transaction, run_id: UUID, why: str) -> BillingRun:
    """Discard a run that issued nothing yet, or take all its bills back."""
    run = await runs.locked(tx, run_id)
    billing = await store.find(tx, run_id)
    last = await store.newest(tx, billing.cycle)
    if last is not None and last.id != run_id:
        raise Refused(f"Cycle {billing.cycle} was billed again, to {last.period_end}. Undo that run first.")
    issued = run.state in ("issuing", "issued")
    await runs.move(tx, run, UNDOABLE, "undoing" if issued else "undone")
    if issued:
        await runs.forget_chunks(tx, run_id, "issue")
        day = {"day": str(await days.today(tx))}
        await runs.add_chunks(tx, run_id, "undo", [one | day for one in chunks(await _count(tx, run_id))])
    else:
        await runs.forget_chunks(tx, run_id, "preview")
    tx.audit("undo", f"run {run_id}", why, {"state": run.state}, {"state": "undoing" if issued else "undone"})
    return await store.find(tx, run_id)


async def retry(tx: Transaction, run_id: UUID, why: str) -> BillingRun:
    """Try chunks again that failed three times."""
    await runs.locked(tx, run_id)
    again = await runs.retry_failed(tx, run_id)
    tx.audit("retry", f"run {run_id}", why, after={"chunks": again})
    return await store.find(tx, run_id)


async def hold(tx: Transaction, run_id: UUID, account: str, why: str) -> BillingRun:
    """Hold an account that the run billed nobody for, so that the certificate tells of it."""
    run = await runs.locked(tx, run_id)
    if run.state != "issued":
        raise Refused(f"The run is {run.state}; an account is held by hand only once all bills are issued.")
    billing = await store.find(tx, run_id)
    account_id = await store.account_named(tx, account)
    services = await store.services_of(tx, account_id, billing.period_start, billing.period_end)
    if not await store.add_held(tx, run_id, account_id, services, why):
        raise Refused(f"Account {account} is part of the run already.")
    await unbilled.note(tx, billing)
    tx.audit("hold", f"run {run_id}", why, after={"account": account})
    return await store.find(tx, run_id)


async def close(tx: Transaction, run_id: UUID, why: str) -> BillingRun:
    """Close an issued run, if its certificate holds; refuses with what doesn't agree."""
    run = await runs.locked(tx, run_id)
    await runs.move(tx, run, ("issued",), "closed")
    certificate = await certify(tx, await store.find(tx, run_id))
    if not certificate.holds:
        raise Refused(f"The run can't be closed. {' '.join(certificate.faults)}")
    await store.keep_certificate(tx, run_id, certificate.model_dump(mode="json"))
    tx.audit("close", f"run {run_id}", why, after={"accounts": certificate.accounts.expected})
    return await store.find(tx, run_id)


async def _count(tx: Transaction, run_id: UUID) -> int:
    return sum((await store.counted(tx, run_id)).values())
