"""What people decide about final bills and refunds: approve, hold, let go, give credit back."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis import days
from chassis.bulk import lock
from chassis.database import Transaction
from chassis.refusal import Refused
from chassis.town import Town
from contracts.billing import BillIssued, RefundReason
from services.billing.bills.inputs import Hold
from services.billing.bills.making import Made
from services.billing.customers.tables import Account
from services.billing.finals import refunds, store
from services.billing.finals.looking import event_of, heading_of, number_of, priced, settling
from services.billing.finals.rules import Ending
from services.billing.finals.tables import FinalBill, Refund
from services.billing.finals.work import bill, lock_customers, propose, wait
from services.billing.ledger import store as ledger
from services.billing.policy import TOWN, BillingPolicy, Finals
from services.billing.runs.store import account_named


class Decided(NamedTuple):
    """What became of an account's final bill."""

    account: str
    state: str
    total: Decimal | None
    reason: str | None


class RefundWish(NamedTuple):
    """Credit to be given back, asked for by a person. The same `refund_id` again is the same refund."""

    refund_id: UUID | None
    account: str
    amount: Decimal
    why: str


async def approve(tx: Transaction, numbers: Sequence[str], why: str) -> list[Decided]:
    """Issue proposed final bills; one whose charges changed since is proposed anew."""
    day, town = await days.today(tx), await TOWN.in_force(tx)
    accounts = [await account_named(tx, number) for number in numbers]
    others = await lock_customers(tx, accounts)
    endings = {one.account_id: one for one in await store.endings_of(tx, day, accounts)}
    known = await store.rows_of(tx, list(endings.values()))
    decided = []
    for number, account in zip(numbers, accounts, strict=True):
        row = known.get(account)
        if row is None or row.state != "proposed":
            raise Refused(f"Account {number} has no final bill proposed. GET /finals/waiting says what it waits for.")
        reason = await _approved(tx, endings[account], row, town, others.get(account, []), day)
        decided.append(Decided(number, row.state, row.total, reason))
    tx.audit("approve", "final bills", why, after={"accounts": list(numbers)})
    return decided


async def _approved(
    tx: Transaction,
    ending: Ending,
    row: FinalBill,
    town: Town[BillingPolicy],
    others: Sequence[tuple[UUID, str]],
    day: date,
) -> str | None:
    proposed = row.lines_hash
    one = await priced(tx, ending, town, day)
    if isinstance(one.made, Hold):
        await wait(tx, row, one.made)
        return row.reason
    if one.made.lines_hash != bytes(proposed or b""):
        await propose(tx, row, one.made)
        return f"Its charges changed after they were proposed and come to {one.made.total} now. Approve it again."
    row.decided_by = tx.actor
    await bill(tx, one, row, town, others, day)
    return None


async def hold(tx: Transaction, number: str, why: str) -> None:
    """Keep an account's final bill from going out until a person lets it go."""
    row = await _row(tx, number, "hold")
    row.state, row.code, row.reason, row.decided_by = "held", "by_hand", why, tx.actor
    await store.save(tx, [row])
    tx.audit("hold", f"final bill of {number}", why)


async def let_go(tx: Transaction, number: str, why: str) -> None:
    """Let a held final bill go: the next day's run looks at it again."""
    row = await _row(tx, number, "let go")
    if row.state != "held":
        raise Refused(f"The final bill of account {number} is not held; it is {row.state}.")
    row.state, row.code, row.reason, row.decided_by = "waiting", None, None, tx.actor
    await store.save(tx, [row])
    tx.audit("let go", f"final bill of {number}", why)


async def _row(tx: Transaction, number: str, what: str) -> FinalBill:
    ending = await _ending(tx, number)
    await lock(tx, Account, [ending.account_id])
    row = (await store.rows_of(tx, [ending])).get(ending.account_id)
    if row is not None and row.state == "billed":
        raise Refused(f"The final bill of account {number} went out already; there is nothing to {what}.")
    return row or FinalBill(account_id=ending.account_id, ends=ending.ends, state="waiting", since=await days.today(tx))


async def _ending(tx: Transaction, number: str) -> Ending:
    account = await account_named(tx, number)
    found = await store.endings_of(tx, await days.today(tx), [account])
    if not found:
        raise Refused(f"Account {number} has not ended, or was never billed here: it gets no final bill now.")
    return found[0]


async def ahead(tx: Transaction, number: str) -> BillIssued:
    """An account's final bill, whole, as it would be issued now; refuses with what it waits for."""
    day, town, ending = await days.today(tx), await TOWN.in_force(tx), await _ending(tx, number)
    one = await priced(tx, ending, town, day)
    if not isinstance(one.made, Made) or one.customer is None:
        sentence = one.made.sentence if isinstance(one.made, Hold) else ""
        raise Refused(f"The final bill of account {number} waits. {sentence}")
    others = (await store.siblings(tx, [ending.account_id])).get(ending.account_id, [])
    money = await settling(tx, ending, one.made.total, town.policy.finals or Finals(), others, day)
    heading = await heading_of(tx, ending, town, day)
    return event_of(heading, await number_of(tx, ending), one, one.made, one.customer, money)[1]


async def give_back(tx: Transaction, wish: RefundWish) -> Refund:
    """Let credit of an account be paid out to the customer; refuses more than there is."""
    account = await account_named(tx, wish.account)
    await lock(tx, Account, [account])
    known = await refunds.find(tx, wish.refund_id) if wish.refund_id else None
    if known is not None:
        return known
    policy, day = (await TOWN.in_force(tx)).policy, await days.today(tx)
    credit = (await ledger.load_books(tx, [account]))[account].credit
    if wish.amount > credit:
        raise Refused(f"Account {wish.account} has {credit} of credit; {wish.amount} can't be given back.", 422)
    if any(fund.refunds_payable is None for fund in policy.ledger.funds.values()):
        raise Refused("The town pack names no `refunds_payable` account for each fund. Add them, then ask again.")
    wanted = refunds.Wanted(wish.refund_id or uuid7(), account, wish.amount, RefundReason.OVERPAYMENT, None, wish.why)
    await refunds.owe(tx, wanted, policy, day)
    tx.audit("refund", f"account {wish.account}", wish.why, after={"amount": str(wish.amount)})
    found = await refunds.find(tx, wanted.refund_id)
    assert found is not None
    return found
