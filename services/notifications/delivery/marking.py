"""What became of a delivery is noted, and told to whoever counts days by it."""

from datetime import UTC, date, datetime

from chassis.database import Transaction
from chassis.days import last_begun
from contracts.topics import NOTICE_FAILED, NOTICE_SENT
from services.notifications.delivery import outcomes, store
from services.notifications.queueing import paper_id
from services.notifications.tables import Notice


async def today(tx: Transaction, notice: Notice) -> date:
    """The business day; before the town's first one, that of what the notice tells."""
    return await last_begun(tx) or notice.business_date


async def emailed(tx: Transaction, notice: Notice, message_id: str, receipt: str) -> None:
    """The mail server took it, and this is what it answered."""
    if notice.state == "sent":
        return
    day = await today(tx, notice)
    notice.state, notice.sent_date, notice.ended_on = "sent", day, day
    notice.message_id, notice.receipt, notice.sent_at = message_id, receipt[:500], datetime.now(UTC)
    tell_sent(tx, notice, day)


def tell_sent(tx: Transaction, notice: Notice, today: date) -> None:
    """Tell that a notice left. Nobody hears of a copy: what the customer is told by is another delivery."""
    if not notice.is_copy and notice.person_id is not None:
        tx.publish(NOTICE_SENT, outcomes.sent(notice, today))


async def failed(tx: Transaction, notice: Notice, what: str, reason: str) -> None:
    """It did not reach its person by e-mail: paper takes its place, unless it was a courtesy beside the paper."""
    day = await today(tx, notice)
    notice.state, notice.reason, notice.ended_on = "failed", reason[:500], day
    store.note(tx, notice, day, what, reason)
    if notice.is_copy or notice.person_id is None:
        return
    tx.publish(NOTICE_FAILED, outcomes.failed(notice, day, reason))
    await store.insert_in_place(tx, notice, paper_id(notice.kind, notice.about), day)


async def put_off(tx: Transaction, notice: Notice, reason: str) -> None:
    """The mail server would not take it now; it is tried again later."""
    notice.state, notice.reason = "queued", reason[:500]
    notice.not_before = datetime.now(UTC) + outcomes.wait_before(notice.attempts)
    store.note(tx, notice, await today(tx, notice), "put off", reason)
