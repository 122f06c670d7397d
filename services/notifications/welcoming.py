"""New customers are welcomed once: those who opened an account with the town since its first day with Curbstop.

An account that was brought over from the old system opened before that day; nobody who has lived here for years is
welcomed because of an import.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from contracts.notices import NoticeKind
from services.notifications import store
from services.notifications.documents import NewAccount
from services.notifications.policy import TOWN
from services.notifications.queueing import told_to_others, welcome_rows

_NEWCOMERS = """
select newcomer from account a join contact c using (account_id)
where opened >= (select min(day) from business_day) and newcomer is not null and c.contact is not null
  and (cast(:ids as uuid[]) is null or account_id = any(:ids))
  and not exists (select 1 from notice n where n.about = a.account_id and n.kind = 'welcome')
order by account_id
"""


async def welcome(tx: Transaction, account_ids: Collection[UUID] | None) -> int:
    """Queue a welcome for each of these accounts (of all, for None) that is new, reachable and not yet welcomed.

    It is asked whenever an account or a contact comes, in any order, and again with each day.
    """
    found = await tx.execute(text(_NEWCOMERS), {"ids": None if account_ids is None else list(account_ids)})
    newcomers = [NewAccount.model_validate(one) for one in found.scalars()]
    if not newcomers:
        return 0
    policy = (await TOWN.in_force(tx)).policy
    if NoticeKind.WELCOME in policy.not_sent:
        return 0
    others = told_to_others(NoticeKind.WELCOME, policy)
    reaches = await store.reaches(tx, [one.account_id for one in newcomers], others)
    rows = [row for one in newcomers for row in welcome_rows(one, tx.trace, reaches[one.account_id], policy)]
    return len((await store.insert_notices(tx, rows)).new)
