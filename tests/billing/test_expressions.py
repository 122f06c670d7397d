"""The expression language of tariffs reads what an ordinance needs and refuses the rest with a sentence."""

import random
from decimal import Context, Decimal, DecimalException
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.tariffs.expressions import ExpressionError, MissingNameError, Value, compile_expression
from services.billing.tariffs.expressions.grammar import DEEPEST_TREE, LONGEST_TEXT, parse
from services.billing.tariffs.expressions.tree import (
    Call,
    Chain,
    Comparison,
    Conditional,
    Name,
    Negation,
    Node,
    Number,
    Text,
    Truth,
    print_tree,
)

NAMES: dict[str, object] = {"usage_ccf": Decimal(12), "hhsize": Decimal(3), "meter_size": '3/4"', "city_limits": True}


def value(text: str, **values: object) -> Value:
    return compile_expression(text).evaluate(cast(dict[str, Value], NAMES | values))


def refused(text: str, values: dict[str, Value]) -> ExpressionError | None:
    try:
        compile_expression(text).evaluate(values)
    except ExpressionError as error:
        return error
    return None


def refusal(text: str, **values: object) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        value(text, **values)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 4 - 3", "3"),
        ("24 / 4 / 3", "2"),
        ("-usage_ccf + 20", "8"),
        ("2 * -3", "-6"),
        ("- - 3", "3"),
        (".5 + 1.", "1.5"),
        ("usage_ccf*1.5\n+ hhsize", "21"),
        ("if(usage_ccf > 10, usage_ccf - 10, 0)", "2"),
        ("if usage_ccf > 20 then 1 else if usage_ccf > 10 then 2 else 3", "2"),
        ("if (usage_ccf) > 20 then 1 else 4", "4"),
        ("if(city_limits, 1, 1.3) * 10", "10"),
        ("if(meter_size == '3/4\"', 16.16, 40.39)", "16.16"),
        ("min(usage_ccf, 10) + max(0, usage_ccf - 10, 1)", "12"),
        ("ceiling(2.1) + floor(2.9) + abs(-1)", "6"),
        ("ceiling(-2.5)", "-2"),
        ("floor(-2.5)", "-3"),
    ],
)
def test_a_formula_gives_its_number(text: str, expected: str) -> None:
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("round(2.345, 2)", "2.35"), ("round(-2.5)", "-3"), ("round(1250, -2)", "1300"), ("round(2.5)", "3")],
)
def test_round_is_half_up_as_ordinances_mean_it(text: str, expected: str) -> None:
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("floor(1 / 3 * 3)", "1"),
        ("ceiling(20 * 748 * (1 / 748))", "20"),
        ("ceiling(20 * 17 * (1 / 17) * 7 * (1 / 7))", "20"),
        ("ceiling(2.000001)", "3"),
        ("floor(1.999999)", "1"),
    ],
)
def test_what_a_division_leaves_over_is_no_part_of_a_unit(text: str, expected: str) -> None:
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 < 2 and 2 < 3", True),
        ("1 > 2 or not 2 > 3", True),
        ("not (1 < 2 and 2 <= 2)", False),
        ("usage_ccf >= 12 and usage_ccf != 13", True),
        ("meter_size == \"5/8\" or meter_size != 'x'", True),
        ("city_limits == true", True),
        ("1 == 1 == true", None),
        ("true or false and false", True),
    ],
)
def test_conditions(text: str, expected: bool | None) -> None:
    if expected is None:
        assert "not expected" in refusal(text).reason
    else:
        assert value(text) is expected


def test_a_formula_may_give_text() -> None:
    assert value("if(usage_ccf > 10, 'high', 'low')") == "high"


def test_an_expression_knows_the_names_it_needs() -> None:
    assert compile_expression("if(a > b, c.usage, min(a, 1))").names == {"a", "b", "c.usage"}


def test_only_the_branch_taken_needs_its_names() -> None:
    assert value("if(hhsize > 1, hhsize, unknown / 0)") == 3


def test_words_inside_names_are_not_keywords() -> None:
    assert value("iffy + order + android + notes", iffy=1, order=1, android=1, notes=1) == 4


def test_whole_numbers_are_numbers() -> None:
    assert value("hhsize / 2", hhsize=5) == Decimal("2.5")


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 0, "is empty"),
        ("  ", 0, "is empty"),
        ("1 +", 3, "ends too early"),
        ("(1 + 2", 6, "ends too early"),
        ("1 + * 2", 4, "'*' is not expected"),
        ("1 2", 2, "'2' is not expected"),
        ("1,000 + 1", 1, "',' is not expected"),
        ("a = 3", 2, "write '=='"),
        ("a ^ 2", 2, "no power operator"),
        ("a ** 2", 3, "'*' is not expected"),
        ("100%", 3, "write 5% as 0.05"),
        ("a & b", 2, "write 'and'"),
        ('x == "abc', 5, "no closing quote"),
        ("foo(1)", 0, "no function 'foo'"),
        ("2 + round(1, 2, 3)", 4, "takes 1 to 2 values, not 3"),
        ("min()", 0, "takes 1 to 100"),
        ("1 + 'a'", 4, "text stands where a number is needed"),
        ("1 + (2 < 3)", 7, "true or false stands where a number is needed"),
        ("not 1", 4, "a number stands where true or false is needed"),
        ("if(1, 2, 3)", 3, "a number stands where true or false is needed"),
        ("if(a, 2, 'b')", 9, "text stands where a number is needed"),
        ("a.__class__()", 0, "no function 'a.__class__'"),
        ("__import__('os')", 0, "no function '__import__'"),
        ("9" * 25, 0, "more than 24 digits"),
    ],
)
def test_what_cannot_be_read_is_refused_with_place_and_reason(text: str, position: int, reason: str) -> None:
    error = refusal(text)
    assert reason in error.reason
    assert error.position == position


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("1 + usage_ccf / (hhsize - 3)", 14, "divides by zero"),
        ("0 / (hhsize - 3)", 2, "divides by zero"),
        ("usage_ccf + et_amount", 12, "'et_amount' has no value"),
        ("usage_ccf + meter_size", 12, "'meter_size' must be a number, not text"),
        ("if(usage_ccf, 1, 2)", 3, "'usage_ccf' must be true or false, not a number"),
        ("city_limits * 2", 0, "'city_limits' must be a number, not true or false"),
        ("usage_ccf == meter_size", 10, "can't be compared"),
        ("meter_size < 2", 0, "must be a number"),
        ("round(1, hhsize / 2)", 0, "whole places"),
        ("round(1, 1000000000)", 0, "whole places"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_with_place_and_reason(text: str, position: int, reason: str) -> None:
    error = refusal(text)
    assert reason in error.reason
    assert error.position == position


def test_a_missing_name_is_told_by_name() -> None:
    with pytest.raises(MissingNameError) as caught:
        value("2 * et_amount")
    assert caught.value.name == "et_amount"


def test_the_message_shows_the_expression() -> None:
    assert str(refusal("1 + usage_ccf / 0")) == ("this divides by zero (at character 15 of: 1 + usage_ccf / 0)")


@pytest.mark.parametrize("bad", [Decimal("NaN"), Decimal("Infinity"), 1.5, None])
def test_only_exact_finite_values_are_taken(bad: object) -> None:
    assert "'usage_ccf' must be" in refusal("usage_ccf * 2", usage_ccf=bad).reason


@pytest.mark.parametrize(
    "text",
    [
        "(" * (LONGEST_TEXT // 2) + "1",
        "-" * (LONGEST_TEXT - 1) + "1",
        "not " * 900 + "true",
        "if(true," * 450 + "1",
        "if true then 1 else " * 190 + "1",
        "min(" * 900 + "1" + ")" * 900,
        "1+" * LONGEST_TEXT + "1",
        "*".join(["9" * 24] * 150),
        "round(" + "9" * 24 + "*" + "9" * 24 + ", 12)" + "*1" * 100,
    ],
)
def test_hostile_texts_are_answered_at_once(text: str) -> None:
    error = refused(text, {})
    assert error is None or error.position <= len(text)


def test_a_long_sum_is_not_a_deep_one() -> None:
    assert value("+".join(["1"] * 1_500)) == 1_500


def test_nesting_is_allowed_up_to_the_limit() -> None:
    assert value("-" * (DEEPEST_TREE - 1) + "1") == -1
    assert "nested deeper" in refusal("-" * DEEPEST_TREE + "1").reason


names = st.sampled_from(["usage_ccf", "hhsize", "a_b", "water.usage", "iffy"]).map(Name)
numbers = st.decimals(0, 10**9, places=4).map(Number)
texts = st.sampled_from(['3/4"', "it's", "RES", ""]).map(Text)


def chains(terms: st.SearchStrategy[Node], operators: list[str]) -> st.SearchStrategy[Node]:
    rest = st.lists(st.tuples(st.sampled_from(operators), terms), min_size=1, max_size=4)
    return st.builds(lambda first, pairs: Chain(first, tuple(pairs)), terms, rest)


def larger_numbers(terms: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    condition = st.builds(Comparison, st.sampled_from(["==", "<", ">="]), terms, terms)
    return st.one_of(
        chains(terms, ["+", "-"]),
        chains(terms, ["*", "/"]),
        terms.map(lambda term: Negation("-", term)),
        st.builds(Call, st.sampled_from(["min", "max"]), st.lists(terms, min_size=1, max_size=3).map(tuple)),
        st.builds(Conditional, condition, terms, terms),
    )


def larger_conditions(terms: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(chains(terms, ["and"]), chains(terms, ["or"]), terms.map(lambda term: Negation("not", term)))


number_trees = st.recursive(st.one_of(numbers, names), larger_numbers, max_leaves=12)
condition_trees = st.recursive(
    st.one_of(
        st.booleans().map(Truth),
        st.builds(Comparison, st.just("<="), number_trees, number_trees),
        st.builds(Comparison, st.just("!="), names, texts),
    ),
    larger_conditions,
    max_leaves=8,
)


@given(st.one_of(number_trees, condition_trees))
def test_a_printed_tree_reads_back_as_itself(tree: Node) -> None:
    assert parse(print_tree(tree)) == tree


PYTHON = Context(prec=28, Emin=-999, Emax=999)


def python_value(tree: Node, values: dict[str, Decimal]) -> Decimal:
    """The same arithmetic written out with the decimal module alone."""
    match tree:
        case Number(value=number):
            return number
        case Name(name=name):
            return values[name]
        case Negation(operand=operand):
            return PYTHON.minus(python_value(operand, values))
        case Chain(first=first, rest=rest):
            total = python_value(first, values)
            for sign, term in rest:
                operation = {"+": PYTHON.add, "-": PYTHON.subtract, "*": PYTHON.multiply, "/": PYTHON.divide}
                total = operation[sign](total, python_value(term, values))
            return total
        case Call(function=function, arguments=arguments):
            return {"min": min, "max": max}[function](python_value(each, values) for each in arguments)
        case Conditional(condition=Comparison(operator=sign, left=left, right=right)):
            one, other = python_value(left, values), python_value(right, values)
            holds = {"==": one == other, "<": one < other, ">=": one >= other}[sign]
            return python_value(tree.when_true if holds else tree.when_false, values)
    raise AssertionError(tree)


@given(number_trees, st.integers())
def test_evaluating_agrees_with_the_decimal_module(tree: Node, seed: int) -> None:
    chance = random.Random(seed)
    names = ["usage_ccf", "hhsize", "a_b", "water.usage", "iffy"]
    values = {name: Decimal(chance.randrange(-500, 5_000)) / 100 for name in names}
    expression = compile_expression(print_tree(tree))
    try:
        expected = python_value(tree, values)
    except DecimalException:
        with pytest.raises(ExpressionError):
            expression.evaluate(values)
    else:
        assert expression.evaluate(values) == expected


@given(st.text(alphabet="ab12.+-*/()<>=!, \"'ifthenlsorad", max_size=60))
def test_any_text_is_read_or_refused_never_a_crash(text: str) -> None:
    error = refused(text, {"a": Decimal(2), "b": Decimal(0)})
    assert error is None or 0 <= error.position <= len(text)
