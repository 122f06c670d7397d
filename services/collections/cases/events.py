"""What metering answers to orders, and payments taken back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.days import last_begun
from chassis.received import Received
from contracts.orders import OrderKind, ServiceOrderCancelled, ServiceOrderCompleted
from contracts.payments import PaymentReturned
from contracts.topics import PAYMENT_RETURNED, SERVICE_ORDER_CANCELLED, SERVICE_ORDER_COMPLETED
from services.collections.cases import work
from services.collections.cases.known import case_with, known, terms
from services.collections.cases.saving import save
from services.collections.cases.store import case_of_order
from services.collections.facts import store as facts
from services.collections.timeline import machine
from services.collections.timeline.case import Case
from services.collections.timeline.outcome import Outcome
from services.collections.timeline.standing import Standing
from services.collections.timeline.terms import Terms

OURS = (OrderKind.DISCONNECT, OrderKind.RESTORE)


async def take_completed(tx: Transaction, received: list[Received[ServiceOrderCompleted]]) -> None:
    """The crew did it: the water is off, or on again."""

    def move(one: Received[ServiceOrderCompleted], case: Case, standing: Standing, under: Terms) -> Outcome:
        event = one.event
        on, at = event.completed_on, event.completed_at
        return machine.order_completed(case, event.order_id, event.withdrawn, on, at, standing, under)

    await _answers(tx, [one for one in received if one.event.kind in OURS], move)


async def take_cancelled(tx: Transaction, received: list[Received[ServiceOrderCancelled]]) -> None:
    """It will not be done."""

    def move(one: Received[ServiceOrderCancelled], case: Case, standing: Standing, under: Terms) -> Outcome:
        event = one.event
        return machine.order_cancelled(case, event.order_id, event.cause, event.reason, standing, under)

    await _answers(tx, [one for one in received if one.event.kind in OURS], move)


async def _answers(tx: Transaction, received: Sequence[Received[Any]], move: Any) -> None:
    day = await last_begun(tx)
    await facts.lock_accounts(tx, {one.event.account_id for one in received})
    for one in received:
        case_id = await case_of_order(tx, one.event.order_id)
        if day is not None and case_id is not None:
            await _answer(tx, one, case_id, move, await terms(tx, day))


async def _answer(tx: Transaction, one: Received[Any], case_id: UUID, move: Any, under: Terms) -> None:
    account = one.event.account_id
    found = (await known(tx, [account], under))[account]
    case = found.case
    if case is None or case.id != case_id:
        theirs = await case_with(tx, case_id)
        assert theirs is not None
        order = next(order for order in theirs.orders if order.id == one.event.order_id)
        case = machine.adopted(case, order) if case and case.closed is None else theirs
    await save(tx, under, [(found, [move(one, case, found.standing, under)])], {account: one})


async def take_returned(tx: Transaction, received: list[Received[PaymentReturned]]) -> None:
    """A payment taken back met nothing; a case that it ended goes on where it stood."""
    await facts.lock_accounts(tx, {one.event.account_id for one in received})
    arrivals = await facts.keep_returns(tx, [_returned(one) for one in received])
    for one in received:
        if arrivals.in_force[one.event.return_id] != one.content_hash:
            tx.refuse(one, f"The return {one.event.return_id} came before with other content.")
    day = await last_begun(tx)
    if day is not None:
        await work.one_by_one(tx, day, [(one.event.account_id, one, _take_back(one)) for one in received])


def _take_back(one: Received[PaymentReturned]) -> work.Decide:
    def move(case: Case, standing: Standing, under: Terms) -> tuple[Outcome, str]:
        return machine.returned(case, one.event.payment_seq, standing, under), ""

    return move


def _returned(one: Received[PaymentReturned]) -> dict[str, object]:
    return {
        "return_id": one.event.return_id,
        "content_hash": one.content_hash,
        "payment_id": one.event.payment_id,
        "account_id": one.event.account_id,
        "payment_seq": one.event.payment_seq,
    }


SUBSCRIPTIONS = (
    Subscription(PAYMENT_RETURNED, take_returned),
    Subscription(SERVICE_ORDER_COMPLETED, take_completed),
    Subscription(SERVICE_ORDER_CANCELLED, take_cancelled),
)
