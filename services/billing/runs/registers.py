"""What a run comes to, for people: registers, exceptions, the comparison with the cycle's last run, one bill ahead."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from chassis import runs
from chassis.database import Transaction
from chassis.refusal import Refused
from contracts.billing import BillIssued
from contracts.ids import derived_id
from services.billing.bills.document import bill_issued
from services.billing.bills.gathering import Wanted, gather
from services.billing.bills.inputs import Hold, Span
from services.billing.bills.rates import tariffs_for
from services.billing.ledger import statements
from services.billing.runs import store
from services.billing.runs.store import BillingRun
from services.billing.runs.totals import Totals, merged
from services.billing.runs.work import heading_of, made_or_held, number_of

PAGE = 5000
COLUMNS = ("account", "bill", "state", "current_charges", "amount_due", "hold", "exceptions")


class Compared(BaseModel):
    """One service in this run and in the cycle's last one; dollars."""

    service: str
    before: Decimal
    now: Decimal
    change: Decimal


class Comparison(BaseModel):
    """A run beside the last one of its cycle; `before` is null when there was none."""

    run_id: UUID
    before: UUID | None
    accounts_before: int
    accounts_now: int
    services: list[Compared]


async def totals(tx: Transaction, run: BillingRun) -> Totals:
    """What the run comes to: as issued once it is, as previewed before. Accounts held at the review are counted too."""
    previewed = merged(await runs.results(tx, run.id, "preview"))
    if run.state not in ("issued", "closed"):
        return previewed
    issued = merged(await runs.results(tx, run.id, "issue"))
    held = {**previewed.holds, **issued.holds}
    return issued.model_copy(
        update={
            "accounts": previewed.accounts,
            "held": previewed.held + issued.held,
            "holds": held,
            "exceptions": previewed.exceptions,
        }
    )


async def comparison(tx: Transaction, run: BillingRun) -> Comparison:
    """The run beside the one before it."""
    last = await store.before(tx, run)
    now, before = await totals(tx, run), await totals(tx, last) if last else Totals()
    services = sorted({charge.service for charge in (*now.charges, *before.charges)})
    return Comparison(
        run_id=run.id,
        before=last.id if last else None,
        accounts_before=before.billed,
        accounts_now=now.billed,
        services=[_compared(service, before, now) for service in services],
    )


def _compared(service: str, before: Totals, now: Totals) -> Compared:
    was, amount = _of_service(before, service), _of_service(now, service)
    return Compared(service=service, before=was, now=amount, change=amount - was)


def _of_service(totals: Totals, service: str) -> Decimal:
    return sum((charge.amount for charge in totals.charges if charge.service == service), Decimal(0))


async def register_csv(tx: Transaction, run: BillingRun) -> AsyncIterator[str]:
    """The billing register: one row an account, its charges by service, and why it is held if it is."""
    services = sorted({charge.service for charge in (await totals(tx, run)).charges})
    yield _line([*COLUMNS, *services])
    after = 0
    while rows := await store.account_rows(tx, run.id, after, PAGE):
        yield "".join(_line(_cells(row, services)) for row in rows)
        after = rows[-1]["ordinal"]


def _cells(row: dict[str, Any], services: Sequence[str]) -> list[Any]:
    charges = row["charges"] or {}
    return [
        row["account"] or row["account_id"],
        row["bill"] or "",
        row["state"],
        row["total"] if row["total"] is not None and row["state"] != "held" else "",
        row["amount_due"] if row["amount_due"] is not None else "",
        row["hold_reason"] or "",
        " ".join(row["exceptions"]),
        *(charges.get(service, "") for service in services),
    ]


def _line(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


async def bill_ahead(tx: Transaction, run: BillingRun, account: str) -> BillIssued:
    """One account's bill, whole, as the run would issue it now; refuses with the reason of its hold."""
    account_id = await store.account_named(tx, account)
    ordinal = await store.ordinal_of(tx, run.id, account_id)
    if ordinal is None:
        raise Refused(f"Account {account} is not part of this run.", 404)
    wanted = Wanted(Span(run.period_start, run.period_end), True)
    [customer] = await gather(tx, [account_id], wanted)
    made = made_or_held(customer, await tariffs_for(tx, run.pack_hash, [customer]), run)
    if isinstance(made, Hold):
        raise Refused(f"Account {account} is held: {made.sentence}")
    before = (await statements(tx, [account_id], run.business_date))[account_id]
    bill_id = derived_id("bill", run.id, account_id)
    return bill_issued(heading_of(run), bill_id, number_of(run, ordinal), customer, made, before)
