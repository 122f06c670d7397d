"""A small town in one process: payments, billing, notices, crews and collections, with the news between them delayed.

Only collections is the real thing: its pure machine. Around it, each message waits in the queue of the topic it would
travel on, and comes when the seed says so. What really happened is kept, so that a test can say what must be true.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from contracts.orders import OrderKind
from services.collections.timeline.case import Case, Order
from services.collections.timeline.standing import ZERO
from tests.collections.interleaved.billing import Billing, open_items
from tests.collections.interleaved.collecting import SHUTOFF_MINIMUM, Collections
from tests.collections.interleaved.household import Household
from tests.collections.interleaved.metering import Metering
from tests.collections.interleaved.news import News
from tests.collections.interleaved.notices import Notices

MONDAY = date(2023, 3, 6)


@dataclass(frozen=True)
class Cut:
    """The crew shut the water off. Had anything been paid by then that the order did not know of, or all it was for?"""

    order: Order
    case: Case
    day: date
    paid_before: bool
    paid_up: bool


class World:
    """One household, everyone who deals with it, and the messages between them."""

    def __init__(self, seed: int, pays: bool = True) -> None:
        rng = random.Random(seed)
        self.pays, self._restless = pays, rng.choice((0.0, 0.02, 0.1))
        self.news = News(rng, MONDAY + timedelta(rng.randrange(5)), datetime(2023, 3, 6, tzinfo=UTC))
        self.billing, self.metering = Billing(self.news), Metering(self.news)
        self.notices, self.collections = Notices(self.news), Collections(self.news)
        self.household = Household(self.news, self.billing)
        self.cuts: list[Cut] = []
        self.billing.bill()

    def live(self, actions: int) -> None:
        """A day's hours, with everything that may happen in them in any order."""
        for _ in range(actions):
            self.news.a_minute_passes()
            self._act()

    def live_calmly(self) -> None:
        """A day on which nothing crosses anything, and the office does its work."""
        self.drain()
        self.collections.approve()
        self.next_day()

    def drain(self) -> None:
        """Everything that is on its way arrives, and all that comes of it."""
        while queues := self.news.waiting():
            self.news.a_minute_passes()
            self._deliver(self.news.rng.choice(queues))

    def next_day(self) -> None:
        """The day ends when all has arrived; the services begin the next one each in its own time."""
        self.drain()
        self.news.a_day_begins()
        self.notices.begin_day()
        services: list[Callable[[], None]] = [
            self.billing.begin_day, self.metering.begin_day, self.collections.begin_day,
        ]  # fmt: skip
        self.news.rng.shuffle(services)
        for begin_day in services:
            begin_day()

    def _act(self) -> None:
        queues = self.news.waiting()
        if queues and self.news.rng.random() < 0.6:
            self._deliver(self.news.rng.choice(queues))
        else:
            self.news.rng.choice(list(self._possible()))()

    def _deliver(self, queue: str) -> None:
        """`metering.payment` is what metering does `on_payment`."""
        service, _, topic = queue.partition(".")
        said_at, message = self.news.queues[queue].popleft()
        getattr(getattr(self, service), f"on_{topic}")(said_at, message)

    def _possible(self) -> Iterator[Callable[[], None]]:
        yield from (self.collections.approve,) * 2
        if self.metering.at("requested"):
            yield from (self.metering.dispatch,) * 3
        if self.metering.at("dispatched"):
            yield from (self._complete,) * 3
        if self.pays:
            yield from self._disturbances()

    def _disturbances(self) -> Iterator[Callable[[], None]]:
        """Rare while nothing is under way, so that some come as far as an order; frequent while the crew is out."""
        often = 0.3 if self.metering.at("requested", "dispatched") else self._restless
        for weight, one in self._kinds_of_disturbance():
            if self.news.rng.random() < often * weight:
                yield one
        if self.household.promised:
            yield self.household.make_good_or_break_a_promise

    def _kinds_of_disturbance(self) -> Iterator[tuple[float, Callable[[], None]]]:
        yield 1.0, self.household.pay_something
        yield 0.4, self.household.promise
        yield 0.2, self.collections.hold
        yield 0.2, self.collections.stop
        if set(self.household.received) - self.household.taken_back:
            yield 0.6, self.household.take_a_payment_back

    def _complete(self) -> None:
        order = self.metering.complete()
        if order and order.kind != OrderKind.RESTORE:
            case = self.collections.case_of(order.id)
            self.cuts.append(Cut(order, case, self.news.day, self._was_paid_before(order), self._is_paid_up(case)))

    def _was_paid_before(self, order: Order) -> bool:
        later = (one for seq, one in self.household.received.items() if seq > order.payments_through)
        return any(one.at <= self.news.now for one in later)

    def _is_paid_up(self, case: Case) -> bool:
        """Whether less is left of what the notice named than anyone is shut off for: the truth, whoever knew of it."""
        assert case.notice is not None
        left = open_items(self.billing.items, self.household.paid())
        return sum((one.amount for one in left if one.id in case.notice.items), ZERO) < SHUTOFF_MINIMUM
