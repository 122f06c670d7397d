"""Back-dated moves and services: who leaves and comes when, and what must then be so."""

from datetime import date
from decimal import Decimal

from contracts.accounts import AccountChanged, AccountStatus, ServiceAgreement
from services.billing.bills import store as bills
from services.billing.bills.rederiving import rederive
from tests.billing.final_builders import FinalOffice
from tests.billing.office import account_id
from tests.billing.run_builders import APRIL, agreement, customer, point

MAY_READ = date(2023, 6, 1)
MAY = APRIL.model_copy(update={"period_end": MAY_READ, "bill_date": date(2023, 6, 5)})
JULY_READ = date(2023, 7, 1)
JUNE = APRIL.model_copy(update={"period_end": JULY_READ, "bill_date": date(2023, 7, 5)})
MOVED = date(2023, 4, 16)
SERVICES = ("water", "sewer", "garbage")


def leaves(number: str, on: date, version: int = 2, since: date = date(2020, 1, 1)) -> AccountChanged:
    """An account whose services end on a day."""
    parts = (agreement(number, one, start=since, end=on) for one in SERVICES)
    return customer(number, *parts, version=version, closed=on, status=AccountStatus.CLOSED)


def comes(number: str, house: str, on: date, version: int = 1, until: date | None = None) -> AccountChanged:
    """An account whose services begin on a day at the house of another."""

    def part(service: str) -> ServiceAgreement:
        at = point(house) if service == "water" else None
        return agreement(number, service, start=on, end=until, service_point_id=at)

    parts = [part(one) for one in SERVICES]
    return customer(number, *parts, version=version, opened=on, closed=until)


async def total_billed(town: FinalOffice, number: str) -> dict[str, Decimal]:
    """Dollars by service of all bills of an account."""
    rows = await town.office.rows(
        "select c.key, sum(c.value::numeric) as amount from bill b, jsonb_each_text(b.charges) c"
        " where b.account_id = :account and b.cancelled_on is null group by 1",
        account=account_id(number),
    )
    return {row["key"]: row["amount"] for row in rows}


async def every_bill_can_be_made_again(town: FinalOffice) -> None:
    for row in await town.office.rows("select number from bill"):
        async with town.by("auditor") as tx:
            found = await rederive(tx, await bills.find(tx, row["number"]))
        assert found.identical, found.differences


async def sound(town: FinalOffice) -> None:
    verdict = await town.office.verdict()
    assert verdict.ok, verdict.sentences
    await every_bill_can_be_made_again(town)
