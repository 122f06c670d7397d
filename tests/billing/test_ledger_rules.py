"""The laws of what an amount pays, of what is owed on a day, and of the fiscal calendar."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.billing.ledger.book import ZERO, Book, Item, fiscal_period
from services.billing.ledger.rules import allocate, standing
from services.billing.policy import PaymentOrder
from tests.billing.office import DAY, account_id

D = Decimal
OLDEST = PaymentOrder(first="oldest", services=("garbage", "water"))
BY_SERVICE = PaymentOrder(first="service", services=("garbage", "water"))
NAMES = UUID("7b0f1d9e-52b8-4a51-9d9b-06f3f1f1a111")


def an_item(name: str, remaining: str, service: str = "water", due: date = DAY, bill: UUID | None = None) -> Item:
    return Item(
        uuid5(NAMES, name), account_id("1"), bill, service, "bill", "501", "1150", due, due, D(remaining), D(remaining)
    )


cents = some.decimals(min_value=0, max_value=500, places=2)
orders = some.builds(
    PaymentOrder,
    first=some.sampled_from(["oldest", "service"]),
    services=some.permutations(["water", "sewer", "garbage"]).map(tuple),
)
open_items = some.lists(
    some.tuples(cents, some.sampled_from(["water", "sewer", "other"]), some.dates(date(2022, 1, 1), date(2023, 1, 1))),
    max_size=8,
).map(lambda drawn: [an_item(str(number), str(one), service, due) for number, (one, service, due) in enumerate(drawn)])


@given(cents, open_items, orders)
def test_an_amount_never_pays_more_than_it_is_nor_more_than_an_item_needs(
    amount: Decimal, items: list[Item], order: PaymentOrder
) -> None:
    shares = allocate(amount, items, order)
    assert sum((share.amount for share in shares), ZERO) == min(amount, sum((one.remaining for one in items), ZERO))
    assert all(ZERO < share.amount <= share.item.remaining for share in shares)
    assert len({share.item.item_id for share in shares}) == len(shares)


@given(cents, open_items, orders, some.randoms())
def test_it_does_not_matter_in_which_order_the_items_are_listed(
    amount: Decimal, items: list[Item], order: PaymentOrder, random: Random
) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert allocate(amount, shuffled, order) == allocate(amount, items, order)


@given(cents, cents, open_items, orders)
def test_two_amounts_pay_what_their_sum_would(
    first: Decimal, second: Decimal, items: list[Item], order: PaymentOrder
) -> None:
    together = {share.item.item_id: share.amount for share in allocate(first + second, items, order)}
    one_by_one: dict[UUID, Decimal] = {}
    for amount in (first, second):
        for item, share in allocate(amount, items, order):
            item.remaining -= share
            one_by_one[item.item_id] = one_by_one.get(item.item_id, ZERO) + share
    assert one_by_one == together


def test_oldest_first_pays_by_due_date_and_then_by_service() -> None:
    items = [
        an_item("new garbage", "5", "garbage", DAY + timedelta(1)),
        an_item("sewer", "5", "sewer"),
        an_item("water", "5", "water"),
        an_item("garbage", "5", "garbage"),
    ]
    paid = [share.item.service for share in allocate(D(20), items, OLDEST)]
    assert paid == ["garbage", "water", "sewer", "garbage"]


def test_by_service_pays_the_listed_services_first_whatever_their_age() -> None:
    items = [
        an_item("old sewer", "5", "sewer", DAY - timedelta(60)),
        an_item("water", "5", "water"),
        an_item("garbage", "5", "garbage", DAY + timedelta(1)),
    ]
    assert [share.item.service for share in allocate(D(20), items, BY_SERVICE)] == ["garbage", "water", "sewer"]


def test_a_named_bill_is_paid_before_what_is_older() -> None:
    bill = uuid5(NAMES, "bill")
    items = [an_item("old", "5", due=DAY - timedelta(60)), an_item("named", "5", bill=bill)]
    assert [share.item.bill_id for share in allocate(D(6), items, OLDEST, first=bill)] == [bill, None]


@pytest.mark.parametrize(
    ("due", "past_due", "next_due"),
    [
        (DAY - timedelta(1), D(7), None),
        (DAY, ZERO, DAY),
        (DAY + timedelta(1), ZERO, DAY + timedelta(1)),
    ],
)
def test_an_item_is_past_due_the_day_after_its_due_date(due: date, past_due: Decimal, next_due: date | None) -> None:
    item = an_item("one", "7", due=due)
    stands = standing(Book(account_id("1"), items={item.item_id: item}), DAY)
    assert (stands.past_due, stands.next_due_date, stands.due_now) == (past_due, next_due, D(7))


@pytest.mark.parametrize(
    ("day", "starts", "period"),
    [
        (date(2023, 3, 1), 1, "2023-03"),
        (date(2023, 9, 30), 10, "2023-12"),
        (date(2023, 10, 1), 10, "2024-01"),
        (date(2023, 6, 30), 7, "2023-12"),
    ],
)
def test_a_fiscal_year_is_named_for_the_year_it_ends_in(day: date, starts: int, period: str) -> None:
    assert fiscal_period(day, starts) == period
