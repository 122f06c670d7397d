"""What is true of every tariff and every usage."""

import pickle
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_UP, Context, Decimal, localcontext
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.tariffs import Line, Period, Priced, Usage, price
from services.billing.tariffs.model import Tariff
from services.billing.tariffs.printing import print_tariff
from services.billing.tariffs.rounding import WAYS, How, round_to
from services.billing.tariffs.tariffs import read_tariff
from services.billing.tariffs.units import GALLONS_PER_CCF, convert
from tests.tariffs import strategies
from tests.tariffs.builders import month
from tests.tariffs.strategies import law

ACCOUNT: Mapping[str, str] = {"class": "home", "dwelling_units": "3"}
UNITS = ["gal", "kgal", "mgal", "ccf", "hcf", "ft3", "m3", "acre_foot"]
CENT = Decimal("0.01")


def _priced(content: dict[str, Any], usage: Decimal) -> Priced:
    return price(strategies.compiled(content), Usage(usage, "kgal"), ACCOUNT, month())


def _lines(priced: Priced, code: str = "usage") -> list[Line]:
    return [line for line in priced.lines if line.code == code]


@law
@given(strategies.tariffs(), strategies.USAGES, strategies.USAGES)
def test_more_usage_never_costs_less(content: dict[str, Any], one: Decimal, other: Decimal) -> None:
    less, more = sorted([one, other])
    assert _priced(content, less).total <= _priced(content, more).total


@law
@given(strategies.tariffs(), strategies.USAGES)
def test_blocks_and_included_usage_sum_to_usage(content: dict[str, Any], usage: Decimal) -> None:
    scale = 3 if content["scale"] == "dwelling_units" else 1
    included = min(usage, content["includes"] * scale)
    billed = sum((line.quantity or 0 for line in _lines(_priced(content, usage))), Decimal(0))
    assert billed + included == usage


@law
@given(strategies.tariffs(), strategies.USAGES)
def test_a_line_s_amount_is_its_quantity_times_its_rate(content: dict[str, Any], usage: Decimal) -> None:
    # Rounded over more than a line, lines share out a rounded sum, and each may be a cent off.
    slack = Decimal(0) if content["rounding"]["per"] == "block" else CENT
    for line in _priced(content, usage).lines:
        if line.quantity is not None and line.rate is not None:
            exact = round_to(line.quantity * line.rate, CENT, "half_up")
            assert abs(line.amount - exact) <= slack


@law
@given(strategies.tariffs(), strategies.USAGES, st.randoms())
def test_the_order_of_charges_in_the_file_never_matters(content: dict[str, Any], usage: Decimal, random: Any) -> None:
    names = list(content["charges"])
    random.shuffle(names)
    shuffled = content | {"charges": {name: content["charges"][name] for name in names}}
    shuffled = dict(reversed(shuffled.items()))
    first, second = _priced(content, usage), _priced(shuffled, usage)
    assert {code: first.amount(code) for code in names} == {code: second.amount(code) for code in names} or (
        content["rounding"]["per"] == "service"
    )
    assert first.total == second.total


@law
@given(strategies.tariffs(), strategies.USAGES)
def test_a_tariff_printed_and_read_again_prices_the_same(content: dict[str, Any], usage: Decimal) -> None:
    tariff = Tariff.model_validate(content)
    again = read_tariff(print_tariff(tariff), "tariffs/water.yaml")
    assert again.mistakes == ()
    assert again.tariff == tariff
    second = price(strategies.compiled_tariff(tariff), Usage(usage, "kgal"), ACCOUNT, month())
    assert second == _priced(content, usage)


@law
@given(strategies.tariffs(), strategies.USAGES)
def test_a_bill_depends_on_neither_the_caller_s_arithmetic_nor_the_copy(
    content: dict[str, Any], usage: Decimal
) -> None:
    service = strategies.compiled(content)
    here = price(service, Usage(usage, "kgal"), ACCOUNT, month())
    with localcontext(Context(prec=5, rounding=ROUND_UP)):
        there = price(pickle.loads(pickle.dumps(service)), Usage(usage, "kgal"), ACCOUNT, month())
    assert there == here


@law
@given(strategies.tariffs(), strategies.USAGES, st.sampled_from(["line", "service"]))
def test_lines_rounded_together_sum_to_their_rounded_sum(content: dict[str, Any], usage: Decimal, per: str) -> None:
    exact = _priced(content | {"charges": {}, "rounding": {"per": "block", "to": "0.000001"}}, usage)
    rounded = _priced(content | {"charges": {}, "rounding": {"per": per}}, usage)
    if per == "service":
        assert rounded.total == round_to(exact.total, CENT, "half_up")
    else:
        assert rounded.amount("usage") == round_to(exact.amount("usage"), CENT, "half_up")


@law
@given(strategies.tariffs(), strategies.USAGES, st.lists(st.integers(1, 60), min_size=1, max_size=4))
def test_a_period_in_parts_costs_the_same(content: dict[str, Any], usage: Decimal, parts: list[int]) -> None:
    """Everything prorates by days, usage is used evenly: only rounding may differ, by half a cent a line."""
    content = content | {"prorate": {"full_period": 30}, "rounding": {"to": CENT, "per": "block"}}
    service, days = strategies.compiled(content), sum(parts)
    start, lines, split = date(2024, 1, 1), 0, Decimal(0)
    for part in parts:
        end = start + timedelta(days=part)
        bill = price(service, Usage(usage * part, "kgal"), ACCOUNT, Period(start, end, end, end))
        lines, split, start = lines + len(bill.lines), split + bill.total, end
    whole = price(service, Usage(usage * days, "kgal"), ACCOUNT, month("2024-01-01", days))
    # Levies on levies carry the rounding of what they are on: at most 20% each, four deep.
    assert abs(whole.total - split) <= CENT / 2 * (lines + len(whole.lines)) * Decimal("2.1")


@law
@given(strategies.tariffs(), strategies.USAGES, st.integers(1, 29))
def test_a_change_that_changes_nothing_costs_nothing(content: dict[str, Any], usage: Decimal, day: int) -> None:
    """A version that starts mid-period with the same rates: shared by days, the bill is the same but for rounding."""
    of_file = {"unit": "kgal", "chosen_by": "days", "rounding": content["rounding"]}
    version = {name: part for name, part in content.items() if name not in ("unit", "rounding")}
    second = version | {"effective": date(2024, 6, 1) + timedelta(days=day)}
    once = price(strategies.compiled(of_file | {"versions": [version]}), Usage(usage, "kgal"), ACCOUNT, month())
    twice = price(
        strategies.compiled(of_file | {"versions": [version, second]}), Usage(usage, "kgal"), ACCOUNT, month()
    )
    assert {line.tariff_version for line in twice.lines} <= {"2020-01-01", str(second["effective"])}
    assert abs(once.total - twice.total) <= CENT * (len(once.lines) + len(twice.lines)) * 2
    assert sum((line.quantity or 0 for line in _lines(twice)), Decimal(0)) == pytest.approx(
        sum((line.quantity or 0 for line in _lines(once)), Decimal(0)), abs=Decimal("0.00001")
    )


@law
@given(st.decimals(0, 10**9, places=3), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_a_conversion_there_and_back_gives_what_was_there(quantity: Decimal, unit: str, into: str) -> None:
    # Twelve places of the larger unit are more than six of the smaller.
    there = convert(quantity, unit, into)
    assert round_to(convert(there, into, unit), Decimal("0.000001"), "half_up") == quantity


@law
@given(st.decimals(0, 10**6, places=2), st.sampled_from([GALLONS_PER_CCF, Decimal(748), Decimal("748.05")]))
def test_a_ccf_is_as_many_gallons_as_the_tariff_says(quantity: Decimal, gallons: Decimal) -> None:
    assert convert(quantity, "ccf", "gal", gallons) == quantity * gallons


@law
@given(st.decimals(-1000, 1000, places=4), st.sampled_from(["0.01", "0.05", "1", "10"]), st.sampled_from(sorted(WAYS)))
def test_rounding_goes_to_a_step_next_to_the_number(number: Decimal, step: str, how: How) -> None:
    rounded = round_to(number, Decimal(step), how)
    assert rounded % Decimal(step) == 0
    assert abs(rounded - number) < Decimal(step)


@law
@given(st.lists(strategies.PRICES, min_size=1, max_size=5), strategies.USAGES)
def test_usage_at_the_end_of_a_block_has_no_line_in_the_next(prices: list[Decimal], usage: Decimal) -> None:
    content = {
        "unit": "kgal",
        "effective": "2020-01-01",
        "source": strategies.SOURCE,
        "blocks": [{"to": 10 * (index + 1), "price": price} for index, price in enumerate(prices)] + [{"price": 0}],
    }
    ends = [Decimal(10 * index) for index in range(len(prices) + 1)]
    for end, following in pairwise(ends):
        assert len(_priced(content, following).lines) == len(_priced(content, end).lines) + 1
