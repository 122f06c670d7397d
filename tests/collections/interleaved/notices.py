"""Who sends the notices: by e-mail, which may bounce, or on paper, some days later."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from services.collections.timeline.served import Delivery
from tests.collections.interleaved.news import News

PERSON = UUID(int=2)


@dataclass
class Notices:
    """What was sent of each case and when, and what waits for the mail."""

    news: News
    sent: dict[UUID, list[date]] = field(default_factory=lambda: defaultdict(list))
    mail: list[tuple[date, UUID, UUID]] = field(default_factory=list)

    def on_told(self, _: datetime, message: tuple[UUID, str]) -> None:
        case_id, step = message
        if step == "shutoff_notice":
            self._send_notice(case_id)

    def _send_notice(self, case_id: UUID) -> None:
        rng = self.news.rng
        notice, luck = UUID(int=rng.getrandbits(60)), rng.random()
        if luck < 0.1:
            self.news.send((case_id, Delivery(notice, "email", PERSON, None, True)), "collections.notice")
        elif luck < 0.4:
            self.mail.append((self.news.day + timedelta(rng.randrange(1, 4)), case_id, notice))
        else:
            self._serve(case_id, notice, "email")

    def begin_day(self) -> None:
        for posted, case_id, notice in self.mail:
            if posted == self.news.day:
                self._serve(case_id, notice, "paper")

    def _serve(self, case_id: UUID, notice: UUID, channel: str) -> None:
        self.sent[case_id].append(self.news.day)
        self.news.send((case_id, Delivery(notice, channel, PERSON, self.news.day, False)), "collections.notice")
