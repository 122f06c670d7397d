"""What is told about a notice once it left, or could not (pure)."""

from datetime import date, timedelta

from contracts.notices import NoticeChannel, NoticeFailed, NoticeKind, NoticeSent
from services.notifications.delivery.composing import person_told
from services.notifications.store import ToTell

ATTEMPTS = 6


def sent(telling: ToTell, day: date, business_date: date, message_id: str | None) -> NoticeSent:
    """It left on `day`."""
    notice = telling.notice
    return NoticeSent(
        notice_id=notice.notice_id,
        account_id=notice.account_id,
        kind=NoticeKind(notice.kind),
        about=notice.about,
        channel=NoticeChannel(notice.channel),
        person_id=person_told(telling).person_id,
        message_id=message_id,
        sent_date=day,
        business_date=business_date,
    )


def failed(telling: ToTell, business_date: date, reason: str) -> NoticeFailed:
    """It can't reach its person by e-mail; paper is tried next."""
    notice = telling.notice
    return NoticeFailed(
        notice_id=notice.notice_id,
        account_id=notice.account_id,
        kind=NoticeKind(notice.kind),
        about=notice.about,
        channel=NoticeChannel(notice.channel),
        person_id=person_told(telling).person_id,
        reason=reason[:200],
        falls_back_to=NoticeChannel.PAPER,
        business_date=business_date,
    )


def wait_before(attempt: int) -> timedelta:
    """How long to wait after the n-th attempt that the mail server put off: 1, 2, 4, ... minutes."""
    return timedelta(minutes=2 ** (attempt - 1))
