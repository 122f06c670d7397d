"""Collections, around its real machine: a message's fact is kept, then the machine looks; its office decides."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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
from services.collections.timeline.served import Delivery
from services.collections.timeline.standing import Hold, Paid, Standing
from services.collections.timeline.terms import StopSet, Terms
from tests.collections.interleaved.facts import Facts
from tests.collections.interleaved.news import News, Payment, Pending

ACCOUNT = UUID(int=1)
CALENDAR = Calendar()
SHUTOFF_MINIMUM = Decimal(10)
POLICY = CollectionsPolicy.model_validate(
    {
        "timeline": [
            {"step": "reminder", "after_days": 1, "minimum": 5, "deadline_days": 1, "approve": False},
            {"step": "shutoff_notice", "after_days": 3, "minimum": 10, "deadline_days": 2, "approve": True},
            {
                "step": "shutoff", "after_days": 6, "minimum": SHUTOFF_MINIMUM, "fee": 25, "services": ["water"],
                "notice_days": 2, "lapse_days": 9, "restore": {"pay": "past_due", "fee": 30},
            },
        ]
    }
)  # fmt: skip


@dataclass
class Collections:
    """Its facts and cases, and what the machine had happen."""

    news: News
    facts: Facts = field(default_factory=Facts)
    cases: list[Case] = field(default_factory=list)
    stops: list[StopSet] = field(default_factory=list)
    told: list[tuple[UUID, str]] = field(default_factory=list)
    charged: list[Charged] = field(default_factory=list)
    restores: dict[UUID | None, list[Order]] = field(default_factory=lambda: defaultdict(list))

    def on_balance(self, said_at: datetime, balance: dict[str, Any]) -> None:
        if balance["version"] > self.facts.balance["version"]:
            self.facts.balance = balance
            self._look_again(said_at)

    def on_payment(self, said_at: datetime, payment: Payment) -> None:
        self.facts.paid[payment.seq] = Paid(payment.seq, payment.amount, payment.day)
        if payment.pending is not None:
            self.facts.settled_pendings.add(payment.pending)
        self._look_again(said_at)

    def on_pending(self, said_at: datetime, pending: Pending) -> None:
        self.facts.pendings[pending.number] = pending.until
        self._look_again(said_at)

    def on_failed(self, said_at: datetime, pending: int) -> None:
        self.facts.settled_pendings.add(pending)
        self._look_again(said_at)

    def on_returned(self, _: datetime, seq: int) -> None:
        self.facts.returned.add(seq)
        if self.cases:
            self._save(machine.returned(self.cases[-1], seq, *self._known()))

    def on_completed(self, _: datetime, message: tuple[UUID, bool, datetime]) -> None:
        order_id, withdrawn, at = message
        today = self.news.day
        self._save(machine.order_completed(self.case_of(order_id), order_id, withdrawn, today, at, *self._known()))

    def on_cancelled(self, _: datetime, message: tuple[UUID, CancelCause]) -> None:
        order_id, cause = message
        self._save(machine.order_cancelled(self.case_of(order_id), order_id, cause, "so it was", *self._known()))

    def on_notice(self, _: datetime, message: tuple[UUID, Delivery]) -> None:
        case_id, delivery = message
        self.facts.deliveries[case_id].append(delivery)
        self._look_again(None)

    def begin_day(self) -> None:
        for outcome in machine.day_passed(ACCOUNT, self.newest_case(), *self._known()):
            self._save(outcome)

    # What its office decides.

    def approve(self) -> None:
        case = self.newest_case()
        if case and case.proposed:
            self._save(machine.step_approved(case, *self._known())[0])
        elif case and case.listed_on:
            self._save(shutoffs.ordered(case, *self._known())[0])

    def hold(self) -> None:
        rng, items = self.news.rng, self.facts.balance.get("items", ())
        some = frozenset({items[0].id}) if items and rng.random() < 0.5 else None
        self.facts.held = True
        self.facts.holds.append(Hold("dispute", "pat", self._within_days(4), some))
        self._look_again(self.news.now)

    def stop(self) -> None:
        self.stops.append(StopSet("heat", self.news.day, self._within_days(2), "too hot", "pat"))
        self._look_again(self.news.now)

    def _within_days(self, days: int) -> date:
        return self.news.day + timedelta(self.news.rng.randrange(days))

    # What is asked of it.

    def case_of(self, order_id: UUID) -> Case:
        return next(one for one in self.cases if any(order.id == order_id for order in one.orders))

    def fees_for(self, order: Order) -> list[ChargeKind]:
        return [one.kind for one in self.charged if one.about == str(order.id)]

    def newest_case(self) -> Case | None:
        return self.cases[-1] if self.cases else None

    def _known(self) -> tuple[Standing, Terms]:
        today = self.news.day
        return self.facts.standing(self.newest_case(), today), Terms(today, POLICY, CALENDAR, tuple(self.stops))

    def _look_again(self, said_at: datetime | None) -> None:
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
                self.news.send((case.id, str(step)), "notices.told")
            case Requested(order=order):
                self.news.send(order, "metering.requested")
                if order.kind == OrderKind.RESTORE:
                    self.restores[order.undoes].append(order)
            case Withdrawn(order=order):
                self.news.send(order, "metering.withdrawn")
            case Charged():
                self.charged.append(effect)
