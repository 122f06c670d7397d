"""What payments reads from Kafka, the vendors' doors apart."""

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.accounts import AccountChanged
from contracts.billing import BalanceChanged, BusinessDayStarted
from contracts.topics import ACCOUNT_CHANGED, BALANCE_CHANGED, BUSINESS_DAY_STARTED, REFUND_DUE
from services.payments import posting, store
from services.payments.day import DAY
from services.payments.pending import promising
from services.payments.refunds.events import take_refunds


async def take_accounts(tx: Transaction, received: list[Received[AccountChanged]]) -> None:
    """Money that waited in suspense for an account goes to it once it is known."""
    events = [one.event for one in received]
    numbers = {one.number for one in events}
    if numbers - (await store.account_ids(tx, numbers)).keys():
        await store.hold_unknown(tx)
    await store.lock_accounts(tx, {one.account_id for one in events})
    await store.keep_accounts(
        tx,
        [
            {"id": one.account_id, "version": one.version, "number": one.number, "status": str(one.status)}
            for one in events
        ],
    )
    known = {one.number: one.account_id for one in events}
    await posting.clear_suspense(tx, known)
    await promising.announce_known(tx, known)


async def take_balances(tx: Transaction, received: list[Received[BalanceChanged]]) -> None:
    """A cashier sees what billing says is owed, and which payments that includes."""
    await store.keep_balances(
        tx,
        [
            {
                "account_id": one.event.account_id,
                "version": one.event.version,
                "owed": one.event.owed,
                "due_now": one.event.due_now,
                "past_due": one.event.past_due,
                "credit": one.event.credit,
                "next_due_date": one.event.next_due_date,
                "payments_through": one.event.payments_through,
                "as_of": one.event.business_date,
            }
            for one in received
        ],
    )


async def take_day(tx: Transaction, received: list[Received[BusinessDayStarted]]) -> None:
    """The day is what money is posted under; what came before it waited for it."""
    await store.hold_days(tx)
    await DAY.take(tx, received)
    tx.now_known("business day", frozenset({"first", *(str(one.event.date) for one in received)}))


SUBSCRIPTIONS = (
    Subscription(ACCOUNT_CHANGED, take_accounts),
    Subscription(BALANCE_CHANGED, take_balances),
    Subscription(BUSINESS_DAY_STARTED, take_day),
    Subscription(REFUND_DUE, take_refunds),
)
