"""Published by notifications: what was sent to whom, and what was not."""

from uuid import UUID

from contracts.base import Day, Event, Name, OpenEnum


class NoticeKind(OpenEnum):
    """What a notice tells."""

    BILL = "bill"
    REMINDER = "reminder"
    HIGH_USAGE = "high_usage"
    STATUS_LETTER = "status_letter"
    DOOR_HANGER = "door_hanger"
    SHUTOFF_NOTICE = "shutoff_notice"
    RESTORED = "restored"
    RETURNED_PAYMENT = "returned_payment"
    WELCOME = "welcome"
    FINAL = "final"


class NoticeChannel(OpenEnum):
    """How it went."""

    EMAIL = "email"
    PAPER = "paper"


class NoticeSent(Event):
    """A notice left: by e-mail when the mail server took it, on paper when the mailing house's file was confirmed."""

    notice_id: UUID
    account_id: UUID
    kind: NoticeKind
    about: UUID
    channel: NoticeChannel
    person_id: UUID
    message_id: Name | None = None
    sent_date: Day
    business_date: Day


class NoticeFailed(Event):
    """A notice did not reach its person; `falls_back_to` names what is tried next."""

    notice_id: UUID
    account_id: UUID
    kind: NoticeKind
    about: UUID
    channel: NoticeChannel
    person_id: UUID
    reason: Name
    falls_back_to: NoticeChannel | None = None
    business_date: Day
