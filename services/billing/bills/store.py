"""The queries of bills."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import class_row

from chassis.bulk import copy_columns
from chassis.database import Kept, Transaction
from chassis.refusal import not_found
from chassis.rows import named_rows
from services.billing.bills.written import reads_of


class NewBill(NamedTuple):
    """A row of `bill`."""

    id: UUID
    number: str
    account_id: UUID
    account_number: str
    run_id: UUID
    cycle: str
    kind: str
    bill_date: date
    due_date: date
    period_start: date
    period_end: date
    through: date
    current_charges: Decimal
    amount_due: Decimal
    charges: dict[str, str]
    inputs: str
    document: str
    pack_hash: str


class StoredBill(NamedTuple):
    """A bill as it was issued, and whether it was cancelled since."""

    id: UUID
    number: str
    account_id: UUID
    run_id: UUID
    bill_date: date
    pack_hash: str
    inputs: dict[str, Any]
    document: str
    cancelled_on: date | None
    cancel_reason: str | None


class LiveBill(NamedTuple):
    """A bill that stands, as far as taking it back goes."""

    id: UUID
    account_id: UUID
    reads: list[UUID]


def kept(bill_id: UUID) -> Kept:
    """A bill keeps the letters of its BillIssued as its document."""
    return Kept("bill", bill_id)


KEPT_IN = {"bill": "select id, document::text from bill where id = any(%s)"}
"""Where the relay finds them."""


async def save(tx: Transaction, bills: Sequence[NewBill]) -> None:
    """Append issued bills; a bill that is there already fails on its key."""
    await copy_columns(tx, "bill", NewBill._fields, bills)


async def find(tx: Transaction, number: str) -> StoredBill:
    """The bill with this number; refuses one that was never issued."""
    driver = await tx.driver()
    async with driver.cursor(row_factory=class_row(StoredBill)) as cursor:
        await cursor.execute(
            "select id, number, account_id, run_id, bill_date, pack_hash, inputs, document::text, cancelled_on,"
            " cancel_reason from bill where number = %s",
            [number],
        )
        bill = await cursor.fetchone()
    if bill is None:
        raise not_found("bill", number)
    return bill


async def of_account(tx: Transaction, account_number: str, limit: int) -> list[dict[str, Any]]:
    """An account's bills, the newest first."""
    return await named_rows(
        tx,
        "select b.number, b.kind, b.bill_date, b.due_date, b.period_start, b.period_end, b.current_charges,"
        " b.amount_due, b.cancelled_on from bill b join account a on a.id = b.account_id where a.number = %s"
        " order by b.through desc, b.bill_date desc, b.number desc limit %s",
        [account_number, limit],
    )


async def last_charges(tx: Transaction, accounts: Collection[UUID]) -> dict[UUID, Decimal]:
    """Current charges of each account's last bill that stands."""
    cursor = await (await tx.driver()).execute(
        "select a.id, b.current_charges from unnest(%s::uuid[]) as a (id) cross join lateral ("
        " select current_charges from bill where account_id = a.id and cancelled_on is null"
        " order by through desc limit 1) b",
        [list(accounts)],
    )
    return dict(await cursor.fetchall())


async def standing_of(tx: Transaction, run_id: UUID, accounts: Collection[UUID]) -> list[LiveBill]:
    """The bills of a run to these accounts that were not cancelled, in the order of accounts."""
    cursor = await (await tx.driver()).execute(
        "select id, account_id, inputs from bill where run_id = %s and account_id = any(%s) and cancelled_on is null"
        " order by account_id",
        [run_id, list(accounts)],
    )
    return [LiveBill(bill, account, reads_of(inputs)) for bill, account, inputs in await cursor.fetchall()]


async def cancel(tx: Transaction, bills: Collection[UUID], day: date, reason: str) -> None:
    """Note that bills were taken back."""
    await (await tx.driver()).execute(
        "update bill set cancelled_on = %s, cancel_reason = %s where id = any(%s)", [day, reason, list(bills)]
    )


async def revenue(tx: Transaction, first: date, last: date) -> list[dict[str, Any]]:
    """Dollars billed and bills by service, of bills dated in these days, both included, that stand."""
    return await named_rows(
        tx,
        "select c.key as service, count(*) as bills, sum(c.value::numeric) as amount"
        " from bill b cross join lateral jsonb_each_text(b.charges) c"
        " where b.bill_date between %s and %s and b.cancelled_on is null group by c.key order by c.key",
        [first, last],
    )
