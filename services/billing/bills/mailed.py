"""A bill that was mailed late is due later: a customer has the days that the town promises."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chassis.bulk import lock
from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.notices import NoticeKind, NoticeSent
from contracts.topics import NOTICE_SENT
from services.billing.customers.tables import Account
from services.billing.late import reviewing
from services.billing.ledger import announce, store
from services.billing.policy import TOWN

Due = dict[tuple[UUID, UUID], date]
"""By account and bill, the day before which it may not be due."""

_LATE = """
select distinct o.account_id, o.bill_id, o.due_date
from open_item o join unnest(%s::uuid[], %s::uuid[], %s::date[]) as v (account_id, bill_id, due)
    on o.account_id = v.account_id and o.bill_id = v.bill_id
where o.remaining > 0 and o.due_date < v.due
"""
_MOVE = """
update open_item o set due_date = v.due
from unnest(%s::uuid[], %s::uuid[], %s::date[]) as v (account_id, bill_id, due)
where o.account_id = v.account_id and o.bill_id = v.bill_id and o.remaining > 0 and o.due_date < v.due
"""


async def take_sent(tx: Transaction, received: list[Received[NoticeSent]]) -> None:
    """Move what is still open of bills that left late to a later due date; never to an earlier one."""
    town = await TOWN.in_force(tx)
    promised = town.policy.mailed_before_due
    bills = [one.event for one in received if one.event.kind == NoticeKind.BILL]
    if promised is None or not bills:
        return
    wanted: Due = {}
    for one in bills:
        due = town.calendar.rolled(one.sent_date + timedelta(promised))
        key = (one.account_id, one.about)
        wanted[key] = max(wanted.get(key, due), due)
    accounts = {account_id for account_id, _, _ in await _late(tx, wanted)}
    if accounts:
        await lock(tx, Account, accounts)
        await _move(tx, wanted, accounts, await announce.today(tx, otherwise=max(one.business_date for one in bills)))


async def _move(tx: Transaction, wanted: Due, accounts: Iterable[UUID], day: date) -> None:
    mine = {key: due for key, due in wanted.items() if key[0] in set(accounts)}
    for account_id, bill_id, before in await _late(tx, mine):
        after = {"due": str(mine[account_id, bill_id])}
        tx.audit("move due date", f"bill {bill_id}", "the bill was mailed late", {"due": str(before)}, after)
    await (await tx.driver()).execute(_MOVE, _columns(mine))
    books = await store.load_books(tx, set(accounts))
    announce.renew(tx, books.values(), day)
    await store.save_books(tx, books.values())
    await reviewing.review(tx, set(accounts), day)


async def _late(tx: Transaction, wanted: Due) -> list[tuple[UUID, UUID, date]]:
    cursor = await (await tx.driver()).execute(_LATE, _columns(wanted))
    return await cursor.fetchall()


def _columns(wanted: Due) -> list[list[Any]]:
    return [[account for account, _ in wanted], [bill for _, bill in wanted], list(wanted.values())]


SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (Subscription(NOTICE_SENT, take_sent),)
