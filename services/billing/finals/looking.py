"""Pricing a final bill: the same for the proposal, for a look ahead and for the issue, by the code that runs use."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from chassis import townstore
from chassis.database import Transaction
from chassis.town import Town
from contracts.billing import BillIssued, BillKind
from contracts.ids import derived_id
from services.billing.bills.document import Heading, bill_issued
from services.billing.bills.due import closed_days, due_date
from services.billing.bills.gathering import Wanted, gather
from services.billing.bills.inputs import Customer, Hold, Span
from services.billing.bills.making import Made, make
from services.billing.bills.rates import tariffs_for, tariffs_of
from services.billing.bills.winter import asks_for_winter
from services.billing.finals import store
from services.billing.finals.rules import (
    Debt,
    Ending,
    Held,
    Left,
    interest,
    last_spans,
    left_over,
    read_through,
    require_final_reads,
)
from services.billing.ledger import Statement, statements
from services.billing.ledger import store as ledger
from services.billing.policy import BillingPolicy, Finals

ZERO = Decimal(0)
_NEAR = timedelta(14)


class Priced(NamedTuple):
    """An ending with its charges, or what it waits for."""

    ending: Ending
    customer: Customer | None
    made: Made | Hold


class Settling(NamedTuple):
    """What is to happen to the money with a final bill: deposits with their interest, and what is left over."""

    before: Statement
    deposits: Sequence[tuple[Held, Decimal]]
    left: Left

    @property
    def released(self) -> Decimal:
        """Dollars of deposits and their interest."""
        return sum((one.amount + earned for one, earned in self.deposits), ZERO)


async def priced(tx: Transaction, ending: Ending, town: Town[BillingPolicy], day: date) -> Priced:
    """An ending's charges under the pack in force, or the reason why there can be none yet."""
    finals = town.policy.finals or Finals()
    tariffs = await tariffs_of(tx, town.pack_hash)
    points = await _points(tx, ending)
    marks = await store.marks(tx, points, ending.account_id, ending.ends - _NEAR)
    through = read_through(ending, marks, finals.read_within_days)
    # A day before the end at least: who was billed beyond it may have usage that has become theirs since.
    start = min(ending.begins, ending.ends - timedelta(1))
    wanted = Wanted(Span(start, through), asks_for_winter(tariffs))
    found = await gather(tx, [ending.account_id], wanted)
    if not found:
        return Priced(ending, None, Hold("unknown_account", "The account's details are missing here yet."))
    customer = replace(found[0], spans=last_spans(found[0], through))
    try:
        require_final_reads(customer.terms, marks, tariffs, finals.read_within_days)
        made = make(customer, await tariffs_for(tx, town.pack_hash, [customer]), town.pack_hash, day)
    except Hold as hold:
        nothing = hold.code == "nothing_to_bill"
        return Priced(ending, customer, Made(town.pack_hash, (), (), ()) if nothing else hold)
    return Priced(ending, customer, made)


async def _points(tx: Transaction, ending: Ending) -> list[UUID]:
    cursor = await (await tx.driver()).execute(
        "select distinct service_point_id from agreement where account_id = %s and service_point_id is not null",
        [ending.account_id],
    )
    return [point for (point,) in await cursor.fetchall()]


async def settling(
    tx: Transaction, ending: Ending, charges: Decimal, finals: Finals, others: Sequence[tuple[UUID, str]], day: date
) -> Settling:
    """What becomes of an ending's deposits and credit once its last charges are made."""
    before = (await statements(tx, [ending.account_id], day))[ending.account_id]
    held = await store.deposits(tx, [ending.account_id])
    deposits = [(one, interest(one, finals.deposit_interest, day)) for one in held]
    owed = before.owed + charges - sum((one.amount + earned for one, earned in deposits), ZERO)
    debts = [one for one in await _debts(tx, others) if one.owed > ZERO] if owed < ZERO else []
    return Settling(before, deposits, left_over(max(ZERO, -owed), debts, finals))


async def _debts(tx: Transaction, others: Sequence[tuple[UUID, str]]) -> list[Debt]:
    numbers: Mapping[UUID, str] = dict(others)
    books = await ledger.load_books(tx, list(numbers))
    return [Debt(account_id, numbers[account_id], book.owed) for account_id, book in books.items()]


async def heading_of(tx: Transaction, ending: Ending, town: Town[BillingPolicy], day: date) -> Heading:
    """What stands on top of a final bill of a day."""
    closed = closed_days(await townstore.load(tx, town.pack_hash))
    due = due_date(day, town.policy.due_days, closed)
    return Heading(derived_id("finals", day), ending.cycle, day, due, ending.ends, town.pack_hash, day)


def event_of(
    heading: Heading, number: str, one: Priced, made: Made, customer: Customer, money: Settling
) -> tuple[UUID, BillIssued]:
    """The final bill, whole, and its id."""
    bill_id = derived_id("bill", heading.run_id, one.ending.account_id, number)
    issued = bill_issued(heading, bill_id, number, customer, made, money.before)
    corrects = one.ending.again and not made.items
    moved = ", ".join(debt.number for debt in money.left.moved)
    return bill_id, issued.model_copy(
        update={
            "kind": BillKind.CORRECTED if corrects else BillKind.FINAL,
            "deposits_applied": money.released,
            "amount_due": issued.amount_due - money.released,
            "refund": money.left.refund,
            "moved_to": moved or None,
        }
    )


async def number_of(tx: Transaction, ending: Ending) -> str:
    """A final bill's number: the account's end and number, and how often it was billed like this before."""
    before = await store.finals_before(tx, ending.account_id)
    again = f"-{before + 1}" if before else ""
    return f"{ending.ends:%Y%m%d}-F-{ending.number}{again}"
