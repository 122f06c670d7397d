"""Sending e-mail: outside transactions, at least once, each message with a Message-ID that never changes.

A notice is claimed for some minutes, sent, and marked. A copy that dies in between leaves it claimed; another takes
it up when the claim runs out and sends the same message again, which mail programs know by its Message-ID.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage

import aiosmtplib
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Transaction, driver_of
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.kit import Kit
from chassis.logs import logger
from chassis.refusal import Refused
from chassis.waking import told_of, wait_for_news
from services.notifications import store as notices
from services.notifications.delivery import marking, outcomes, store
from services.notifications.delivery.composing import Style, email_of, person_told, recipient_of
from services.notifications.documents import NoEmailAddressError, Sending
from services.notifications.policy import TOWN, templates_in_force
from services.notifications.settings import NotificationsSettings
from services.notifications.store import ToTell
from services.notifications.tables import Notice

AT_ONCE = 20
IDLE = 2.0
"""Seconds after which it is looked although nobody told of e-mails: some were put off, or left by a copy that died."""
PAUSE = 5.0


async def keep_sending(kit: Kit) -> None:
    """Send e-mails as they are queued, until cancelled."""
    async with told_of(kit.engine, notices.EMAILS) as connection:
        driver = await driver_of(connection)
        while True:
            try:
                sent = await send_some(kit)
            except (SQLAlchemyError, OSError, aiosmtplib.SMTPException) as error:
                logger("mail").warning("mail_paused", error=str(error))
                await asyncio.sleep(PAUSE)
            else:
                if not sent:
                    await wait_for_news(driver, IDLE)


async def emails_to_send(connection: AsyncConnection) -> int:
    """How many e-mails are queued or on their way."""
    return await store.count_emails(connection)


async def send_some(kit: Kit) -> int:
    """Send the next e-mails over one connection; answers how many were taken up."""
    settings = kit.settings
    assert isinstance(settings, NotificationsSettings)
    async with transaction(kit.engine, kit.parts.name, "mail", new_trace()) as tx:
        style = await style_in_force(tx)
        if style is None:
            return 0
        claimed = await store.claim_emails(tx, AT_ONCE, timedelta(seconds=settings.mail_lease_seconds))
    if not claimed:
        return 0
    try:
        async with aiosmtplib.SMTP(hostname=settings.smtp_host, port=settings.smtp_port, timeout=30) as server:
            for one in claimed:
                await _send(kit, server, one, style)
    except (OSError, aiosmtplib.SMTPException):
        await _give_back(kit, claimed)
        raise
    return len(claimed)


async def _give_back(kit: Kit, claimed: list[ToTell]) -> None:
    """The mail server is away: what it was not asked about is no attempt, and need not wait until the claim ends."""
    async with transaction(kit.engine, kit.parts.name, "mail", new_trace()) as tx:
        await store.unclaim(tx, [one.notice.notice_id for one in claimed])


async def style_in_force(tx: Transaction) -> Style | None:
    """How the town writes; None before it was said, and then nothing may be claimed."""
    try:
        return Style((await TOWN.in_force(tx)).policy, await templates_in_force(tx))
    except Refused:
        return None


async def _send(kit: Kit, server: aiosmtplib.SMTP, telling: ToTell, style: Style) -> None:
    try:
        message = await asyncio.to_thread(_composed, telling, style)
        _, answer = await server.send_message(message)
    except NoEmailAddressError as error:
        await _refused(kit, telling, str(error))
    except aiosmtplib.SMTPRecipientsRefused as error:
        await _put_off_or_refused(kit, telling, error.recipients[0])
    except aiosmtplib.SMTPResponseException as error:
        await _put_off_or_refused(kit, telling, error)
    else:
        async with _noting(kit, telling) as (tx, notice):
            await marking.emailed(tx, notice, str(message["Message-ID"]), answer)


def _composed(telling: ToTell, style: Style) -> EmailMessage:
    notice = telling.notice
    recipient = recipient_of(telling, style)
    if recipient is None:
        raise NoEmailAddressError("The person is not with the account any more.")
    dated = datetime.combine(notice.business_date, time(12), UTC)
    return email_of(telling, recipient, style, Sending(notice.notice_id, dated))


@asynccontextmanager
async def _noting(kit: Kit, telling: ToTell) -> AsyncIterator[tuple[Transaction, Notice]]:
    """A transaction with the notice locked, and addressed to the person it was made for."""
    async with transaction(kit.engine, kit.parts.name, "mail", telling.notice.trace) as tx:
        notice = await notices.find_notice(tx, telling.notice.notice_id)
        person = person_told(telling)
        if person is not None:
            notice.person_id = person.person_id
        yield tx, notice


async def _put_off_or_refused(kit: Kit, telling: ToTell, error: aiosmtplib.SMTPResponseException) -> None:
    """A 4xx answer is tried again later; a 5xx one, or too many tries, goes to paper."""
    if error.code >= 500 or telling.notice.attempts >= outcomes.ATTEMPTS:
        await _refused(kit, telling, _said(error))
        return
    async with _noting(kit, telling) as (tx, notice):
        await marking.put_off(tx, notice, _said(error))


async def _refused(kit: Kit, telling: ToTell, reason: str) -> None:
    async with _noting(kit, telling) as (tx, notice):
        await marking.failed(tx, notice, "refused", reason)


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    """What a mail server said, as it stands in its log."""
    return f"{error.code} {error.message}"
