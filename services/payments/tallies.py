"""The figures of a day: what came in and went back, and what still waits."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from chassis.database import Transaction

Counted = list[tuple[str, int, Decimal]]
"""What is counted, how many there are, and how much they come to."""

_MOVED = """
select channel || ' payments' as what, count(*) as number, sum(amount) as amount
    from tender where posting_date = :day group by channel
union all select 'promises', count(*), sum(amount) from pending where business_date = :day having count(*) > 0
union all select kind || ' returns', count(*), sum(amount) from payment_return where business_date = :day group by kind
order by 1
"""
_WAITING = """
select 'payments in suspense' as what, count(*) as number, coalesce(sum(amount), 0.00) as amount
    from tender where state = 'suspense'
union all select 'promises waited for', count(*), coalesce(sum(amount), 0.00)
    from pending where state = 'pending' and business_date < :day
union all select 'refunds ' || state, count(*), sum(amount)
    from refund where state in ('due', 'approved') and due_on < :day group by state
order by 1
"""


async def moved_on(tx: Transaction, day: date) -> Counted:
    """The money of a business day: payments by channel, what was promised, what came back by kind."""
    rows = await tx.execute(text(_MOVED), {"day": day})
    return [(row.what, row.number, row.amount) for row in rows]


async def waiting(tx: Transaction, day: date) -> Counted:
    """What waits for someone when a day begins: money with no account, and of the days before it promises, and refunds
    to be approved or to be paid. Billing asks for new ones while it does its own work of the day.
    """
    return [(row.what, row.number, row.amount) for row in await tx.execute(text(_WAITING), {"day": day})]
