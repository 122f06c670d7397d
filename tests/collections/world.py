"""A small town in one process: payments, billing, notices, crews and collections, with the news between them delayed.

Only collections is the real thing: its pure machine. Around it, each message waits in the queue of the topic it would
travel on, and comes when the seed says so. What really happened is kept, so that a test can say what must be true.
"""

import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.calendar import Calendar
from contracts.orders import CancelCause, OrderKind
from contracts.payments import ChargeKind
from services.collections.policy import CollectionsPolicy
from services.collections.timeline import machine, shutoffs
from services.collections.timeline.case import Case, Order
from services.collections.timeline.effects import Charged, Requested, Told, Withdrawn
from services.collections.timeline.outcome import Outcome
from services.collections.timeline.served import Delivery, served_on
from services.collections.timeline.standing import ZERO, Hold, Item, Paid, Point, Standing
from services.collections.timeline.terms import StopSet, Terms

ACCOUNT, PERSON, POINT = UUID(int=1), UUID(int=2), UUID(int=3)
MONDAY = date(2023, 3, 6)
CALENDAR = Calendar()
POLICY = CollectionsPolicy.model_validate(
    {
        "timeline": [
            {"step": "reminder", "after_days": 1, "minimum": 5, "deadline_days": 1, "approve": False},
            {"step": "shutoff_notice", "after_days": 3, "minimum": 10, "deadline_days": 2, "approve": True},
            {
                "step": "shutoff", "after_days": 6, "minimum": 10, "fee": 25, "services": ["water"], "notice_days": 2,
                "lapse_days": 9, "restore": {"pay": "past_due", "fee": 30},
            },
        ]
    }
)  # fmt: skip


@dataclass
class Billing:
    """Items oldest first; payments posted in the order they are heard of, those taken back left out."""

    items: list[Item] = field(default_factory=list)
    paid: dict[int, Decimal] = field(default_factory=dict)
    returned: set[int] = field(default_factory=set)
    version: int = 0

    def through(self) -> int:
        seq = 0
        while seq + 1 in self.paid:
            seq += 1
        return seq

    def balance(self, day: date) -> dict[str, Any]:
        left = sum((amount for seq, amount in self.paid.items() if seq not in self.returned), ZERO)
        open_items = []
        for one in self.items:
            taken = min(left, one.amount)
            left -= taken
            if taken < one.amount:
                open_items.append(replace(one, amount=one.amount - taken))
        late = tuple(one for one in open_items if one.due < day)
        self.version += 1
        return {
            "version": self.version,
            "items": late,
            "past_due": sum((one.amount for one in late), ZERO),
            "owed": sum((one.amount for one in open_items), ZERO),
            "through": self.through(),
        }


@dataclass
class Metering:
    """Orders as metering keeps them, and what it knows of payments."""

    orders: dict[UUID, str] = field(default_factory=dict)
    asked: dict[UUID, Order] = field(default_factory=dict)
    taken_back: set[UUID] = field(default_factory=set)
    seq: int = 0
    pendings: set[int] = field(default_factory=set)
    settled_pendings: set[int] = field(default_factory=set)

    def at(self, *states: str) -> list[Order]:
        return [self.asked[one] for one, state in self.orders.items() if state in states]


@dataclass
class Facts:
    """What collections has heard, as its tables keep it."""

    balance: dict[str, Any] = field(default_factory=lambda: {"version": 0})
    paid: dict[int, Paid] = field(default_factory=dict)
    returned: set[int] = field(default_factory=set)
    pendings: dict[int, date] = field(default_factory=dict)
    settled_pendings: set[int] = field(default_factory=set)
    holds: list[Hold] = field(default_factory=list)
    held: bool = False
    deliveries: dict[UUID, list[Delivery]] = field(default_factory=lambda: defaultdict(list))

    def standing(self, case: Case | None, day: date) -> Standing:
        live = [until for one, until in self.pendings.items() if one not in self.settled_pendings and until >= day]
        known = self.balance
        return Standing(
            items=known.get("items", ()),
            past_due=known.get("past_due", ZERO),
            owed=known.get("owed", ZERO),
            payments_through=known.get("through", 0),
            last_payment_seq=max(self.paid, default=0),
            payments=tuple(one for seq, one in self.paid.items() if seq not in self.returned),
            pending_until=max(live, default=None),
            holds=tuple(one for one in self.holds if one.until is None or one.until >= day),
            sheltered=self.held,
            served=served_on(self.deliveries[case.id], PERSON) if case else None,
            points=(Point("water", POINT),),
        )


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
        self.rng, self.pays = random.Random(seed), pays
        self.restless = self.rng.choice((0.0, 0.02, 0.1))
        self.day = MONDAY + timedelta(self.rng.randrange(5))
        self.now = datetime(2023, 3, 6, tzinfo=UTC)
        self.queues: dict[str, deque[tuple[datetime, Any]]] = defaultdict(deque)
        self.billing, self.metering, self.facts = Billing(), Metering(), Facts()
        self.cases: list[Case] = []
        self.stops: list[StopSet] = []
        self.seq, self.pending = 0, 0
        self.open_pendings: dict[int, Decimal] = {}
        self.expires: dict[int, date] = {}
        self.received: dict[int, tuple[datetime, Decimal]] = {}
        self.taken_back: set[int] = set()
        self.promised: dict[int, datetime] = {}
        self.off: set[UUID] = set()
        self.cuts: list[Cut] = []
        self.told: list[tuple[UUID, str]] = []
        self.charged: list[Charged] = []
        self.restores: dict[UUID | None, list[Order]] = defaultdict(list)
        self.sent: dict[UUID, list[date]] = defaultdict(list)
        self.mail: list[tuple[date, UUID, UUID]] = []
        self._bill()

    # What each message does where it arrives.

    def deliver(self, queue: str) -> Any:
        said_at, message = self.queues[queue].popleft()
        if queue == "collections.notice":
            return self._notice(*message)
        return getattr(self, "_at_" + queue.replace(".", "_"))(said_at, message)

    def _send(self, message: Any, *queues: str) -> None:
        for queue in queues:
            self.queues[queue].append((self.now, message))

    def _at_billing_payment(self, _: datetime, message: tuple[int, Decimal]) -> None:
        self.billing.paid[message[0]] = message[1]
        self._tell_balance()

    def _at_billing_returned(self, _: datetime, seq: int) -> None:
        self.billing.returned.add(seq)
        self._tell_balance()

    def _tell_balance(self) -> None:
        self._send(self.billing.balance(self.day), "collections.balance")

    def _at_metering_payment(self, _: datetime, message: tuple[int, int | None]) -> None:
        self.metering.seq = max(self.metering.seq, message[0])
        if message[1] is not None:
            self.metering.settled_pendings.add(message[1])

    def _at_metering_pending(self, _: datetime, pending: int) -> None:
        self.metering.pendings.add(pending)

    def _at_metering_failed(self, _: datetime, pending: int) -> None:
        self.metering.settled_pendings.add(pending)

    def _at_metering_requested(self, _: datetime, order: Order) -> None:
        self.metering.asked[order.id] = order
        self.metering.orders[order.id] = "requested"
        if order.id in self.metering.taken_back:
            self._cancel(order, CancelCause.WITHDRAWN)

    def _at_metering_withdrawn(self, _: datetime, order: Order) -> None:
        self.metering.taken_back.add(order.id)
        if self.metering.orders.get(order.id) == "requested":
            self._cancel(order, CancelCause.WITHDRAWN)

    def _cancel(self, order: Order, cause: CancelCause) -> None:
        self.metering.orders[order.id] = "cancelled"
        self._send((order.id, cause), "collections.cancelled")

    def _at_notices_told(self, _: datetime, message: tuple[UUID, str]) -> None:
        case_id, step = message
        if step != "shutoff_notice":
            return
        notice, luck = UUID(int=self.rng.getrandbits(60)), self.rng.random()
        if luck < 0.1:
            self._send((case_id, Delivery(notice, "email", PERSON, None, True)), "collections.notice")
            return
        if luck < 0.4:
            self.mail.append((self.day + timedelta(self.rng.randrange(1, 4)), case_id, notice))
        else:
            self._serve(case_id, notice, "email")

    def _serve(self, case_id: UUID, notice: UUID, channel: str) -> None:
        self.sent[case_id].append(self.day)
        self._send((case_id, Delivery(notice, channel, PERSON, self.day, False)), "collections.notice")

    # Collections: keep the fact, then let the machine look.

    def _at_collections_balance(self, said_at: datetime, balance: dict[str, Any]) -> None:
        if balance["version"] > self.facts.balance["version"]:
            self.facts.balance = balance
            self.look_again(said_at)

    def _at_collections_payment(self, said_at: datetime, message: tuple[int, Decimal, int | None, date]) -> None:
        seq, amount, pending, effective = message
        self.facts.paid[seq] = Paid(seq, amount, effective)
        if pending is not None:
            self.facts.settled_pendings.add(pending)
        self.look_again(said_at)

    def _at_collections_pending(self, said_at: datetime, message: tuple[int, date]) -> None:
        self.facts.pendings[message[0]] = message[1]
        self.look_again(said_at)

    def _at_collections_failed(self, said_at: datetime, pending: int) -> None:
        self.facts.settled_pendings.add(pending)
        self.look_again(said_at)

    def _at_collections_returned(self, _: datetime, seq: int) -> None:
        self.facts.returned.add(seq)
        if self.cases:
            self._save(machine.returned(self.cases[-1], seq, *self._known()))

    def _at_collections_completed(self, _: datetime, message: tuple[UUID, bool, datetime]) -> None:
        order_id, withdrawn, at = message
        self._save(machine.order_completed(self._case_of(order_id), order_id, withdrawn, self.day, at, *self._known()))

    def _at_collections_cancelled(self, _: datetime, message: tuple[UUID, CancelCause]) -> None:
        order_id, cause = message
        self._save(machine.order_cancelled(self._case_of(order_id), order_id, cause, "so it was", *self._known()))

    def _notice(self, case_id: UUID, delivery: Delivery) -> None:
        self.facts.deliveries[case_id].append(delivery)
        self.look_again(None)

    def _case_of(self, order_id: UUID) -> Case:
        return next(one for one in self.cases if any(order.id == order_id for order in one.orders))

    def _known(self) -> tuple[Standing, Terms]:
        case = self.cases[-1] if self.cases else None
        return self.facts.standing(case, self.day), Terms(self.day, POLICY, CALENDAR, tuple(self.stops))

    def look_again(self, said_at: datetime | None) -> None:
        if self.cases:
            self._save(machine.settled(self.cases[-1], *self._known(), said_at))

    def _save(self, outcome: Outcome) -> None:
        case = outcome.case
        if self.cases and self.cases[-1].id == case.id:
            self.cases[-1] = case
        else:
            self.cases = [one for one in self.cases if one.id != case.id] + [case]
        for effect in outcome.effects:
            self._happen(case, effect)

    def _happen(self, case: Case, effect: object) -> None:
        match effect:
            case Told(step=step):
                self.told.append((case.id, str(step)))
                self._send((case.id, str(step)), "notices.told")
            case Requested(order=order):
                self._send(order, "metering.requested")
                if order.kind == OrderKind.RESTORE:
                    self.restores[order.undoes].append(order)
            case Withdrawn(order=order):
                self._send(order, "metering.withdrawn")
            case Charged():
                self.charged.append(effect)

    # What people do.

    def _bill(self) -> None:
        number = len(self.billing.items) + 1
        due = self.day - timedelta(self.rng.randrange(0, 9))
        self.billing.items.append(Item(UUID(int=number), "charge", Decimal(self.rng.choice((20, 40, 60))), due))
        self._tell_balance()

    def pay(self, amount: Decimal, pending: int | None = None) -> None:
        self.seq += 1
        self.received[self.seq] = (self.now, amount)
        self._send((self.seq, amount), "billing.payment")
        self._send((self.seq, pending), "metering.payment")
        self._send((self.seq, amount, pending, self.day), "collections.payment")

    def promise(self) -> None:
        self.pending += 1
        self.open_pendings[self.pending] = self._some_amount()
        self.expires[self.pending] = self.day + timedelta(self.rng.randrange(3))
        self.promised[self.pending] = self.now
        self._send(self.pending, "metering.pending")
        self._send((self.pending, self.expires[self.pending]), "collections.pending")

    def make_good(self) -> None:
        pending = self.rng.choice(list(self.open_pendings))
        amount = self.open_pendings.pop(pending)
        if self.rng.random() < 0.6:
            self.pay(amount, pending)
        else:
            self._send(pending, "metering.failed", "collections.failed")

    def take_a_payment_back(self) -> None:
        seq = self.rng.choice([one for one in self.received if one not in self.taken_back])
        self.taken_back.add(seq)
        self._send(seq, "billing.returned", "collections.returned")

    def _some_amount(self) -> Decimal:
        owed = self.owed()
        return owed if owed > 0 and self.rng.random() < 0.6 else Decimal(self.rng.choice((5, 20, 40)))

    def owed(self) -> Decimal:
        paid = sum((amount for seq, (_, amount) in self.received.items() if seq not in self.taken_back), ZERO)
        return sum((one.amount for one in self.billing.items), ZERO) - paid

    def hold(self) -> None:
        items = self.facts.balance.get("items", ())
        some = frozenset({items[0].id}) if items and self.rng.random() < 0.5 else None
        self.facts.held = True
        self.facts.holds.append(Hold("dispute", "pat", self.day + timedelta(self.rng.randrange(4)), some))
        self.look_again(self.now)

    def stop(self) -> None:
        self.stops.append(StopSet("heat", self.day, self.day + timedelta(self.rng.randrange(2)), "too hot", "pat"))
        self.look_again(self.now)

    def approve(self) -> None:
        case = self.cases[-1] if self.cases else None
        if case and case.proposed:
            self._save(machine.step_approved(case, *self._known())[0])
        elif case and case.listed_on:
            self._save(shutoffs.ordered(case, *self._known())[0])

    def dispatch(self) -> None:
        order = self.rng.choice(self.metering.at("requested"))
        paid = self.metering.seq > order.payments_through or self._pending_known()
        if order.kind == OrderKind.DISCONNECT and paid:
            self._cancel(order, CancelCause.PAYMENT)
        elif self.rng.random() < 0.05:
            self._cancel(order, CancelCause.NOT_POSSIBLE)
        else:
            self.metering.orders[order.id] = "dispatched"

    def _pending_known(self) -> bool:
        live = self.metering.pendings - self.metering.settled_pendings
        return any(self.expires[one] >= self.day for one in live)

    def complete(self) -> None:
        order = self.rng.choice(self.metering.at("dispatched"))
        withdrawn = order.id in self.metering.taken_back
        if withdrawn and self.rng.random() < 0.5:
            return self._cancel(order, CancelCause.WITHDRAWN)
        self.metering.orders[order.id] = "completed"
        self._send((order.id, withdrawn, self.now), "collections.completed")
        if order.kind == OrderKind.RESTORE:
            self.off.discard(order.service_point_id)
            return None
        self.off.add(order.service_point_id)
        paid = any(at <= self.now for seq, (at, _) in self.received.items() if seq > order.payments_through)
        case = self._case_of(order.id)
        self.cuts.append(Cut(order, case, self.day, paid, self._is_paid_up(case)))
        return None

    def _is_paid_up(self, case: Case) -> bool:
        """Whether less is left of what the notice named than anyone is shut off for: the truth, whoever knew of it."""
        left = sum((amount for seq, (_, amount) in self.received.items() if seq not in self.taken_back), ZERO)
        still = ZERO
        assert case.notice is not None
        for one in self.billing.items:
            taken = min(left, one.amount)
            left -= taken
            still += one.amount - taken if one.id in case.notice.items else ZERO
        return still < 10

    # A day, with everything that may happen in it in any order.

    def live(self, actions: int) -> None:
        for _ in range(actions):
            self.now += timedelta(minutes=1)
            self._act()

    def _act(self) -> None:
        queues = [name for name, queue in self.queues.items() if queue]
        if queues and self.rng.random() < 0.6:
            self.deliver(self.rng.choice(queues))
        else:
            self.rng.choice(list(self._possible()))()

    def _possible(self) -> Iterator[Callable[[], None]]:
        yield self.approve
        yield self.approve
        if self.metering.at("requested"):
            yield from (self.dispatch,) * 3
        if self.metering.at("dispatched"):
            yield from (self.complete,) * 3
        if self.pays:
            yield from self._disturbances()

    def _disturbances(self) -> Iterator[Callable[[], None]]:
        """Rare while nothing is under way, so that some come as far as an order; frequent while the crew is out."""
        often = 0.3 if self.metering.at("requested", "dispatched") else self.restless
        kinds = [(1.0, lambda: self.pay(self._some_amount())), (0.4, self.promise), (0.2, self.hold), (0.2, self.stop)]
        if set(self.received) - self.taken_back:
            kinds.append((0.6, self.take_a_payment_back))
        for weight, one in kinds:
            if self.rng.random() < often * weight:
                yield one
        if self.open_pendings:
            yield self.make_good

    def live_calmly(self) -> None:
        """A day on which nothing crosses anything, and the office does its work."""
        self.drain()
        self.approve()
        self.next_day()

    def drain(self) -> None:
        while queues := [name for name, queue in self.queues.items() if queue]:
            self.now += timedelta(minutes=1)
            self.deliver(self.rng.choice(queues))

    def next_day(self) -> None:
        self.drain()
        self.day += timedelta(1)
        self.now = max(self.now, datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC))
        for posted, case_id, notice in self.mail:
            if posted == self.day:
                self._serve(case_id, notice, "paper")
        services = [self._billing_day, self._metering_day, self._collections_day]
        self.rng.shuffle(services)
        for one in services:
            one()

    def _billing_day(self) -> None:
        if self.rng.random() < 0.2:
            self._bill()
        else:
            self._tell_balance()

    def _metering_day(self) -> None:
        for order in self.metering.at("requested", "dispatched"):
            if order.kind == OrderKind.DISCONNECT:
                self._cancel(order, CancelCause.EXPIRED)

    def _collections_day(self) -> None:
        case = self.cases[-1] if self.cases else None
        for outcome in machine.day_passed(ACCOUNT, case, *self._known()):
            self._save(outcome)

    def fees_for(self, order: Order) -> list[ChargeKind]:
        return [one.kind for one in self.charged if one.about == str(order.id)]
