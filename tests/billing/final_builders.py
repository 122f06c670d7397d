"""A town whose pack has final bills, and the day's work that makes them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from sqlalchemy import text

from chassis import runs, working
from chassis.day_work import Sums
from chassis.townpack import Bundle
from contracts.accounts import AccountChanged, AccountStatus
from contracts.billing import BillIssued, RefundDue
from contracts.payments import Purpose
from services.billing.finals import store, work
from services.billing.finals.deciding import Decided, approve
from tests.billing.office import Office, a_payment, account_id
from tests.billing.run_builders import PACK, RunOffice, agreement, customer

_BEGIN = text("insert into business_day (day) values (:day) on conflict do nothing")
LEFT = date(2023, 4, 16)
"""The first day not served."""
DAY_AFTER = date(2023, 4, 17)


_BY_DAYS = """
effective: 2020-01-01
source: test rates
prorate: {full_period: 30, normal: {from: 28, to: 31}}
charges: {cart: {amount: {by: cart_size, 65 gal: 15, 95 gal: 20}, prorate: true}}
"""


def a_pack(**finals: Any) -> Bundle:
    """The town with the accounts that refunds need, and with these rules for final bills."""
    town = yaml.safe_load(PACK.files["town.yaml"])
    for fund in town["billing"]["ledger"]["funds"].values():
        fund |= {"refunds_payable": "2170", "interest_expense": "7610"}
    town["billing"]["finals"] = finals
    return Bundle(
        dict(PACK.files) | {"town.yaml": yaml.safe_dump(town).encode(), "tariffs/garbage.yaml": _BY_DAYS.encode()}
    )


def gone(number: str, on: date = LEFT, version: int = 2, **changes: Any) -> AccountChanged:
    """An account that has ended, all its services on the same day."""
    services = (agreement(number, one, end=on) for one in ("water", "sewer", "garbage"))
    return customer(number, *services, version=version, closed=on, status=AccountStatus.CLOSED, **changes)


class FinalOffice(RunOffice):
    """An office that makes final bills in its days."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.documents: dict[str, list[BillIssued]] = {}
        self.refunds: list[RefundDue] = []

    async def day(self, day: date = DAY_AFTER) -> Sums:
        """Begin a day, and do its final bills."""
        async with self.by("billing") as tx:
            await tx.execute(_BEGIN, {"day": day})
            specs = await work.plan(tx, day)
        done = Sums()
        for spec in specs:
            async with self.by("billing") as tx:
                done += await work.do(tx, day, spec)
                self._hear(tx)
        return done

    async def chunks(self, worker: runs.Worker) -> None:
        """Do a piece of a day's work until there is nothing left of it, as one copy of the service."""
        while await working.work_once("billing", self.engine, worker):
            pass

    def _hear(self, tx: Any) -> None:
        for one in tx.outgoing:
            if one.topic == "BillIssued":
                bill = BillIssued.model_validate_json(one.value or b"")
                self.documents.setdefault(bill.account_number, []).append(bill)
            elif one.topic == "RefundDue":
                self.refunds.append(RefundDue.model_validate_json(one.value or b""))

    def final(self, number: str) -> BillIssued:
        """The newest bill that an account got from a day's work."""
        return self.documents[number][-1]

    async def approve_finals(self, *numbers: str) -> list[Decided]:
        """Approve proposed final bills."""
        async with self.by("lisa") as tx:
            decided = await approve(tx, numbers, "reviewed")
            self._hear(tx)
        return decided

    async def waiting(self) -> Mapping[str, str]:
        """Codes of what final bills wait for, by account."""
        async with self.by("sally") as tx:
            return {row["account"]: row["code"] for row in await store.listed(tx, ("waiting", "held"), 100)}

    async def deposit(self, number: str, amount: str, paid: date) -> None:
        """A deposit left at the counter, as the account's first payment."""
        await self.office.pay(a_payment(number, amount, seq=1, purpose=Purpose.DEPOSIT, effective_date=paid))

    async def owed(self, number: str) -> Decimal:
        """What an account owes."""
        return (await self.office.balance(number)).owed

    async def credit(self, number: str) -> Decimal:
        """Unused credit of an account."""
        rows = await self.office.rows(
            "select coalesce(sum(remaining), 0) as credit from credit where account_id = :account",
            account=account_id(number),
        )
        found: Decimal = rows[0]["credit"]
        return found
