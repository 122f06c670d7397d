"""A billing office for tests: a real database, the service's handlers, and short words for what happens to accounts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bulk import lock
from chassis.database import Transaction, connect
from chassis.edge import transaction
from chassis.envelope import new_trace
from contracts.ids import thing_id
from services.billing.customers.tables import Account
from services.billing.ledger import BillPosting, post_bills, reverse_bills, statements
from services.billing.policy import BillingPolicy

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


def account_id(number: str) -> UUID:
    """The id of a test account."""
    return thing_id("windsor-co", "account", number)


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
            posting = BillPosting(
                bill_id, account_id(number), bill_date + timedelta(POLICY.due_days), bill_date, amounts, due
            )
            await post_bills(tx, [posting], POLICY, bill_date)
        return due

    async def take_back(self, *bill_ids: UUID) -> None:
        """Reverse bills."""
        async with self.transaction() as tx:
            await reverse_bills(tx, bill_ids, POLICY, self.day)

    async def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """What a query answers."""
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(statement), parameters)).mappings()]


@asynccontextmanager
async def an_office(database_url: str) -> AsyncIterator[Office]:
    """An office over a migrated database."""
    engine = connect(database_url, 4, "test-billing")
    try:
        yield Office(engine)
    finally:
        await engine.dispose()
