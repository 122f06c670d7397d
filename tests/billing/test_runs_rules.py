"""The rules of runs and bills that need no database: due dates, winter usage, totals, exceptions, bill inputs."""

import json
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.calendar import Calendar, Holiday
from services.billing.bills.due import closed_days, due_date
from services.billing.bills.inputs import Customer, Hold, Item, Span, Terms
from services.billing.bills.making import make, make_again
from services.billing.bills.winter import last_winter
from services.billing.bills.written import read, reads_of, write
from services.billing.runs.exceptions import LastBill, exceptions_of
from services.billing.runs.starting import chunks
from services.billing.runs.totals import Tally, merged
from services.billing.tariffs import CompiledTariffs, Line, Period, Usage, compile_tariffs, load_tariffs
from services.billing.tariffs.model import Tariff
from services.billing.tariffs.winter import Month as WinterMonth
from services.billing.usage.store import Month
from tests.billing.run_builders import PACK

D = Decimal
BILL_DATE = date(2023, 4, 3)
OPEN = closed_days(PACK)


def tariffs() -> dict[str, CompiledTariffs]:
    found, mistakes = load_tariffs(PACK)
    assert found is not None, mistakes
    return {PACK.hash: compile_tariffs(found)}


TARIFFS = tariffs()


FOURTHS = (date(2023, 7, 4), date(2026, 7, 3))


def test_a_due_date_moves_on_over_a_weekend_and_a_holiday() -> None:
    # 20 days after June 14 is July 4, 2023, a Tuesday; July 4, 2026 is a Saturday, kept on Friday the 3rd.
    calendar = Calendar(holidays=tuple(Holiday(date=day, name="Independence Day") for day in FOURTHS))
    assert due_date(date(2023, 6, 14), 20, calendar) == date(2023, 7, 5)
    assert due_date(date(2026, 6, 13), 20, calendar) == date(2026, 7, 6)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 90))
def test_a_bill_is_never_due_early_nor_on_a_day_the_office_is_closed(day: date, days: int) -> None:
    due = due_date(day, days, OPEN)
    assert day + timedelta(days) <= due <= day + timedelta(days + 5)
    assert due.weekday() < 5
    assert OPEN.is_open(due)


def months(*quantities: int, first_end: date = date(2022, 12, 1)) -> list[Month]:
    ends = [
        date(first_end.year + (first_end.month - 1 + n) // 12, (first_end.month - 1 + n) % 12 + 1, 1) for n in range(20)
    ]
    return [Month("water", end, D(quantity), "gal", False) for end, quantity in zip(ends, quantities, strict=False)]


BY_WINTER = Tariff.model_validate(
    {
        "unit": "kgal",
        "effective": date(2020, 1, 1),
        "source": "test",
        "price": 1,
        "winter_average": {"months": [12, 1, 2]},
    }
)


def quantities(used: list[Month], before: date) -> list[Decimal]:
    return [month.quantity for month in last_winter(BY_WINTER, used, before)]


def test_a_bill_is_by_the_months_of_the_last_winter_in_the_tariffs_unit() -> None:
    #                 Nov    Dec   Jan   Feb   Mar
    used = months(30_000, 4000, 5000, 6000, 20_000)
    assert last_winter(BY_WINTER, used, date(2023, 4, 1)) == [
        WinterMonth(12, D(4), 31),
        WinterMonth(1, D(5), 31),
        WinterMonth(2, D(6), 28),
    ]


def test_while_a_winter_lasts_the_one_before_counts() -> None:
    last_year = months(1000, 2000, 3000, first_end=date(2022, 1, 1))
    this_year = months(9000, 9000, first_end=date(2023, 1, 1))
    assert quantities([*last_year, *this_year], date(2023, 2, 1)) == [D(1), D(2), D(3)]


def test_of_a_first_winter_that_was_seen_in_part_the_part_counts() -> None:
    assert quantities(months(9000, first_end=date(2023, 1, 1)), date(2023, 2, 1)) == [D(9)]
    assert quantities(months(9000, first_end=date(2022, 12, 1)), date(2023, 2, 1)) == []


@given(st.integers(1, 28), st.integers(0, 400))
def test_no_usage_of_the_period_itself_or_after_it_is_in_its_winter(day: int, days: int) -> None:
    used = months(*range(1000, 21_000, 1000), first_end=date(2021, 12, day))
    before = date(2022, 1, 1) + timedelta(days)
    known = [month.quantity / 1000 for month in used if month.period_end <= before]
    assert set(quantities(used, before)) <= set(known)
    assert len(quantities(used, before)) <= 3


def item(service: str = "water", quantity: str | None = "5000", **attributes: str) -> Item:
    period = Period(date(2023, 3, 1), date(2023, 4, 1), BILL_DATE, date(2023, 4, 1))
    usage = Usage(D(quantity), "gal") if quantity else Usage()
    return Item(0, service, uuid4(), period, usage, attributes, (uuid4(),) if quantity else ())


@given(
    st.decimals(0, 10**9, places=6, allow_nan=False, allow_infinity=False),
    st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=3),
)
def test_a_bills_inputs_are_read_as_they_were_written(quantity: Decimal, attributes: dict[str, str]) -> None:
    attributes.pop("winter_average", None)
    one = item()._replace(usage=Usage(quantity, "gal"), attributes={**attributes, "winter_average": D("4.20")})
    made = make_again([item("garbage", None, cart_size="65 gal")], (), TARIFFS, PACK.hash)
    made = type(made)(made.pack_hash, (*made.items, one), (), made.lines)
    written = json.loads(write(made))
    assert read(written, BILL_DATE) == (made.items, ())
    assert reads_of(written) == list(one.reads)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_two_meters_of_an_account_are_charged_each_for_itself(one: int, other: int) -> None:
    both = make_again([item(quantity=str(one)), item(quantity=str(other))], (), TARIFFS, PACK.hash)
    apart = [make_again([item(quantity=str(each))], (), TARIFFS, PACK.hash).total for each in (one, other)]
    assert both.total == sum(apart)


def test_what_only_waters_the_lawn_goes_down_no_drain() -> None:
    house, lawn, sewer = item(quantity="4000"), item(quantity="9000", irrigation="yes"), item("sewer", "4000")
    made = make_again([house, lawn, sewer], (), TARIFFS, PACK.hash)
    assert made.by_service["sewer"] == D("9.00")


def line(amount: str, service: str = "water", code: str = "base") -> Line:
    return Line(service, code, "Base", None, None, None, D(amount), "rule", "2020-01-01", "source")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-99, 99)), max_size=30), st.integers(1, 29))
def test_the_totals_of_chunks_are_the_totals_of_all(lines: list[tuple[str, int]], cut: int) -> None:
    def tallied(part: list[tuple[str, int]]) -> Tally:
        tally = Tally()
        for code, amount in part:
            tally.bill([line(str(amount), code=code)], ["high_bill"] if amount > 50 else [])
            tally.hold("no_read")
        return tally

    parts = [tallied(lines[:cut]), tallied(lines[cut:])]
    whole = tallied(lines).totals()
    assert merged(part.totals().model_dump(mode="json") for part in parts) == whole
    assert whole.accounts == whole.billed + whole.held == 2 * len(lines)


@given(st.integers(1, 5000))
def test_every_account_of_a_run_is_in_exactly_one_chunk(count: int) -> None:
    numbers = [number for one in chunks(count) for number in range(one["from"], one["to"] + 1)]
    assert numbers == list(range(1, count + 1))


def somebody(*terms: Terms) -> Customer:
    return Customer(UUID(int=1), "1", False, terms, [Span(date(2023, 3, 1), date(2023, 4, 1))])


@pytest.mark.parametrize(
    ("amount", "last", "expected"),
    [
        ("120.00", "50.00", {"high_bill"}),
        ("20.00", "9.00", set()),
        ("0", "9.00", {"zero_bill"}),
        ("-5.00", "9.00", {"negative_bill"}),
        ("20.00", None, {"first_bill"}),
    ],
)
def test_what_is_unusual_about_a_bill_is_named(amount: str, last: str | None, expected: set[str]) -> None:
    made = make_again([item("garbage", None, cart_size="65 gal")], (), TARIFFS, PACK.hash)
    made = type(made)(made.pack_hash, made.items, (), (line(amount),))
    open_ended = Terms(uuid4(), "garbage", None, date(2020, 1, 1), None, {})
    found = exceptions_of(somebody(open_ended), made, LastBill(D(last)) if last else None)
    assert set(found) == expected


def test_an_account_that_was_billed_through_the_period_elsewhere_is_held_with_that_reason() -> None:
    terms = Terms(uuid4(), "garbage", None, date(2020, 1, 1), None, {"cart_size": "65 gal"})
    customer = Customer(
        UUID(int=1), "1", False, [terms], [Span(date(2023, 3, 1), date(2023, 4, 1))], billed_through=date(2023, 4, 10)
    )
    with pytest.raises(Hold, match="not billed yet"):
        make(customer, TARIFFS, PACK.hash, BILL_DATE)


def test_after_a_change_of_cycle_no_day_is_billed_twice() -> None:
    terms = Terms(uuid4(), "garbage", None, date(2020, 1, 1), None, {"cart_size": "65 gal"})
    customer = Customer(
        UUID(int=1), "1", False, [terms], [Span(date(2023, 3, 1), date(2023, 4, 1))], billed_through=date(2023, 3, 10)
    )
    [only] = make(customer, TARIFFS, PACK.hash, BILL_DATE).items
    assert (only.period.start, only.period.end) == (date(2023, 3, 10), date(2023, 4, 1))
