"""What is told about a notice once it left, or could not (pure)."""

from datetime import date, timedelta

from contracts.notices import NoticeChannel, NoticeFailed, NoticeKind, NoticeSent
from services.notifications.tables import Notice

ATTEMPTS = 6


def sent(notice: Notice, today: date) -> NoticeSent:
    """It left on its `sent_date`: for paper the day it was mailed, which may lie before today."""
    assert notice.person_id is not None, "what other services hear of went to a person"
    assert notice.sent_date is not None, "it has left"
    return NoticeSent(
        notice_id=notice.notice_id,
        account_id=notice.account_id,
        kind=NoticeKind(notice.kind),
        about=notice.about,
        channel=NoticeChannel(notice.channel),
        person_id=notice.person_id,
        message_id=notice.message_id,
        sent_date=notice.sent_date,
        business_date=today,
    )


def failed(notice: Notice, today: date, reason: str) -> NoticeFailed:
    """It can't reach its person by e-mail; paper is tried next."""
    assert notice.person_id is not None, "what other services hear of went to a person"
    return NoticeFailed(
        notice_id=notice.notice_id,
        account_id=notice.account_id,
        kind=NoticeKind(notice.kind),
        about=notice.about,
        channel=NoticeChannel(notice.channel),
        person_id=notice.person_id,
        reason=" ".join(reason.split())[:200] or "no reason given",
        falls_back_to=NoticeChannel.PAPER,
        business_date=today,
    )


def wait_before(attempt: int) -> timedelta:
    """How long to wait after the n-th attempt that the mail server put off: 1, 2, 4, ... minutes."""
    return timedelta(minutes=2 ** (attempt - 1))
