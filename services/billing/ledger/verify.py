"""Whether the books agree with each other: every law of the ledger as one query that answers what breaks it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from chassis.database import Transaction
from services.billing.ledger.shown import Check, Verdict


@dataclass(frozen=True)
class Law:
    """What must hold. The query answers one row, `what`, for each thing that breaks it; `broken` is said of it."""

    name: str
    broken: str
    query: str


_BY_ROLE = "select {key}, sum(p.amount) as net from posting p join gl_account g using (fund, code) where {where}"


def _posted(key: str, where: str) -> str:
    return f"({_BY_ROLE.format(key=key, where=where)} group by {key})"


LAWS = (
    Law(
        "funds balance",
        "fund(s) whose debits and credits differ",
        "select fund as what from posting group by fund having sum(amount) <> 0",
    ),
    Law(
        "accounts are in the chart",
        "account(s) posted to that the chart doesn't know",
        "select distinct fund || ' ' || code as what from posting p"
        " where not exists (select 1 from gl_account g where g.fund = p.fund and g.code = p.code)",
    ),
    Law(
        "open items equal their receivable postings",
        "open item(s) that differ from what was posted on them",
        "select coalesce(i.item_id, p.item_id)::text as what from open_item i full join "
        + _posted("item_id", "g.role = 'receivable'")
        + " p using (item_id) where coalesce(i.remaining, 0) <> coalesce(p.net, 0)",
    ),
    Law(
        "credits equal their liability",
        "account(s) whose unused credit differs from the liability posted",
        "select coalesce(c.account_id, p.account_id)::text as what from"
        " (select account_id, fund, sum(remaining) as net from credit group by account_id, fund) c full join "
        + _posted("account_id, fund", "g.role = 'customer_credit'")
        + " p using (account_id, fund) where coalesce(c.net, 0) <> -coalesce(p.net, 0)",
    ),
    Law(
        "balances equal their postings",
        "account(s) whose statement differs from what was posted on them",
        "select coalesce(a.id, p.account_id)::text as what from account a full join "
        + _posted("account_id", "g.role in ('receivable', 'customer_credit')")
        + " p on p.account_id = a.id"
        " where coalesce(a.last_amount_due - a.payments_since + a.adjustments_since, 0) <> coalesce(p.net, 0)",
    ),
    Law(
        "deposits equal their liability",
        "account(s) whose deposits differ from the liability posted",
        "select coalesce(d.account_id, p.account_id)::text as what from"
        " (select account_id, fund, sum(amount - released) as net from deposit group by account_id, fund) d full join "
        + _posted("account_id, fund", "g.role = 'deposits'")
        + " p using (account_id, fund) where coalesce(d.net, 0) <> -coalesce(p.net, 0)",
    ),
    Law(
        "refunds equal their liability",
        "account(s) whose refunds on their way differ from the liability posted",
        "select coalesce(r.account_id, p.account_id)::text as what from"
        " (select account_id, fund, sum(p.amount) as net from refund join refund_part p using (refund_id)"
        " where state = 'due' group by account_id, fund) r full join "
        + _posted("account_id, fund", "g.role = 'refunds_payable'")
        + " p using (account_id, fund) where coalesce(r.net, 0) <> -coalesce(p.net, 0)",
    ),
    Law(
        "allocations explain what was paid",
        "open item(s) whose allocations differ from what is paid of them",
        "select coalesce(i.item_id, a.item_id)::text as what from open_item i full join"
        " (select item_id, sum(amount) as net from allocation group by item_id) a using (item_id)"
        " where coalesce(a.net, 0) <> case when i.reversed then 0 else i.amount - i.remaining end",
    ),
    Law(
        "credit is used before it is kept",
        "account(s) with unused credit beside open items",
        "select distinct c.account_id::text as what from credit c join open_item i using (account_id)"
        " where c.remaining > 0 and i.remaining > 0",
    ),
    Law(
        "payments are posted whole",
        "payment(s) that differ from the cash posted",
        "select coalesce(y.payment_id, p.source_id)::text as what from payment y full join "
        + _posted("source_id", "g.role = 'cash' and p.source_kind = 'payment'")
        + " p on p.source_id = y.payment_id where coalesce(y.amount, 0) <> coalesce(p.net, 0)",
    ),
    Law(
        "returns are posted whole",
        "payment(s) that came back and differ from the cash posted",
        "select coalesce(r.return_id, p.source_id)::text as what from payment_return r full join "
        + _posted("source_id", "g.role = 'cash' and p.source_kind = 'payment_return'")
        + " p on p.source_id = r.return_id where coalesce(r.amount, 0) <> -coalesce(p.net, 0)",
    ),
    Law(
        "fees are posted whole",
        "fee(s) that differ from what was earned",
        "select coalesce(c.charge_id, p.source_id)::text as what from assessed_charge c full join "
        + _posted("source_id", "g.role = 'revenue' and p.source_kind = 'fee'")
        + " p on p.source_id = c.charge_id where coalesce(c.amount, 0) <> -coalesce(p.net, 0)",
    ),
    Law(
        "late charges are posted whole",
        "late charge(s) that differ from what was earned, or that were taken back in part",
        "select coalesce(c.charge_id, p.source_id)::text as what from late_charge c full join "
        + _posted("source_id", "g.role = 'revenue' and p.source_kind in ('late_charge', 'late_charge_reversal')")
        + " p on p.source_id = c.charge_id"
        " where coalesce(-p.net, 0) <> case when c.state = 'posted' then c.amount else 0 end",
    ),
    Law(
        "payments are counted without a gap",
        "account(s) whose payments_through is not the last payment before a gap",
        "select a.id::text as what from account a left join (select account_id, count(*) as gapless from"
        " (select account_id, payment_seq, dense_rank() over (partition by account_id order by payment_seq) as rank"
        " from (select distinct account_id, payment_seq from payment) as seqs) as ranked"
        " where payment_seq = rank group by account_id) p on p.account_id = a.id"
        " where a.payments_through <> coalesce(p.gapless, 0)",
    ),
    Law(
        "bills are posted whole",
        "bill(s) whose charges differ from what was earned, or that were taken back in part",
        "select coalesce(b.bill_id, p.source_id)::text as what from bill_posting b full join "
        + _posted("source_id", "g.role = 'revenue' and p.source_kind in ('bill', 'bill_reversal')")
        + " p on p.source_id = b.bill_id where -coalesce(p.net, 0) <> case when b.reversed_on is null"
        " then b.amount_due - b.previous_balance + b.payments - b.adjustments else 0 end",
    ),
    Law(
        "opening items are posted whole",
        "opening item(s) that differ from what was posted against conversion",
        "select coalesce(o.item_id, p.source_id)::text as what from"
        " (select item_id, amount from opening_item union all"
        " select deposit_id, -amount from deposit where source_kind = 'opening') o full join "
        + _posted("source_id", "g.role = 'conversion'")
        + " p on p.source_id = o.item_id where coalesce(o.amount, 0) <> -coalesce(p.net, 0)",
    ),
)

_COUNTS = """
select (select count(*) from transfer) as transfers, (select count(*) from account) as accounts,
    (select count(*) from open_item where remaining > 0) as open_items,
    (select count(*) from payment) as payments,
    (select count(*) from bill_posting where reversed_on is null) as bills,
    coalesce((select sum(remaining) from open_item), 0) as receivables,
    coalesce((select sum(remaining) from credit), 0) as credit,
    coalesce((select sum(last_amount_due - payments_since + adjustments_since) from account), 0) as customer_balances,
    coalesce((select sum(amount - released) from deposit), 0) as deposits
"""


async def verify(tx: Transaction) -> Verdict:
    """Try every law on the books as they stand in one instant; the sentences name what breaks."""
    await tx.execute(text("set transaction isolation level repeatable read, read only"))
    checks = [await _try(tx, law) for law in LAWS]
    counts = (await tx.execute(text(_COUNTS))).mappings().one()
    wrong = [check.says for check in checks if not check.ok]
    return Verdict(ok=not wrong, sentences=wrong, checks=checks, **counts)


async def _try(tx: Transaction, law: Law) -> Check:
    statement = text(f"select count(*) as wrong, min(what) as example from ({law.query}) as broken")
    row: Any = (await tx.execute(statement)).one()
    says = f"{row.wrong} {law.broken}, such as {row.example}." if row.wrong else ""
    return Check(name=law.name, ok=not row.wrong, wrong=row.wrong, says=says)
