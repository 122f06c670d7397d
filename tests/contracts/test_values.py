"""What the values of an event may be, in JSON and in Python."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.base import Count, Day, Event, Flag, Line, Money, Name, OpenEnum, Quantity, Rate, Text, Timestamp

MONEY: TypeAdapter[Decimal] = TypeAdapter(Money)
QUANTITY: TypeAdapter[Decimal] = TypeAdapter(Quantity)
RATE: TypeAdapter[Decimal] = TypeAdapter(Rate)
DAY: TypeAdapter[date] = TypeAdapter(Day)
TIMESTAMP: TypeAdapter[datetime] = TypeAdapter(Timestamp)

_DECIMALS = [(MONEY, 2), (QUANTITY, 6), (RATE, 8)]


def decimals(places: int) -> st.SearchStrategy[Decimal]:
    """Every decimal that a field with so many places can carry."""
    limit = Decimal(10) ** 15 - Decimal(1).scaleb(-places)
    return st.decimals(-limit, limit, places=places, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(("adapter", "places"), _DECIMALS, ids=["Money", "Quantity", "Rate"])
@given(data=st.data())
def test_a_decimal_survives_the_way_through_json_exactly(
    adapter: TypeAdapter[Decimal], places: int, data: st.DataObject
) -> None:
    value = data.draw(decimals(places))
    text = adapter.dump_json(value)
    assert isinstance(json.loads(text), str)
    assert adapter.validate_json(text) == value
    assert adapter.validate_python(value) == value


@given(st.decimals(places=2, min_value=-(10**14), max_value=10**14))
def test_equal_money_is_written_equally(amount: Decimal) -> None:
    variants = {
        MONEY.dump_json(MONEY.validate_python(v)) for v in (amount, amount.normalize(), amount + Decimal("0.00"))
    }
    assert len(variants) == 1


@pytest.mark.parametrize(
    ("written", "normal"), [("5.000000", '"5"'), ("0.500", '"0.5"'), ("-0.0", '"0"'), ("1200", '"1200"'), ("0", '"0"')]
)
def test_equal_quantities_are_written_equally(written: str, normal: str) -> None:
    assert QUANTITY.dump_json(QUANTITY.validate_python(Decimal(written))) == normal.encode()


@pytest.mark.parametrize("text", ["0.1", "123456789012.12", "999999999999999.99", "-0.07", "100.07", "4.35"])
def test_an_amount_that_binary_floating_point_cannot_hold_arrives_as_written(text: str) -> None:
    assert MONEY.validate_json(f'"{text}"') == Decimal(text)


def test_a_tiny_rate_is_written_without_an_exponent() -> None:
    assert RATE.dump_json(Decimal("0.00000001")) == b'"0.00000001"'


_NOT_A_DECIMAL = """
    12.5  12  0  true  null  ["1"]  {"a":1}  "12.505"  "1e2"  "NaN"  "Infinity"  "+1"  "1,000.00"  "$5"  ""  "\\u00201"
    "1\\u0020"  "1\\n"  ".5"  "5."  "0x10"  "1_000"  "١٢"  "1234567890123456"
"""


@pytest.mark.parametrize("body", _NOT_A_DECIMAL.split())
def test_what_is_not_a_decimal_string_is_refused_with_the_mend(body: str) -> None:
    with pytest.raises(ValidationError, match=r'such as "12\.50"'):
        MONEY.validate_json(body)


@pytest.mark.parametrize(
    "value", [1, 1.5, True, Decimal("1.001"), Decimal("NaN"), Decimal("Infinity"), Decimal("1E15")]
)
def test_python_cannot_put_into_an_event_what_json_could_not_carry(value: object) -> None:
    with pytest.raises(ValidationError, match="decimal string"):
        MONEY.validate_python(value)


@pytest.mark.parametrize("body", ['"20230301"', '"1677628800"', "1677628800", '"2023-03-01T00:00:00"', '"3/1/2023"'])
def test_a_day_is_written_in_one_way_only(body: str) -> None:
    with pytest.raises(ValidationError, match="2023-03-01"):
        DAY.validate_json(body)


def test_a_day_that_the_calendar_lacks_is_refused() -> None:
    with pytest.raises(ValidationError, match="a day of the calendar"):
        DAY.validate_json('"2023-02-29"')


@given(st.dates())
def test_a_day_survives_the_way_through_json(day: date) -> None:
    assert DAY.validate_json(DAY.dump_json(day)) == day


@pytest.mark.parametrize(
    "body",
    [
        '"2023-03-01T14:05:00"',
        '"2023-03-01 14:05:00Z"',
        '"2023-03-01"',
        "1677679500",
        '"1677679500"',
        '"2023-03-01T14:05Z"',
    ],
)
def test_a_time_without_its_zone_or_in_another_form_is_refused(body: str) -> None:
    with pytest.raises(ValidationError, match="with its zone"):
        TIMESTAMP.validate_json(body)


def test_python_cannot_give_a_time_without_its_zone() -> None:
    with pytest.raises(ValidationError, match="with its zone"):
        TIMESTAMP.validate_python(datetime(2023, 3, 1, 14, 5))  # noqa: DTZ001


def test_a_time_is_turned_into_utc() -> None:
    read = TIMESTAMP.validate_json('"2023-03-01T14:05:00.25-07:00"')
    assert read == datetime(2023, 3, 1, 21, 5, 0, 250000, UTC)
    assert TIMESTAMP.dump_json(read) == b'"2023-03-01T21:05:00.250000Z"'


@pytest.mark.parametrize("body", ['"0001-01-01T00:00:00+23:59"', '"9999-12-31T23:59:59-01:00"'])
def test_a_time_at_the_edge_of_the_calendar_is_refused_rather_than_failing(body: str) -> None:
    with pytest.raises(ValidationError, match="outside the calendar"):
        TIMESTAMP.validate_json(body)


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_an_instant_survives_the_way_through_json(local: datetime, minutes: int) -> None:
    instant = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert TIMESTAMP.validate_json(TIMESTAMP.dump_json(TIMESTAMP.validate_python(instant))) == instant


@pytest.mark.parametrize("body", ["true", "5.0", '"5"', "-1", "2147483648", "1e3", "null"])
def test_a_count_is_a_whole_number_that_a_column_can_hold(body: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Count).validate_json(body)


@pytest.mark.parametrize("body", ["1", '"yes"', '"true"', "null"])
def test_a_flag_is_true_or_false(body: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Flag).validate_json(body)


@pytest.mark.parametrize("text", ["", " ", "a\nb", "a\x00b", "\x1b[31m", "\x7f", "x" * 201])
def test_a_name_is_short_and_printable_and_not_blank(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_json(json.dumps(text))


@pytest.mark.parametrize("kind", [Line, Text])
def test_nul_never_gets_into_a_text_for_the_database_cannot_store_it(kind: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_json('"a\\u0000b"')
    assert TypeAdapter(kind).validate_json('""') == ""


@pytest.mark.parametrize("text", ["Zoë Núñez-Sample", "Apt #4, O'Brien & Søn", "東京", "😀"])
def test_a_name_may_be_of_any_alphabet(text: str) -> None:
    assert TypeAdapter(Name).validate_json(json.dumps(text)) == text


class Fruit(OpenEnum):
    """A set of values that a newer release might add to."""

    APPLE = "apple"
    PLUM = "plum"


class Basket(Event):
    """An event for these tests."""

    fruit: Fruit
    others: tuple[Fruit, ...] = ()


def test_a_known_value_is_the_member_itself() -> None:
    assert Basket.model_validate_json('{"fruit": "apple"}').fruit is Fruit.APPLE


def test_an_unknown_value_is_read_told_apart_and_written_as_it_came() -> None:
    basket = Basket.model_validate_json('{"fruit": "pear", "others": ["apple", "fig"]}')
    assert (basket.fruit.known, str(basket.fruit)) == (False, "pear")
    assert basket.fruit is not Fruit.APPLE
    assert [other.known for other in basket.others] == [True, False]
    assert json.loads(basket.model_dump_json()) == {"fruit": "pear", "others": ["apple", "fig"]}
    assert basket.fruit in {"pear"}


@pytest.mark.parametrize("body", ["1", "null", '""', '"a\\u0000"', json.dumps("x" * 61), "[]"])
def test_what_could_be_no_value_of_any_release_is_refused(body: str) -> None:
    with pytest.raises(ValidationError):
        Basket.model_validate_json(f'{{"fruit": {body}}}')


def test_an_event_cannot_be_changed_once_made() -> None:
    basket = Basket(fruit=Fruit.APPLE)
    with pytest.raises(ValidationError, match="frozen"):
        basket.fruit = Fruit.APPLE  # type: ignore[misc]


def test_a_field_of_a_newer_release_is_ignored() -> None:
    basket = Basket.model_validate_json('{"fruit": "apple", "color": "red"}')
    assert not hasattr(basket, "color")
