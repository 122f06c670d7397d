"""A billing office for tests: a real database, the service's handlers, and short words for what happens to accounts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import yaml
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import townstore
from chassis.bulk import lock
from chassis.consume import Consumer, Subscription, take_up_waiting
from chassis.database import Transaction, connect
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.imports import ImportFile, ImportRefused, ImportReport, take_file
from chassis.metrics import Metrics
from chassis.received import RawMessage, Received
from chassis.settings import Settings
from chassis.townpack import Bundle
from contracts.accounts import AccountChanged, AccountStatus, ServiceAgreement
from contracts.base import Event
from contracts.billing import BalanceChanged, BusinessDayDone
from contracts.ids import derived_id, thing_id
from contracts.payments import Channel, PaymentReceived, PaymentReturned, Purpose, TenderKind
from contracts.topics import ACCOUNT_CHANGED, BUSINESS_DAY_DONE, PAYMENT_RECEIVED, PAYMENT_RETURNED, SERVICES, Topic
from services.billing.customers.events import take_accounts
from services.billing.customers.tables import Account
from services.billing.days.events import take_done
from services.billing.days.turning import begin
from services.billing.late.reviewing import review
from services.billing.ledger import BillPosting, announce, post_bills, reverse_bills, statements, store
from services.billing.ledger.events import take_payments
from services.billing.ledger.shown import Verdict
from services.billing.ledger.verify import verify
from services.billing.policy import BillingPolicy
from services.billing.returns.events import take_returns

E = TypeVar("E", bound=Event)
DAY = date(2023, 3, 1)
FUND = {"cash": "1010", "receivable": "1150", "customer_credit": "2150", "deposits": "2160", "conversion": "2990"}
POLICY = BillingPolicy.model_validate(
    {
        "cycles": ["1", "2"],
        "due_days": 20,
        "fiscal_year_starts": 1,
        "payment_order": {"first": "oldest", "services": ["garbage", "sewer", "water"]},
        "ledger": {
            "payments_fund": "501",
            "miscellaneous_revenue": "4900",
            "funds": {"501": {"name": "Water", **FUND}, "502": {"name": "Sewer", **FUND}},
            "services": {
                "water": {"fund": "501", "revenue": "4110"},
                "sewer": {"fund": "502", "revenue": "4120"},
                "garbage": {"fund": "502", "revenue": "4130"},
            },
        },
    }
)
A_PACK = Bundle(
    {
        "town.yaml": yaml.safe_dump(
            {
                "town": {"key": "windsor-co", "name": "Windsor", "state": "CO", "time_zone": "America/Denver"},
                "billing": POLICY.model_dump(mode="json"),
            }
        ).encode()
    }
)


def account_id(number: str) -> UUID:
    """The id of a test account."""
    return thing_id("windsor-co", "account", number)


def an_account(number: str, version: int = 1, **changes: Any) -> AccountChanged:
    """An account that has water and sewer."""
    known: dict[str, Any] = {
        "account_id": account_id(number),
        "version": version,
        "number": number,
        "status": AccountStatus.ACTIVE,
        "opened": date(2020, 1, 1),
        "cycle": "1",
        "premise_id": thing_id("windsor-co", "premise", number),
        "responsible_person_id": thing_id("windsor-co", "person", number),
        "agreements": tuple(an_agreement(number, service) for service in ("water", "sewer")),
        "business_date": DAY,
    }
    return AccountChanged(**(known | changes))


def an_agreement(number: str, service: str) -> ServiceAgreement:
    """A service of an account since 2020."""
    return ServiceAgreement(
        agreement_id=thing_id("windsor-co", "agreement", f"{number}/{service}"),
        service=service,
        service_point_id=thing_id("windsor-co", "service_point", number),
        start=date(2020, 1, 1),
        attributes={"class": "residential"},
    )


def a_payment(number: str, amount: str, seq: int = 1, **changes: Any) -> PaymentReceived:
    """A check at the counter for the balance; its id follows from account and sequence unless told."""
    known: dict[str, Any] = {
        "payment_id": derived_id("payment", number, seq),
        "account_id": account_id(number),
        "payment_seq": seq,
        "amount": Decimal(amount),
        "purpose": Purpose.BALANCE,
        "channel": Channel.COUNTER,
        "tender": TenderKind.CHECK,
        "effective_date": DAY,
        "posting_date": DAY,
        "business_date": DAY,
    }
    return PaymentReceived(**(known | changes))


def received(topic: Topic[E], event: E) -> Received[E]:
    """An event as it comes from Kafka."""
    value = event.model_dump_json().encode()
    return Received(event, topic.identity_of(event), RawMessage(topic.name, 0, next(_OFFSETS), b"", value))


_OFFSETS = count()


@dataclass
class Office:
    """Billing's ledger over one database."""

    engine: AsyncEngine
    day: date = DAY
    published: list[Any] = field(default_factory=list)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction of the billing service."""
        async with transaction(self.engine, "billing", "a test", new_trace()) as tx:
            yield tx

    async def bill(self, bill_id: UUID, number: str, by_service: dict[str, str], bill_date: date = DAY) -> Decimal:
        """Post a bill to one account; answers the amount due."""
        amounts = {service: Decimal(amount) for service, amount in by_service.items()}
        async with self.transaction() as tx:
            await lock(tx, Account, [account_id(number)])
            begun = (await statements(tx, [account_id(number)], bill_date))[account_id(number)]
            due = begun.owed + sum(amounts.values(), Decimal(0))
        await self.post(
            BillPosting(bill_id, account_id(number), bill_date + timedelta(POLICY.due_days), bill_date, amounts, due)
        )
        return due

    async def post(self, bill: BillPosting) -> None:
        """Post a bill as it is, on its own date."""
        async with self.transaction() as tx:
            await lock(tx, Account, [bill.account_id])
            await post_bills(tx, [bill], POLICY, bill.bill_date)

    async def take_back(self, *bill_ids: UUID) -> None:
        """Reverse bills."""
        async with self.transaction() as tx:
            await reverse_bills(tx, bill_ids, POLICY, self.day)
            await review(tx, {one.account_id for one in await store.load_posted_bills(tx, bill_ids)}, self.day)

    async def know(self, *numbers: str, version: int = 1) -> None:
        """Hear of accounts, and take up what waited for them, as the consumer does."""
        async with self.transaction() as tx:
            await take_accounts(tx, [received(ACCOUNT_CHANGED, an_account(number, version)) for number in numbers])
            await take_up_waiting(self._consumer, tx)

    async def pay(self, *payments: PaymentReceived) -> Transaction:
        """Receive a batch of payments; answers the transaction, which has what was refused and what waits."""
        async with self.transaction() as tx:
            await take_payments(tx, [received(PAYMENT_RECEIVED, payment) for payment in payments])
            self.published += [BalanceChanged.model_validate_json(one.value or b"") for one in tx.outgoing]
            await take_up_waiting(self._consumer, tx)
        return tx

    async def give_back(self, *returns: PaymentReturned) -> Transaction:
        """Hear of payments that came back; what comes before its payment waits for it."""
        async with self.transaction() as tx:
            await take_returns(tx, [received(PAYMENT_RETURNED, one) for one in returns])
        return tx

    async def begin(self, day: date, override_why: str = "") -> bool:
        """Begin a business day."""
        async with self.transaction() as tx:
            return await begin(tx, day, override_why)

    async def be_done(self, day: date, *services: str) -> None:
        """Hear of services that they are done with a day; of all, when none is named."""
        said = [BusinessDayDone(service=name, date=day) for name in services or SERVICES]
        async with self.transaction() as tx:
            await take_done(tx, [received(BUSINESS_DAY_DONE, one) for one in said])

    async def import_file(self, file: ImportFile[Any], text: str, accept_bad_rows: bool = False) -> ImportReport:
        """Import a CSV, refusing what the route refuses."""
        async with self.transaction() as tx:
            report = await take_file(tx, file, text.encode(), accept_bad_rows, None, None)
            if report.refused and not accept_bad_rows:
                raise ImportRefused(report)
        return report

    async def balance(self, number: str, day: date | None = None) -> BalanceChanged:
        """What an account owes on a day."""
        async with self.transaction() as tx:
            (book,) = (await store.load_books(tx, [account_id(number)])).values()
            return announce.balance(book, day or self.day)

    async def verdict(self) -> Verdict:
        """Whether the books agree."""
        async with self.transaction() as tx:
            return await verify(tx)

    @property
    def _consumer(self) -> Consumer:
        settings = Settings(database_url="unused", kafka_servers="unused")
        heard = (Subscription(PAYMENT_RECEIVED, take_payments), Subscription(PAYMENT_RETURNED, take_returns))
        return Consumer("billing", settings, self.engine, Metrics(), heard)

    async def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """What a query answers."""
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(statement), parameters)).mappings()]


@asynccontextmanager
async def an_office(database_url: str) -> AsyncIterator[Office]:
    """An office over a migrated database."""
    engine = connect(database_url, 4, "test-billing")
    try:
        office = Office(engine)
        async with office.transaction() as tx:
            await townstore.apply(tx, A_PACK)
        yield office
    finally:
        await engine.dispose()
