"""What notifications reads from Kafka. Handlers only queue: sending happens outside their transactions."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import RawMessage, Received
from contracts.accounts import AccountChanged, ContactChanged
from contracts.billing import BillCancelled, BillIssued, BusinessDayStarted
from contracts.delinquency import AccountDelinquent
from contracts.metering import UsageFlagged
from contracts.notices import NoticeKind
from contracts.topics import (
    ACCOUNT_CHANGED,
    ACCOUNT_DELINQUENT,
    BILL_CANCELLED,
    BILL_ISSUED,
    BUSINESS_DAY_STARTED,
    CONTACT_CHANGED,
    USAGE_FLAGGED,
)
from services.notifications import store
from services.notifications.day import DAY
from services.notifications.policy import TOWN
from services.notifications.queueing import Telling, notice_row


async def take_contacts(tx: Transaction, received: list[Received[ContactChanged]]) -> None:
    """Who can be reached how; what waited for them is queued now."""
    events = [one.event for one in received]
    await store.lock_contacts(tx, {one.account_id for one in events})
    await store.keep_contacts(
        tx,
        [
            {
                "account_id": one.account_id,
                "version": one.version,
                "number": one.number,
                "ebill": one.ebill and any(contact.email for contact in one.contacts),
                "contact": one.model_dump(mode="json"),
            }
            for one in events
        ],
    )
    tx.now_known("contact", frozenset(str(one.account_id) for one in events))


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


async def take_bills(tx: Transaction, received: list[Received[BillIssued]]) -> None:
    """Each bill is told once."""
    await _queue(tx, [Telling(NoticeKind.BILL, one.event.bill_id, one.event.account_id, one) for one in received])


async def take_cancelled(tx: Transaction, received: list[Received[BillCancelled]]) -> None:
    """A bill taken back before it left is not sent, even if it comes after the news that it was."""
    await store.lock_contacts(tx, {one.event.account_id for one in received})
    await store.take_back(tx, [one.event.bill_id for one in received])


async def take_delinquent(tx: Transaction, received: list[Received[AccountDelinquent]]) -> None:
    """Each step of a case is told once."""
    await _queue(tx, [Telling(NoticeKind.REMINDER, one.event.case_id, one.event.account_id, one) for one in received])


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


async def take_day(tx: Transaction, received: list[Received[BusinessDayStarted]]) -> None:
    """The day that what is sent is dated with."""
    for one in received:
        await DAY.begin(tx, one.event.date)


async def _queue(tx: Transaction, tellings: list[Telling]) -> None:
    ids = {one.account_id for one in tellings}
    await store.lock_contacts(tx, ids)
    ebill = await store.ebill_flags(tx, ids)
    for one in tellings:
        if one.account_id not in ebill:
            tx.wait_for(one.message, "contact", one.account_id)
    ready = [one for one in tellings if one.account_id in ebill]
    gone = await store.taken_back(tx, [one.about for one in ready])
    rows = [notice_row(one, ebill[one.account_id], one.about in gone) for one in ready]
    arrivals = await store.insert_notices(tx, rows)
    await _refuse_changed(tx, [one for one in ready if arrivals.in_force[one.notice_id] != one.message.body_hash])


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
    Subscription(USAGE_FLAGGED, take_flagged),
    Subscription(BUSINESS_DAY_STARTED, take_day),
)
