"""A town with tariffs, accounts with meters, and the work of a billing run, for the tests of runs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import townstore, working
from chassis.database import Transaction
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.townpack import Bundle
from contracts.accounts import AccountChanged, ServiceAgreement
from contracts.billing import BillIssued
from contracts.ids import thing_id
from contracts.metering import Reading, ReadKind, ReadPosted
from contracts.topics import ACCOUNT_CHANGED, READ_POSTED
from services.billing.customers.events import take_accounts
from services.billing.runs import starting, work
from services.billing.runs.certificate import Certificate
from services.billing.runs.certifying import certify
from services.billing.runs.starting import RunOrder
from services.billing.runs.store import BillingRun, counted, find
from services.billing.usage.events import take_reads
from tests.billing.office import A_PACK, Office, an_account, received

TARIFFS = {
    "tariffs/water.yaml": """
        unit: kgal
        chosen_by: read_date
        versions:
          - {effective: 2020-01-01, source: test rates of 2020, base: 10, price: 2}
          - {effective: 2023-04-01, source: test rates of 2023, base: 12, price: 3}
    """,
    "tariffs/sewer.yaml": "{unit: kgal, effective: 2020-01-01, source: test rates, base: 5, price: 1}",
    "tariffs/garbage.yaml": """
        effective: 2020-01-01
        source: test rates
        charges: {cart: {amount: {by: cart_size, 65 gal: 15, 95 gal: 20}}}
    """,
}
PACK = Bundle(dict(A_PACK.files) | {path: text.encode() for path, text in TARIFFS.items()})
FEBRUARY_READ, MARCH_READ, APRIL_READ = date(2023, 3, 1), date(2023, 4, 1), date(2023, 5, 1)
MARCH = RunOrder(cycle="1", period_start=FEBRUARY_READ, period_end=MARCH_READ, bill_date=date(2023, 4, 3))
APRIL = RunOrder(cycle="1", period_end=APRIL_READ, bill_date=date(2023, 5, 3))


def point(number: str) -> UUID:
    """The water service point of an account's premise."""
    return thing_id("windsor-co", "service_point", number)


def agreement(number: str, service: str, **changes: Any) -> ServiceAgreement:
    """A service since 2020; water has the meter, garbage a cart."""
    known: dict[str, Any] = {
        "agreement_id": thing_id("windsor-co", "agreement", f"{number}/{service}"),
        "service": service,
        "service_point_id": point(number) if service == "water" else None,
        "start": date(2020, 1, 1),
        "attributes": {"cart_size": "65 gal"} if service == "garbage" else {},
    }
    return ServiceAgreement(**(known | changes))


def customer(number: str, *services: ServiceAgreement, version: int = 1, **changes: Any) -> AccountChanged:
    """An account with water, sewer and garbage, unless told otherwise."""
    agreements = services or tuple(agreement(number, one) for one in ("water", "sewer", "garbage"))
    return an_account(number, version, agreements=agreements, **changes)


def a_read(
    number: str, gallons: int, until: date = MARCH_READ, since: date = FEBRUARY_READ, **changes: Any
) -> ReadPosted:
    """A read of an account's meter."""
    known: dict[str, Any] = {
        "read_id": thing_id("windsor-co", "read", f"{number}/{until}/{gallons}"),
        "service_point_id": point(number),
        "meter_id": thing_id("windsor-co", "meter", number),
        "meter_number": f"M{number}",
        "register_number": "1",
        "route": "101",
        "cycle": "1",
        "previous": Reading(date=since, value=Decimal(1000), kind=ReadKind.ACTUAL),
        "current": Reading(date=until, value=Decimal(1000 + gallons), kind=ReadKind.ACTUAL),
        "dials": 6,
        "unit": "gal",
        "multiplier": Decimal(1),
        "quantity": Decimal(gallons),
        "kind": ReadKind.ACTUAL,
        "business_date": until,
    }
    return ReadPosted(**(known | changes))


class RunOffice:
    """An office that bills: its accounts, its reads, and people who decide about its runs."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.engine = office.engine

    async def open(self, pack: Bundle = PACK) -> "RunOffice":
        """Apply the pack and begin the first business day."""
        async with self.by("it") as tx:
            await townstore.apply(tx, pack)
        await self.office.begin(date(2023, 4, 3))
        return self

    def by(self, person: str) -> Any:
        """A transaction in a person's name."""
        return transaction(self.engine, "billing", person, new_trace())

    async def hear(self, *accounts: AccountChanged) -> None:
        """Hear of accounts."""
        async with self.by("accounts") as tx:
            await take_accounts(tx, [received(ACCOUNT_CHANGED, one) for one in accounts])

    async def read(self, *reads: ReadPosted) -> Transaction:
        """Hear of reads; answers the transaction, which has what was refused."""
        async with self.by("metering") as tx:
            await take_reads(tx, [received(READ_POSTED, one) for one in reads])
            done: Transaction = tx
        return done

    async def street(self, numbers: Sequence[str], gallons: int = 5000) -> None:
        """Accounts, each with its read of March."""
        await self.hear(*(customer(number) for number in numbers))
        await self.read(*(a_read(number, gallons) for number in numbers))

    async def preview(self, order: RunOrder = MARCH) -> BillingRun:
        """Begin a run and let its preview be done."""
        async with self.by("sally") as tx:
            run = await starting.begin(tx, order)
        await self.work()
        return await self.see(run)

    async def approve(self, run: BillingRun, person: str = "carl") -> BillingRun:
        """Approve a run and let its bills be issued."""
        async with self.by(person) as tx:
            await starting.approve(tx, run.id, "reviewed")
        await self.work()
        return await self.see(run)

    async def bill(self, order: RunOrder = MARCH) -> BillingRun:
        """Preview, approve, issue."""
        return await self.approve(await self.preview(order))

    async def undo(self, run: BillingRun) -> BillingRun:
        """Take a run back."""
        async with self.by("carl") as tx:
            await starting.undo(tx, run.id, "wrong rates")
        await self.work()
        return await self.see(run)

    async def close(self, run: BillingRun) -> BillingRun:
        """Close a run."""
        async with self.by("carl") as tx:
            return await starting.close(tx, run.id, "all agrees")

    async def work(self) -> None:
        """Do chunks until there is nothing left to do, as one copy of the service."""
        while any([await working.work_once("billing", self.engine, worker) for worker in work.WORKERS]):
            pass

    async def see(self, run: BillingRun) -> BillingRun:
        """A run as it stands now."""
        async with self.by("sally") as tx:
            return await find(tx, run.id)

    async def certify(self, run: BillingRun) -> Certificate:
        """A run's certificate."""
        async with self.by("sally") as tx:
            return await certify(tx, await find(tx, run.id))

    async def counted(self, run: BillingRun) -> dict[str, int]:
        """A run's accounts by state."""
        async with self.by("sally") as tx:
            return await counted(tx, run.id)

    async def bills(self, *, standing: bool = True) -> dict[str, BillIssued]:
        """Issued bills by account number, those taken back apart."""
        condition = "cancelled_on is null" if standing else "true"
        rows = await self.office.rows(f"select document::text from bill where {condition} order by number")
        issued = [BillIssued.model_validate_json(row["document"]) for row in rows]
        return {one.account_number: one for one in issued}

    async def holds(self, run: BillingRun) -> dict[str, tuple[str, str]]:
        """Codes and reasons of held accounts by number."""
        rows = await self.office.rows(
            "select number, hold_code, hold_reason from run_account r join account a on a.id = r.account_id"
            " where run_id = :run and state = 'held'",
            run=run.id,
        )
        return {row["number"]: (row["hold_code"], row["hold_reason"]) for row in rows}


def charges(bill: BillIssued) -> dict[str, Decimal]:
    """Dollars of a bill by service."""
    amounts: dict[str, Decimal] = {}
    for line in bill.lines:
        amounts[line.service] = amounts.get(line.service, Decimal(0)) + line.amount
    return amounts
