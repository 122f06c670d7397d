"""The queries of billing runs."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from chassis.arrays import array_literal
from chassis.database import Transaction
from chassis.refusal import not_found
from chassis.rows import named_rows
from services.billing.bills.inputs import NOT_BILLED

_RUN_COLUMNS = """
b.id, r.state, b.cycle, b.period_start, b.period_end, b.attempt, b.bill_date, b.due_date, b.pack_hash, b.business_date,
r.actor as started_by, b.approved_by, b.certificate
"""

# Who has ended within the period gets a final bill: the day's run has it in its own list, billed or waiting.
_NOT_FINAL = """
not exists (select 1 from final_bill f where f.account_id = a.id and f.ends <= %(end)s and a.closed is not null)
"""
# In the order of their numbers, as an office files its registers. Expected is whoever has a service with days in the
# period, or a period that an earlier run held, or a corrected read.
_EXPECT = f"""
insert into run_account (run_id, account_id, ordinal, services, state)
select %(run_id)s, account_id, row_number() over (order by number, account_id),
    coalesce(jsonb_agg(distinct service) filter (where service is not null), '[]'), 'expected'
from (
    select a.id as account_id, a.number, g.service
    from account a
    left join (
        select account_id, min(period_start) as since from unbilled_period where billed_on is null group by account_id
    ) h on h.account_id = a.id
    join agreement g on g.account_id = a.id and g.start_date < %(end)s
        and (g.end_date is null or g.end_date > least(h.since, %(start)s)) and g.status <> all(%(not_billed)s)
    where a.cycle = %(cycle)s and {_NOT_FINAL}
    union all
    select a.id, a.number, null from account a where a.cycle = %(cycle)s and a.id = any(%(correcting)s)
        and {_NOT_FINAL}
) expected
group by account_id, number
"""


class BillingRun(NamedTuple):
    """A run as it stands."""

    id: UUID
    state: str
    cycle: str
    period_start: date
    period_end: date
    attempt: int
    bill_date: date
    due_date: date
    pack_hash: str
    business_date: date
    started_by: str
    approved_by: str | None
    certificate: dict[str, Any] | None


class Expected(NamedTuple):
    """An account of a run's chunk."""

    account_id: UUID
    ordinal: int
    lines_hash: bytes | None


class Judged(NamedTuple):
    """What became of an account, in the preview or at issue."""

    account_id: UUID
    state: str
    hold_code: str | None
    hold_reason: str | None
    total: Decimal | None
    lines_hash: bytes | None
    exceptions: list[str]


async def find(tx: Transaction, run_id: UUID) -> BillingRun:
    """A run; refuses one that isn't there."""
    found = await _runs(tx, "where b.id = %s", [run_id])
    if not found:
        raise not_found("billing run", run_id)
    return found[0]


async def newest(tx: Transaction, cycle: str) -> BillingRun | None:
    """The latest run of a cycle that was not undone."""
    found = await _runs(
        tx, "where b.cycle = %s and r.state <> 'undone' order by b.period_end desc, b.attempt desc limit 1", [cycle]
    )
    return found[0] if found else None


async def before(tx: Transaction, run: BillingRun) -> BillingRun | None:
    """The run of the same cycle before this one."""
    found = await _runs(
        tx,
        "where b.cycle = %s and b.period_end < %s and r.state <> 'undone' order by b.period_end desc limit 1",
        [run.cycle, run.period_end],
    )
    return found[0] if found else None


async def listed(tx: Transaction, limit: int) -> list[BillingRun]:
    """The newest runs."""
    return await _runs(tx, "order by r.started_at desc limit %s", [limit])


async def _runs(tx: Transaction, condition: str, values: Sequence[Any]) -> list[BillingRun]:
    driver = await tx.driver()
    async with driver.cursor(row_factory=class_row(BillingRun)) as cursor:
        await cursor.execute(
            f"select {_RUN_COLUMNS} from billing_run b join run r on r.id = b.id {condition}",
            values,
        )
        return await cursor.fetchall()


async def one_at_a_time(tx: Transaction, cycle: str) -> None:
    """Let nobody else begin a run of this cycle until the transaction ends."""
    await (await tx.driver()).execute("select pg_advisory_xact_lock(hashtext('billing run'), hashtext(%s))", [cycle])


async def undone_before(tx: Transaction, cycle: str, period_end: date) -> int:
    """How many runs of this period were undone."""
    cursor = await (await tx.driver()).execute(
        "select count(*) from billing_run where cycle = %s and period_end = %s", [cycle, period_end]
    )
    (count,) = await cursor.fetchone() or (0,)
    return int(count)


async def expect(
    tx: Transaction, run_id: UUID, cycle: str, start: date, end: date, correcting: Collection[UUID]
) -> int:
    """Note every account that the run must bill or hold, in the order of their ids; answers how many."""
    cursor = await (await tx.driver()).execute(
        _EXPECT,
        {
            "run_id": run_id,
            "cycle": cycle,
            "start": start,
            "end": end,
            "not_billed": list(NOT_BILLED),
            "correcting": list(correcting),
        },
    )
    return cursor.rowcount


async def forget_accounts(tx: Transaction, run_id: UUID) -> None:
    """Drop what a run expected, to count it anew."""
    await (await tx.driver()).execute("delete from run_account where run_id = %s", [run_id])


async def accounts_of(tx: Transaction, run_id: UUID, first: int, last: int, states: Sequence[str]) -> list[Expected]:
    """The accounts of a chunk, in the order of their ids."""
    cursor = await (await tx.driver()).execute(
        "select account_id, ordinal, lines_hash from run_account"
        " where run_id = %s and ordinal between %s and %s and state = any(%s) order by ordinal",
        [run_id, first, last, list(states)],
    )
    return [Expected(*row) for row in await cursor.fetchall()]


async def save_judged(tx: Transaction, run_id: UUID, judged: Sequence[Judged]) -> None:
    """Keep what the preview found of each account."""
    if not judged:
        return
    await (await tx.driver()).execute(
        "update run_account a set state = v.state, hold_code = v.hold_code, hold_reason = v.hold_reason,"
        " total = v.total, lines_hash = v.lines_hash, exceptions = v.exceptions"
        " from unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::bytea[], %s::jsonb[])"
        " as v (account_id, state, hold_code, hold_reason, total, lines_hash, exceptions)"
        " where a.run_id = %s and a.account_id = v.account_id",
        [*map(array_literal, zip(*judged, strict=True)), run_id],
    )


async def set_state(tx: Transaction, run_id: UUID, accounts: Collection[UUID], state: str) -> None:
    """Move accounts of a run on."""
    await (await tx.driver()).execute(
        "update run_account set state = %s where run_id = %s and account_id = any(%s)", [state, run_id, list(accounts)]
    )


async def hold(tx: Transaction, run_id: UUID, held: Collection[tuple[UUID, str, str]]) -> None:
    """Hold accounts at issue: account, code and reason of each."""
    if held:
        columns = [list(column) for column in zip(*held, strict=True)]
        await (await tx.driver()).execute(
            "update run_account a set state = 'held', hold_code = v.code, hold_reason = v.reason"
            " from unnest(%s::uuid[], %s::text[], %s::text[]) as v (account_id, code, reason)"
            " where a.run_id = %s and a.account_id = v.account_id",
            [*columns, run_id],
        )


async def add_held(tx: Transaction, run_id: UUID, account_id: UUID, services: Sequence[str], reason: str) -> bool:
    """Hold an account that the run didn't expect; False if it did."""
    cursor = await (await tx.driver()).execute(
        "insert into run_account (run_id, account_id, ordinal, services, state, hold_code, hold_reason)"
        " select %s, %s, coalesce(max(ordinal), 0) + 1, %s, 'held', 'by_hand', %s from run_account where run_id = %s"
        " on conflict do nothing",
        [run_id, account_id, Jsonb(list(services)), reason, run_id],
    )
    return bool(cursor.rowcount)


async def add_run(tx: Transaction, values: dict[str, Any]) -> None:
    """Keep what a run bills."""
    await (await tx.driver()).execute(
        "insert into billing_run (id, cycle, period_start, period_end, attempt, bill_date, due_date, pack_hash,"
        " business_date) values (%(id)s, %(cycle)s, %(period_start)s, %(period_end)s, %(attempt)s, %(bill_date)s,"
        " %(due_date)s, %(pack_hash)s, %(business_date)s)",
        values,
    )


async def note_approval(tx: Transaction, run_id: UUID, by: str, day: date) -> None:
    """Keep who approved a run, and the business day its bills are issued on."""
    await (await tx.driver()).execute(
        "update billing_run set approved_by = %s, business_date = %s where id = %s", [by, day, run_id]
    )


async def keep_certificate(tx: Transaction, run_id: UUID, certificate: dict[str, Any]) -> None:
    """Keep the certificate that a run was closed with."""
    await (await tx.driver()).execute(
        "update billing_run set certificate = %s where id = %s", [Jsonb(certificate), run_id]
    )


async def count_tables(tx: Transaction) -> None:
    """Let PostgreSQL count what grew since yesterday: accounts and reads before a run, bills after it.

    Left to itself it does so a minute later. Until then it believes that a town just imported has hardly any agreements
    and a new run hardly any bills, and the certificate would read all of them once for each.
    """
    grown = "account, agreement, run_account, bill, bill_posting, transfer, open_item, usage"
    await (await tx.driver()).execute(f"analyze {grown}")


async def counted(tx: Transaction, run_id: UUID) -> dict[str, int]:
    """Accounts by state."""
    cursor = await (await tx.driver()).execute(
        "select state, count(*) from run_account where run_id = %s group by state", [run_id]
    )
    return dict(await cursor.fetchall())


async def account_rows(
    tx: Transaction, run_id: UUID, after: int, limit: int, held: bool = False, exception: str | None = None
) -> list[dict[str, Any]]:
    """Accounts of a run with what became of them, in order, after an ordinal."""
    conditions = ["a.run_id = %(run)s", "a.ordinal > %(after)s"]
    if held:
        conditions.append("a.state = 'held'")
    if exception is not None:
        conditions.append("a.exceptions ? %(exception)s" if exception else "a.exceptions <> '[]'")
    return await named_rows(
        tx,
        "select a.ordinal, a.account_id, c.number as account, a.state, a.services, a.hold_code, a.hold_reason,"
        " a.total, coalesce(a.exceptions, '[]') as exceptions, b.number as bill, b.charges, b.amount_due"
        " from run_account a left join account c on c.id = a.account_id"
        " left join bill b on b.run_id = a.run_id and b.account_id = a.account_id"
        f" where {' and '.join(conditions)} order by a.ordinal limit %(limit)s",
        {"run": run_id, "after": after, "exception": exception, "limit": limit},
    )


async def account_named(tx: Transaction, number: str) -> UUID:
    """The account with this number; refuses one that isn't there."""
    cursor = await (await tx.driver()).execute("select id from account where number = %s", [number])
    row = await cursor.fetchone()
    if row is None:
        raise not_found("account", number)
    account: UUID = row[0]
    return account


async def services_of(tx: Transaction, account_id: UUID, start: date, end: date) -> list[str]:
    """The services an account has in a period."""
    cursor = await (await tx.driver()).execute(
        "select distinct service from agreement where account_id = %s and start_date < %s"
        " and (end_date is null or end_date > %s) and status <> all(%s) order by service",
        [account_id, end, start, list(NOT_BILLED)],
    )
    return [service for (service,) in await cursor.fetchall()]


async def ordinal_of(tx: Transaction, run_id: UUID, account_id: UUID) -> int | None:
    """An account's place in a run; None if it is no part of it."""
    cursor = await (await tx.driver()).execute(
        "select ordinal from run_account where run_id = %s and account_id = %s", [run_id, account_id]
    )
    row = await cursor.fetchone()
    return None if row is None else int(row[0])
