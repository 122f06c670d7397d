"""What notifications reads from Kafka. Handlers only queue: sending happens outside their transactions."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis import days
from chassis.bulk import Row
from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import RawMessage, Received
from contracts.accounts import AccountChanged, ContactChanged, ContactRole
from contracts.billing import BillCancelled, BillIssued, BillKind
from contracts.delinquency import AccountDelinquent, Step
from contracts.metering import UsageFlagged
from contracts.notices import NoticeKind
from contracts.orders import OrderKind, ServiceOrderCompleted
from contracts.payments import PaymentReturned, ReturnKind
from contracts.topics import (
    ACCOUNT_CHANGED,
    ACCOUNT_DELINQUENT,
    BILL_CANCELLED,
    BILL_ISSUED,
    BUSINESS_DAY_STARTED,
    CONTACT_CHANGED,
    PAYMENT_RETURNED,
    SERVICE_ORDER_COMPLETED,
    USAGE_FLAGGED,
)
from services.notifications import store
from services.notifications.day import DAY
from services.notifications.policy import TOWN, NotificationsPolicy
from services.notifications.queueing import Telling, notice_rows, told_to_others
from services.notifications.welcoming import welcome


async def take_contacts(tx: Transaction, received: list[Received[ContactChanged]]) -> None:
    """Who can be reached how; what waited for them is queued now."""
    events = [one.event for one in received]
    ids = {one.account_id for one in events}
    await store.lock_contacts(tx, ids)
    await store.keep_contacts(tx, [_contact_row(one) for one in events])
    await welcome(tx, ids)
    tx.now_known("contact", frozenset(map(str, ids)))


def _contact_row(event: ContactChanged) -> Row:
    customer = next((one for one in event.contacts if one.role == ContactRole.RESPONSIBLE), None)
    return {
        "account_id": event.account_id,
        "version": event.version,
        "number": event.number,
        "ebill": event.ebill and customer is not None and bool(customer.email),
        "responsible": customer.person_id if customer else None,
        "contact": event.model_dump(mode="json"),
    }


async def erase_contacts(tx: Transaction, raws: Sequence[RawMessage]) -> None:
    """A tombstone: the people of these accounts are to be forgotten."""
    ids = [UUID((raw.key or b"").decode()) for raw in raws]
    await store.lock_contacts(tx, ids)
    await store.erase_contacts(tx, ids)


async def take_accounts(tx: Transaction, received: list[Received[AccountChanged]]) -> None:
    """Who is served at which service point; what was said of it before is taken up now."""
    events = [one.event for one in received]
    agreements = [agreement for one in events for agreement in one.agreements]
    await store.lock_service_points(tx, {one.service_point_id for one in agreements if one.service_point_id})
    points = await store.keep_occupants(tx, events)
    tx.now_known("service point", frozenset(map(str, points)))
    first = await days.first_begun(tx)
    opened = {one.account_id for one in events if first is not None and one.opened >= first}
    if opened:
        await store.lock_contacts(tx, opened)
        await welcome(tx, opened)


async def take_bills(tx: Transaction, received: list[Received[BillIssued]]) -> None:
    """Each bill is told once; a final one also brings the letter that the account is closed."""
    final = [one for one in received if one.event.kind == BillKind.FINAL]
    told = [(NoticeKind.BILL, one) for one in received] + [(NoticeKind.FINAL, one) for one in final]
    await _queue(tx, [Telling(kind, one.event.bill_id, one.event.account_id, one) for kind, one in told])


async def take_cancelled(tx: Transaction, received: list[Received[BillCancelled]]) -> None:
    """A bill taken back before it left is not sent, even if it comes after the news that it was."""
    await store.lock_contacts(tx, {one.event.account_id for one in received})
    await store.take_back(tx, [one.event.bill_id for one in received])


_STEPS = {
    Step.REMINDER: NoticeKind.REMINDER,
    Step.STATUS_LETTER: NoticeKind.STATUS_LETTER,
    Step.DOOR_HANGER: NoticeKind.DOOR_HANGER,
    Step.SHUTOFF_NOTICE: NoticeKind.SHUTOFF_NOTICE,
}
"""The steps that customers get a letter about; of the others they hear from the crew, or by what follows."""


async def take_delinquent(tx: Transaction, received: list[Received[AccountDelinquent]]) -> None:
    """Each step of a case is told once."""
    told = [one for one in received if one.event.step in _STEPS]
    await _queue(tx, [Telling(_STEPS[one.event.step], one.event.case_id, one.event.account_id, one) for one in told])


async def take_completed(tx: Transaction, received: list[Received[ServiceOrderCompleted]]) -> None:
    """Who has service again is told so."""
    told = [one for one in received if one.event.kind == OrderKind.RESTORE]
    kind = NoticeKind.RESTORED
    await _queue(tx, [Telling(kind, one.event.order_id, one.event.account_id, one) for one in told])


async def take_returned(tx: Transaction, received: list[Received[PaymentReturned]]) -> None:
    """Who paid is told when a bank or a card company took it back; the office's own corrections are its matter."""
    told = [one for one in received if one.event.kind in (ReturnKind.BANK_RETURN, ReturnKind.CHARGEBACK)]
    kind = NoticeKind.RETURNED_PAYMENT
    await _queue(tx, [Telling(kind, one.event.return_id, one.event.account_id, one) for one in told])


async def take_flagged(tx: Transaction, received: list[Received[UsageFlagged]]) -> None:
    """Unusual usage is told to whom the meter served then; nobody, if nobody was there."""
    if not (await TOWN.in_force(tx)).policy.usage_notes:
        return
    points = {one.event.service_point_id for one in received}
    await store.lock_service_points(tx, points)
    unknown = await store.unknown_points(tx, points)
    for one in received:
        if one.event.service_point_id in unknown:
            tx.wait_for(one, "service point", one.event.service_point_id)
    accounts = await store.accounts_at(tx, [_read(one.event) for one in received])
    told = [(one, accounts[_read(one.event)]) for one in received if _read(one.event) in accounts]
    await _queue(tx, [Telling(NoticeKind.HIGH_USAGE, one.event.read_id, account, one) for one, account in told])


def _read(event: UsageFlagged) -> tuple[UUID, date]:
    return event.service_point_id, event.read_date


async def _queue(tx: Transaction, tellings: list[Telling]) -> None:
    policy = await _policy(tx, tellings)
    wanted = [one for one in tellings if policy is None or one.kind not in policy.not_sent]
    ids = {one.account_id for one in wanted}
    await store.lock_contacts(tx, ids)
    reaches = await store.reaches(tx, ids, any(told_to_others(one.kind, policy) for one in wanted))
    for one in wanted:
        if one.account_id not in reaches and one.kind != NoticeKind.FINAL:
            tx.wait_for(one.message, "contact", one.account_id)
    ready = [one for one in wanted if one.account_id in reaches]
    gone = await store.taken_back(tx, [one.about for one in ready])
    rows = [row for one in ready for row in notice_rows(one, reaches[one.account_id], policy, one.about in gone)]
    arrivals = await store.insert_notices(tx, rows)
    await _refuse_changed(tx, [one for one in ready if arrivals.in_force[one.notice_id] != one.message.body_hash])


async def _policy(tx: Transaction, tellings: list[Telling]) -> NotificationsPolicy | None:
    """The town's policy, where it has a say: bills go out as they come."""
    if all(one.kind == NoticeKind.BILL for one in tellings):
        return None
    return (await TOWN.in_force(tx)).policy


async def _refuse_changed(tx: Transaction, again: list[Telling]) -> None:
    """Of what came again in other letters, refuse what says something else: a release may write the same anew."""
    sources = await store.sources(tx, [one.notice_id for one in again])
    for one in again:
        event = one.message.event
        if type(event).model_validate_json(sources[one.notice_id]) != event:
            tx.refuse(one.message, f"The {one.kind} {one.about} came before with other content.")


SUBSCRIPTIONS = (
    Subscription(CONTACT_CHANGED, take_contacts, on_tombstones=erase_contacts),
    Subscription(ACCOUNT_CHANGED, take_accounts),
    Subscription(BILL_ISSUED, take_bills, max_records=500),
    Subscription(BILL_CANCELLED, take_cancelled),
    Subscription(ACCOUNT_DELINQUENT, take_delinquent),
    Subscription(SERVICE_ORDER_COMPLETED, take_completed),
    Subscription(PAYMENT_RETURNED, take_returned),
    Subscription(USAGE_FLAGGED, take_flagged),
    Subscription(BUSINESS_DAY_STARTED, DAY.take),
)
