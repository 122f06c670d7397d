"""What billing keeps of accounts: the newest snapshot, whole."""

from datetime import date

from chassis.bulk import lock
from contracts.accounts import AccountChanged
from contracts.topics import ACCOUNT_CHANGED
from services.billing.customers import store
from services.billing.customers.events import take_accounts
from services.billing.customers.tables import Account
from tests.billing.office import Office, account_id, an_account, an_agreement, received


async def _hear(office: Office, *snapshots: AccountChanged) -> None:
    async with office.transaction() as tx:
        await take_accounts(tx, [received(ACCOUNT_CHANGED, one) for one in snapshots])


async def test_the_newest_snapshot_stands_whatever_the_order(office: Office) -> None:
    old, new = an_account("1", 1, cycle="1"), an_account("1", 2, cycle="2", agreements=(an_agreement("1", "water"),))
    await _hear(office, new, old)
    await _hear(office, old)
    assert [(row["version"], row["cycle"]) for row in await office.rows("select version, cycle from account")] == [
        (2, "2")
    ]
    assert [row["service"] for row in await office.rows("select service from agreement")] == ["water"]


async def test_an_agreement_that_ended_is_replaced_with_its_end(office: Office) -> None:
    ended = an_agreement("1", "water").model_copy(update={"end": date(2023, 2, 1)})
    await _hear(office, an_account("1"))
    await _hear(office, an_account("1", 2, agreements=(ended,)))
    assert await office.rows("select service, end_date, attributes from agreement") == [
        {"service": "water", "end_date": date(2023, 2, 1), "attributes": {"class": "residential"}}
    ]


async def test_a_row_that_was_only_locked_is_no_known_account(office: Office) -> None:
    async with office.transaction() as tx:
        await lock(tx, Account, [account_id("1")])
    async with office.transaction() as tx:
        assert await store.id_of(tx, "1") is None
    await _hear(office, an_account("1", 0))
    async with office.transaction() as tx:
        assert await store.id_of(tx, "1") == account_id("1")
