"""What a late charge comes to, when, and what holds it back."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from chassis.calendar import Calendar, Holiday
from services.billing.late.policy import LateCharge
from services.billing.late.rules import (
    Debt,
    Held,
    History,
    Money,
    Pending,
    charge_on,
    debts,
    free_through,
    held_by,
    number_on,
    unpaid,
)
from services.billing.ledger.book import Item
from services.billing.policy import PaymentOrder

D = Decimal
NAMES = UUID("4a1f36f0-9a1e-4f0e-8b1c-1f1d2a6c7c11")
CALENDAR = Calendar(holidays=(Holiday(date=date(2023, 5, 29), name="Memorial Day"),))
OLDEST = PaymentOrder(first="oldest", services=("sewer", "water"))
FIVE = LateCharge(percent=D(5), after_days=10, minimum=D("10.00"), earns="water")
MONTHLY = FIVE.model_copy(update={"repeat": "monthly"})
BILLED = date(2023, 3, 1)


def item(
    key: str, amount: str, billed: date = BILLED, bill: str = "bill", kind: str = "bill", service: str = "water"
) -> Item:
    bill_id = uuid5(NAMES, bill) if bill else None
    return Item(
        uuid5(NAMES, key), NAMES, bill_id, service, kind, "501", "1150", billed, billed + timedelta(20), D(amount),
        D(amount),
    )  # fmt: skip


def money(on: date, amount: str, seq: int = 1) -> Money:
    return Money(on, seq, uuid5(NAMES, f"{on}{seq}"), D(amount))


def only(history: History) -> Debt:
    (debt,) = debts(history.items, FIVE).values()
    return debt


@pytest.mark.parametrize(
    ("base", "charged"),
    [("100.00", "5.00"), ("10.00", "0.50"), ("9.99", "0.00"), ("33.33", "1.67"), ("10.10", "0.51"), ("0.00", "0.00")],
)
def test_a_percentage_is_rounded_to_the_cent_half_up_and_nothing_is_charged_below_the_minimum(
    base: str, charged: str
) -> None:
    assert charge_on(D(base), FIVE) == D(charged)


def test_a_flat_amount_is_charged_once_a_bill_beside_the_percentage() -> None:
    both = LateCharge(percent=D(1), flat=D("5.00"), after_days=0, earns="water")
    assert charge_on(D("200.00"), both) == D("7.00")
    water, sewer = item("water", "10.00"), item("sewer", "20.00", service="sewer")
    (debt,) = debts([water, sewer], both).values()
    assert debt.remaining == D("30.00")


@pytest.mark.parametrize(
    ("due", "free"),
    [
        (date(2023, 3, 21), date(2023, 3, 31)),  # a Friday
        (date(2023, 3, 22), date(2023, 4, 3)),  # April 1 is a Saturday
        (date(2023, 5, 17), date(2023, 5, 30)),  # Saturday, Sunday, Memorial Day
    ],
)
def test_the_last_penalty_free_day_rolls_on_to_a_working_day(due: date, free: date) -> None:
    assert free_through(due, 1, FIVE, CALENDAR) == free


def test_a_charge_is_due_the_day_after_the_last_penalty_free_day_once_or_every_month() -> None:
    due = date(2023, 1, 31)
    assert [number_on(due, date(2023, 2, day), FIVE, CALENDAR) for day in (10, 11)] == [0, 1]
    assert number_on(due, date(2023, 6, 30), FIVE, CALENDAR) == 1
    # Monthly: from the due date's own day, or the month's last: February 28, then March 31.
    assert [free_through(due, number, MONTHLY, CALENDAR) for number in (2, 3)] == [date(2023, 3, 10), date(2023, 4, 10)]
    assert [number_on(due, day, MONTHLY, CALENDAR) for day in (date(2023, 3, 10), date(2023, 3, 11))] == [1, 2]


def test_what_was_due_before_the_pack_says_so_is_the_old_systems() -> None:
    young = FIVE.model_copy(update={"due_from": date(2023, 3, 1)})
    assert number_on(date(2023, 2, 28), date(2023, 12, 1), young, CALENDAR) == 0
    assert number_on(date(2023, 3, 1), date(2023, 12, 1), young, CALENDAR) == 1


def test_no_charge_grows_on_a_charge_nor_on_what_the_pack_leaves_out() -> None:
    water_only = FIVE.model_copy(update={"services": ("water",)})
    for other in (item("x", "9.00", kind="late_charge", bill=""), item("y", "9.00", kind="restore", bill="")):
        assert debts([other], FIVE) == {}
    assert debts([item("sewer", "9.00", service="sewer")], water_only) == {}


def test_a_bill_that_was_taken_back_is_no_debt() -> None:
    gone = item("water", "40.00")
    gone.reversed = True
    assert debts([gone], FIVE) == {}


def test_money_counts_from_its_effective_day_whenever_it_was_posted() -> None:
    charged = item("water", "100.00")
    free = date(2023, 3, 31)
    for on, left in ((free, "40.00"), (free + timedelta(1), "100.00")):
        history = History([charged], [money(on, "60.00")])
        assert unpaid(history, only(history), free, OLDEST) == D(left)


def test_older_debts_are_paid_first_and_credit_pays_what_comes_later() -> None:
    old, new = item("old", "50.00", BILLED - timedelta(30), "old"), item("new", "50.00")
    history = History([old, new], [money(BILLED - timedelta(31), "20.00"), money(BILLED + timedelta(1), "40.00", 2)])
    found = debts(history.items, FIVE)
    through = BILLED + timedelta(30)
    assert [unpaid(history, found[uuid5(NAMES, name)], through, OLDEST) for name in ("old", "bill")] == [
        D("0.00"),
        D("40.00"),
    ]


@given(
    amounts=some.lists(some.tuples(some.integers(0, 60), some.integers(1, 9000)), max_size=8),
    seed=some.integers(0, 2**16),
    through=some.integers(0, 60),
)
def test_the_order_in_which_payments_arrived_does_not_matter(
    amounts: list[tuple[int, int]], seed: int, through: int
) -> None:
    items = [item("a", "40.00"), item("b", "30.00", BILLED + timedelta(15), "second")]
    paid = [money(BILLED + timedelta(on), str(D(cents) / 100), seq) for seq, (on, cents) in enumerate(amounts)]
    shuffled = Random(seed).sample(paid, len(paid))
    day = BILLED + timedelta(through)
    for debt in debts(items, FIVE).values():
        left = unpaid(History(items, paid), debt, day, OLDEST)
        assert left == unpaid(History(items[::-1], shuffled), debt, day, OLDEST)
        assert D(0) <= left <= debt.remaining
        late = [*shuffled, money(day + timedelta(1), "99.00", 99)]
        assert left == unpaid(History(items, late), debt, day, OLDEST)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (Pending([Held("medical")], (), 0, 0), "hold: medical"),
        (Pending([Held("dispute", frozenset({uuid5(NAMES, "water")}))], (), 0, 0), "hold: dispute"),
        (Pending([Held("dispute", frozenset({uuid5(NAMES, "other")}))], (), 0, 0), ""),
        (Pending([], {uuid5(NAMES, "water")}, 0, 0), "arrangement"),
        (Pending([], {uuid5(NAMES, "other")}, 0, 0), ""),
        (Pending([], (), 1, 0), "a payment is pending"),
        (Pending([], (), 0, 1), "a payment is not posted yet"),
    ],
)
def test_what_holds_a_charge_back_is_said(about: Pending, said: str) -> None:
    assert held_by(only(History([item("water", "40.00")], [])), about) == said


def test_a_late_charge_that_charges_nothing_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="needs a `percent`, a `flat` amount, or both"):
        LateCharge(after_days=10, earns="water")
