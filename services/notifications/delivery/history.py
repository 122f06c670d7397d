"""How a delivery went, step by step, from its rows (pure)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from pydantic import BaseModel

from services.notifications.tables import AccountContact, MailingFile, Notice, NoticeEvent


class Happening(BaseModel):
    """Something that happened to a delivery: on which business day, at what instant if that was kept, and what."""

    day: date | None
    at: datetime | None = None
    what: str
    detail: str = ""


def history(
    notice: Notice, contact: AccountContact | None, file: MailingFile | None, events: Sequence[NoticeEvent]
) -> list[Happening]:
    """From queued to its end; what went wrong on the way in between."""
    return [_queued(notice), *_on_the_way(notice, events), *_printed(file), *_end(notice, file)]


def _queued(notice: Notice) -> Happening:
    instead = f"instead of {notice.instead_of}" if notice.instead_of else f"to go by {notice.channel}"
    return Happening(day=notice.business_date, what="queued", detail=instead)


def _on_the_way(notice: Notice, events: Sequence[NoticeEvent]) -> Iterator[Happening]:
    """A bounce comes after the message left; all else before."""
    for one in events:
        if one.what == "bounced":
            yield from _emailed(notice)
        yield Happening(day=one.day, at=one.at, what=one.what, detail=one.detail)


def _emailed(notice: Notice) -> Iterator[Happening]:
    if notice.message_id is not None:
        taken = f"{notice.message_id}: {notice.receipt or 'taken by the mail server'}"
        yield Happening(day=notice.sent_date, at=notice.sent_at, what="sent", detail=taken)


def _printed(file: MailingFile | None) -> Iterator[Happening]:
    if file is not None:
        yield Happening(day=None, what="printed", detail=f"in {file.name}.pdf, sha256 {file.pdf_sha256}")


def _end(notice: Notice, file: MailingFile | None) -> Iterator[Happening]:
    if notice.state == "cancelled":
        yield Happening(day=notice.ended_on, what="cancelled", detail=notice.reason or "what it told of was taken back")
    elif notice.state == "sent" and file is not None:
        confirmed = f"confirmed by {file.confirmed_by}: {file.confirmed_why}"
        yield Happening(day=notice.sent_date, what="mailed", detail=confirmed)
    elif notice.state == "sent":
        yield from _emailed(notice)
