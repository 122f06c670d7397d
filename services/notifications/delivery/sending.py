"""Sending e-mail: outside transactions, at least once, each message with a Message-ID that never changes.

A notice is claimed for some minutes, sent, and marked. A copy that dies in between leaves it claimed; another takes
it up when the claim runs out and sends the same message again, which mail programs know by its Message-ID.
"""

import asyncio
from datetime import UTC, datetime, time, timedelta

import aiosmtplib
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.days import last_begun
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.kit import Kit
from chassis.logs import logger
from chassis.refusal import Refused
from contracts.notices import NoticeChannel
from contracts.topics import NOTICE_FAILED, NOTICE_SENT
from services.notifications import store
from services.notifications.delivery import outcomes
from services.notifications.delivery.composing import Style, email_of
from services.notifications.documents import NoEmailAddressError, Sending
from services.notifications.policy import TOWN, templates_in_force
from services.notifications.settings import NotificationsSettings
from services.notifications.store import ToTell

AT_ONCE = 20
IDLE = 0.5
PAUSE = 5.0


async def keep_sending(kit: Kit) -> None:
    """Send e-mails as they are queued, until cancelled."""
    while True:
        try:
            sent = await send_some(kit)
        except (SQLAlchemyError, OSError, aiosmtplib.SMTPException) as error:
            logger("mail").warning("mail_paused", error=str(error))
            await asyncio.sleep(PAUSE)
        else:
            if not sent:
                await asyncio.sleep(IDLE)


async def emails_to_send(engine: AsyncEngine) -> int:
    """How many e-mails are queued or on their way."""
    async with AsyncSession(engine) as session:
        return await store.count_emails(session)


async def send_some(kit: Kit) -> int:
    """Send the next e-mails over one connection; answers how many were taken up."""
    settings = kit.settings
    assert isinstance(settings, NotificationsSettings)
    lease = timedelta(seconds=settings.mail_lease_seconds)
    async with transaction(kit.engine, kit.parts.name, "mail", new_trace()) as tx:
        claimed = await store.claim_emails(tx, AT_ONCE, lease)
        if not claimed:
            return 0
        try:
            town = await TOWN.in_force(tx)
        except Refused:
            return 0
        style = Style(town.policy.letterhead, await templates_in_force(tx))
    server = aiosmtplib.SMTP(hostname=settings.smtp_host, port=settings.smtp_port, timeout=30)
    async with server:
        for one in claimed:
            await _send(kit, server, one, style)
    return len(claimed)


async def _send(kit: Kit, server: aiosmtplib.SMTP, telling: ToTell, style: Style) -> None:
    notice = telling.notice
    sending = Sending(notice.notice_id, datetime.combine(notice.business_date, time(12), UTC))
    try:
        message = await asyncio.to_thread(email_of, telling, style, sending)
        await server.send_message(message)
    except (NoEmailAddressError, aiosmtplib.SMTPRecipientsRefused) as error:
        await _fall_back(kit, telling, str(error))
    except aiosmtplib.SMTPResponseException as error:
        await _put_off_or_fall_back(kit, telling, error)
    else:
        await _mark_sent(kit, telling, str(message["Message-ID"]))


async def _mark_sent(kit: Kit, telling: ToTell, message_id: str) -> None:
    async with transaction(kit.engine, kit.parts.name, "mail", telling.notice.trace) as tx:
        notice = await store.find_notice(tx, telling.notice.notice_id)
        if notice.state == "sent":
            return
        day = await last_begun(tx) or notice.business_date
        notice.state, notice.message_id, notice.sent_date = "sent", message_id, day
        tx.publish(NOTICE_SENT, outcomes.sent(telling, day, day, message_id))


async def _put_off_or_fall_back(kit: Kit, telling: ToTell, error: aiosmtplib.SMTPResponseException) -> None:
    """A 4xx answer is tried again later; a 5xx one, or too many tries, goes to paper."""
    if error.code >= 500 or telling.notice.attempts >= outcomes.ATTEMPTS:
        await _fall_back(kit, telling, f"{error.code} {error.message}")
        return
    async with transaction(kit.engine, kit.parts.name, "mail", telling.notice.trace) as tx:
        notice = await store.find_notice(tx, telling.notice.notice_id)
        notice.state, notice.reason = "queued", f"{error.code} {error.message}"
        notice.not_before = datetime.now(UTC) + outcomes.wait_before(notice.attempts)


async def _fall_back(kit: Kit, telling: ToTell, reason: str) -> None:
    async with transaction(kit.engine, kit.parts.name, "mail", telling.notice.trace) as tx:
        notice = await store.find_notice(tx, telling.notice.notice_id)
        day = await last_begun(tx) or notice.business_date
        tx.publish(NOTICE_FAILED, outcomes.failed(telling, day, reason))
        notice.channel, notice.state, notice.reason = str(NoticeChannel.PAPER), "queued", reason
