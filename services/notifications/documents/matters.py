"""Every matter that a customer gets a letter about: which event tells of it, and how it is put into words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from contracts.billing import BillIssued
from contracts.delinquency import AccountDelinquent
from contracts.metering import UsageFlagged
from contracts.notices import NoticeKind
from contracts.orders import ServiceOrderCompleted
from contracts.payments import PaymentReturned
from services.notifications.documents.frame import View
from services.notifications.documents.letterhead import Language, Letterhead
from services.notifications.documents.newcomer import NewAccount
from services.notifications.documents.notice_view import (
    final_view,
    high_usage_view,
    restored_view,
    returned_payment_view,
    welcome_view,
)
from services.notifications.documents.past_due_view import (
    door_hanger_view,
    reminder_view,
    shutoff_notice_view,
    status_letter_view,
)
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.templates import Templates
from services.notifications.documents.wording import Wording


@dataclass(frozen=True)
class Letter:
    """One matter for one reader: what happened, who is written to, and whether both languages are used."""

    kind: NoticeKind
    event: Any
    recipient: Recipient
    bilingual: bool = False
    copied: bool = False
    """Whether the reader is not the customer but gets a copy, as an owner or a third party does."""

    @property
    def dated(self) -> date:
        """The day it is dated with."""
        day: date = self.event.business_date
        return day

    def views(self, letterhead: Letterhead, templates: Templates) -> list[View]:
        """The letter's words, in the reader's language first. Raises ValueError for an event without such a letter."""
        return [self._view(letterhead, templates.wording(language)) for language in self._languages()]

    def _languages(self) -> list[Language]:
        own = self.recipient.language
        other: Language = "en" if own == "es" else "es"
        return [own, other] if self.bilingual else [own]

    def _view(self, letterhead: Letterhead, wording: Wording) -> View:
        view = _VIEWS[self.kind].put(self.event, self.recipient, letterhead, wording)
        if not self.copied:
            return view
        return view | {"copied": wording.say("letter.copy", address=view["facts"][1]["value"])}


@dataclass(frozen=True)
class _Matter:
    model: type[BaseModel]
    put: Callable[[Any, Recipient, Letterhead, Wording], View]


_VIEWS: Mapping[NoticeKind, _Matter] = MappingProxyType(
    {
        NoticeKind.REMINDER: _Matter(AccountDelinquent, reminder_view),
        NoticeKind.STATUS_LETTER: _Matter(AccountDelinquent, status_letter_view),
        NoticeKind.DOOR_HANGER: _Matter(AccountDelinquent, door_hanger_view),
        NoticeKind.SHUTOFF_NOTICE: _Matter(AccountDelinquent, shutoff_notice_view),
        NoticeKind.RESTORED: _Matter(ServiceOrderCompleted, restored_view),
        NoticeKind.RETURNED_PAYMENT: _Matter(PaymentReturned, returned_payment_view),
        NoticeKind.WELCOME: _Matter(NewAccount, welcome_view),
        NoticeKind.FINAL: _Matter(BillIssued, final_view),
        NoticeKind.HIGH_USAGE: _Matter(UsageFlagged, high_usage_view),
    }
)

KINDS = tuple(_VIEWS)
"""The kinds of notice that are letters; a bill is a document of its own."""


def event_of(kind: NoticeKind, source: bytes) -> Any:
    """The event that a notice of a kind comes from."""
    return _VIEWS[kind].model.model_validate_json(source)
