"""Messages on their way: each waits in the queue of the topic it would travel on, and comes when the seed says so."""

import random
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Payment:
    """Money that came in; `pending` is the promise it makes good."""

    seq: int
    amount: Decimal
    pending: int | None
    day: date
    at: datetime


@dataclass(frozen=True)
class Pending:
    """A payment that is promised, and counts until a day."""

    number: int
    until: date


@dataclass
class News:
    """What day and hour it is, what is on its way, and the chance that decides what comes next."""

    rng: random.Random
    day: date
    now: datetime
    queues: dict[str, deque[tuple[datetime, Any]]] = field(default_factory=lambda: defaultdict(deque))

    def send(self, message: Any, *queues: str) -> None:
        for queue in queues:
            self.queues[queue].append((self.now, message))

    def waiting(self) -> list[str]:
        return [name for name, queue in self.queues.items() if queue]

    def a_minute_passes(self) -> None:
        self.now += timedelta(minutes=1)

    def a_day_begins(self) -> None:
        self.day += timedelta(1)
        self.now = max(self.now, datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC))
