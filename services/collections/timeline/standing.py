"""What is known of an account: billing's word, payments, holds, the arrangement, and the notice that was served."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Item:
    """An open item past its due date, by billing's word."""

    id: UUID
    kind: str
    amount: Decimal
    due: date
    bill_id: UUID | None = None


@dataclass(frozen=True)
class Paid:
    """A payment towards the balance that was not taken back."""

    seq: int
    amount: Decimal
    effective: date


@dataclass(frozen=True)
class Hold:
    """A reason not to pursue an account, or some of its items (`items`; None is all), up to and including a day."""

    kind: str
    set_by: str
    until: date | None = None
    items: frozenset[UUID] | None = None


@dataclass(frozen=True)
class Point:
    """Where the account is served now."""

    service: str
    service_point_id: UUID


@dataclass(frozen=True)
class Standing:
    """How an account stands on a day.

    `set_aside` is what billing keeps out of past due because of a hold or an arrangement; `sheltered` says that the
    case has or had one, so that less past due need not mean that anything was paid. `resumed_on` is the day a broken
    arrangement gave way: the days it was kept do not age a notice.
    """

    items: tuple[Item, ...] = ()
    past_due: Decimal = ZERO
    owed: Decimal = ZERO
    set_aside: Decimal = ZERO
    payments_through: int = 0
    last_payment_seq: int = 0
    payments: tuple[Paid, ...] = ()
    pending_until: date | None = None
    holds: tuple[Hold, ...] = ()
    sheltered: bool = False
    covered: AbstractSet[UUID] = frozenset()
    resumed_on: date | None = None
    served: date | None = None
    points: tuple[Point, ...] = ()

    @property
    def payments_known(self) -> int:
        """The last payment anyone here has heard of, from payments or from billing."""
        return max(self.payments_through, self.last_payment_seq)

    @property
    def posting(self) -> bool:
        """Whether a payment was received that billing's balance does not include yet."""
        return self.last_payment_seq > self.payments_through

    @property
    def pursued(self) -> tuple[Item, ...]:
        """Past-due items that neither a hold nor the arrangement covers."""
        return tuple(one for one in self.items if one.id not in self.covered and not self._held(one))

    @property
    def pursued_amount(self) -> Decimal:
        """What is pursued, never more than billing says is past due."""
        return min(sum((one.amount for one in self.pursued), ZERO), self.past_due)

    @property
    def oldest_due(self) -> date | None:
        """The due date of the oldest item pursued."""
        return min((one.due for one in self.pursued), default=None)

    def _held(self, item: Item) -> bool:
        return any(hold.items is None or item.id in hold.items for hold in self.holds)

    def against(self, minimum: Decimal) -> str:
        """What speaks against pursuing the account at all, in a sentence; empty when nothing does.

        A payment that billing has not counted yet speaks against it: nobody who paid is pursued.
        """
        if self.posting:
            return "A payment was received that is not in the balance yet."
        if self.pending_until:
            return f"A payment is on its way, expected by {self.pending_until}."
        if self.past_due <= 0 or not self.items:
            return "Nothing is past due."
        if not self.pursued:
            return self._why_nothing_is_pursued()
        if self.pursued_amount < minimum:
            return f"{self.pursued_amount} past due is less than {minimum}."
        return ""

    def _why_nothing_is_pursued(self) -> str:
        if self.holds:
            told = ", ".join(f"{one.kind} until {one.until or 'it is lifted'}" for one in self.holds)
            return f"There is a hold: {told}."
        return "An arrangement is being kept."

    def paid_after(self, seq: int) -> Decimal:
        """The sum of payments after one."""
        return sum((one.amount for one in self.payments if one.seq > seq), ZERO)
