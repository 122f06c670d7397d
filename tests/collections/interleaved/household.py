"""One household: what it pays, promises and takes back. That is the truth, whoever has heard of it."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from services.collections.timeline.standing import ZERO
from tests.collections.interleaved.billing import Billing
from tests.collections.interleaved.news import News, Payment, Pending


@dataclass
class Household:
    """Payments by number, from 1; promises that are neither made good nor broken, with their amounts."""

    news: News
    billing: Billing
    received: dict[int, Payment] = field(default_factory=dict)
    taken_back: set[int] = field(default_factory=set)
    promised: dict[int, Decimal] = field(default_factory=dict)
    promises: int = 0

    def pay(self, amount: Decimal, pending: int | None = None) -> None:
        payment = Payment(len(self.received) + 1, amount, pending, self.news.day, self.news.now)
        self.received[payment.seq] = payment
        self.news.send(payment, "billing.payment", "metering.payment", "collections.payment")

    def pay_something(self) -> None:
        self.pay(self._some_amount())

    def promise(self) -> None:
        self.promises += 1
        self.promised[self.promises] = self._some_amount()
        until = self.news.day + timedelta(self.news.rng.randrange(3))
        self.news.send(Pending(self.promises, until), "metering.pending", "collections.pending")

    def make_good_or_break_a_promise(self) -> None:
        pending = self.news.rng.choice(list(self.promised))
        amount = self.promised.pop(pending)
        if self.news.rng.random() < 0.6:
            self.pay(amount, pending)
        else:
            self.news.send(pending, "metering.failed", "collections.failed")

    def take_a_payment_back(self) -> None:
        seq = self.news.rng.choice([one for one in self.received if one not in self.taken_back])
        self.taken_back.add(seq)
        self.news.send(seq, "billing.returned", "collections.returned")

    def paid(self) -> Decimal:
        return sum((one.amount for seq, one in self.received.items() if seq not in self.taken_back), ZERO)

    def owed(self) -> Decimal:
        return sum((one.amount for one in self.billing.items), ZERO) - self.paid()

    def _some_amount(self) -> Decimal:
        owed = self.owed()
        return owed if owed > 0 and self.news.rng.random() < 0.6 else Decimal(self.news.rng.choice((5, 20, 40)))
