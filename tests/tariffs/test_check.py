"""What `town check` says about tariffs: file, line and mend of every mistake."""

import pytest

from chassis.townpack import Bundle, Mistake
from services.billing.tariffs import check
from tests.tariffs.builders import SIMPLE, TOWNS, mistakes

HEAD = """\
unit: kgal
effective: 2020-01-01
source: Ordinance 2020-1
"""


def _only(text: str) -> Mistake:
    found = mistakes(water=HEAD + text)
    assert len(found) == 1, found
    return found[0]


def _told(text: str) -> str:
    mistake = _only(text)
    return f"{mistake.line}: {mistake.message} {mistake.mend}"


@pytest.mark.parametrize("town", sorted(path.name for path in TOWNS.iterdir() if (path / "tariffs").is_dir()))
def test_the_packs_that_come_along_have_no_mistakes(town: str) -> None:
    assert check(Bundle.read(TOWNS / town)) == []


def test_the_simple_tariff_has_no_mistakes() -> None:
    assert mistakes(water=SIMPLE) == []


def test_a_mistake_names_file_line_and_mend() -> None:
    mistake = _only("base: 10\nprise: 2\n")
    assert str(mistake) == "tariffs/water.yaml:5: `prise` is not known here. Did you mean `price`?"


def test_a_missing_source() -> None:
    (mistake,) = mistakes(water="effective: 2020-01-01\nbase: 10\n")
    assert mistake.message == "`source` is missing."


def test_a_gap_between_blocks() -> None:
    told = _told("blocks:\n  - {to: 10, price: 2}\n  - {from: 11, to: 20, price: 3}\n  - {price: 4}\n")
    assert told == (
        "6: There is a gap: this block begins at 11, the one before ends at 10. Usage between them has no price. "
        "Write `from: 10`, or leave `from` out."
    )


def test_an_overlap_of_blocks() -> None:
    told = _told("blocks:\n  - {to: 10, price: 2}\n  - {from: 9, to: 20, price: 3}\n  - {price: 4}\n")
    assert told.startswith("6: There is an overlap")


def test_a_block_that_ends_below_the_one_before() -> None:
    told = _told("blocks:\n  - {to: 10, price: 2}\n  - {to: 8, price: 3}\n  - {price: 4}\n")
    assert told == (
        "6: There is an overlap: this block ends at 8, the one before at 10. "
        "Put the blocks in order, each with a higher `to`."
    )


def test_blocks_of_one_meter_size_that_overlap() -> None:
    told = _told(
        "blocks:\n  - {to: {by: meter_size, 1: 10, 2: 30}, price: 2}\n  - {to: 20, price: 3}\n  - {price: 4}\n"
    )
    assert told.startswith("6: There is an overlap: this block ends at 20, the one before at 30.")


def test_usage_above_the_last_block() -> None:
    assert _told("blocks:\n  - {to: 10, price: 2}\n").startswith("5: There is a gap: usage over 10 has no price.")


def test_a_block_without_an_end_before_another() -> None:
    assert _told("blocks:\n  - {price: 2}\n  - {price: 3}\n").startswith(
        "5: There is an overlap: this block has no end"
    )


def test_a_class_without_a_rate() -> None:
    told = _told("attributes:\n  class: {values: [home, shop]}\nclasses:\n  home: {base: 5}\n")
    assert told == "6: The class shop has no rate in the version of 2020-01-01. Add `shop:` under `classes:`."


def test_a_class_that_one_table_has_and_another_has_not() -> None:
    told = _told("base:\n  by: class\n  home: 5\n  shop: 9\nprice:\n  by: class\n  home: 2\n")
    assert told == "8: The class shop has no rate in this table. Add a row `shop:`, or `otherwise:` for all others."


def test_a_value_that_was_not_declared() -> None:
    told = _told(
        "attributes:\n  ring: {values: [inner, outer]}\nbase:\n  by: ring\n  inner: 5\n  outr: 6\n  otherwise: 7\n"
    )
    assert told == "9: `outr` is no value of `ring`. Did you mean `outer`?"


def test_a_version_that_can_never_apply() -> None:
    text = """\
    unit: kgal
    versions:
      - {effective: 2020-01-01, source: Ordinance 1, base: 5}
      - {effective: 2020-01-01, source: Ordinance 2, base: 6}
      - {effective: 2021-01-01, until: 2020-12-31, source: Ordinance 3, base: 7}
    """
    found = [(mistake.line, mistake.message) for mistake in mistakes(water=text)]
    assert found == [
        (4, "This version can never apply: another takes effect on 2020-01-01 too."),
        (5, "This version can never apply: it ends on 2020-12-31, before it takes effect."),
    ]


def test_a_percent_of_a_line_that_does_not_exist() -> None:
    told = _told("base: 5\ncharges:\n  tax: {percent: 5, of: [base, usge, base]}\n")
    assert told.startswith("6: `tax` is of `usge`, and there is no such charge.")


def test_charges_that_wait_for_each_other() -> None:
    told = _told("charges:\n  tax: {percent: 5, of: levy}\n  levy: {percent: 2, of: tax}\n")
    assert told == (
        "5: These charges need each other, so none can be priced first: tax, levy. "
        "Take one of them out of the other's `of` or formula."
    )


def test_a_definition_of_itself() -> None:
    told = _told("definitions:\n  allowance: = allowance + 1\nbase: = allowance\n")
    assert told.startswith("5: `allowance` is defined by itself.")


def test_an_unknown_attribute() -> None:
    told = _told("base: {by: meter_sise, 1: 5}\n")
    assert told == (
        "4: There is no attribute `meter_sise`. Did you mean `meter_size`? A new one is declared under `attributes:`."
    )


def test_an_unknown_name_in_a_formula() -> None:
    assert _told("base: = 2 * dweling_units\n").startswith(
        "4: `dweling_units` means nothing here. Did you mean `dwelling_units`?"
    )


def test_the_amount_of_a_charge_has_a_name_of_its_own() -> None:
    told = _told("base: 5\ncharges:\n  levy: = 0.1 * base\n")
    assert told == "6: `base` means nothing here. The amount of the charge `base` is named `base_charge`."


def test_a_formula_that_is_none() -> None:
    assert "is not a formula" in _told("base: = 2 *\n")


def test_an_unknown_unit() -> None:
    (mistake,) = mistakes(water=SIMPLE.replace("kgal", "kgals"))
    assert (mistake.line, mistake.message) == (1, "`unit` is 'kgals'.")


def test_usage_priced_without_a_unit() -> None:
    (mistake,) = mistakes(water=SIMPLE.replace("unit: kgal\n", ""))
    assert mistake.message == "Usage is priced here, and the file does not say in what unit."


def test_a_range_without_an_end() -> None:
    told = _told("base:\n  by: impervious_area\n  up to 2000: 3\n  up to 5000: 6\n")
    assert told == "4: There is a gap: over 5,000 there is no row. Add `over 5,000:`."


def test_a_name_that_stands_twice() -> None:
    assert _told("base: 5\nbase: 6\n") == "5: `base` stands twice. Keep one of them."


def test_a_file_that_is_not_yaml() -> None:
    (mistake,) = mistakes(water="base: [5\nprice: 2")
    assert mistake.message.startswith("This is not YAML")


def test_a_larger_meter_that_is_cheaper_is_a_warning() -> None:
    mistake = _only("base: {by: meter_size, 1 1/2: 80.80, 2: 92.00, 3: 58.55}\n")
    assert (mistake.severity, mistake.message) == ("warning", "The larger 3 costs 58.55, less than 2 at 92.00.")


def test_a_price_ten_times_last_year_s_is_a_warning() -> None:
    text = """\
    unit: kgal
    versions:
      - {effective: 2020-01-01, source: Ordinance 1, base: 5, price: 2.15}
      - {effective: 2021-01-01, source: Ordinance 2, base: 5, price: 21.50}
    """
    (mistake,) = mistakes(water=text)
    assert (mistake.severity, mistake.line) == ("warning", 4)
    assert mistake.message == "21.50 was 2.15 in the version of 2020-01-01."


def test_a_tax_of_a_hundred_times_five_percent_is_a_warning() -> None:
    assert _only("base: 5\ncharges:\n  tax: {percent: 500}\n").severity == "warning"


def test_a_day_that_no_version_is_for_is_a_warning() -> None:
    text = """\
    versions:
      - {effective: 2020-01-01, until: 2020-06-30, source: Ordinance 1, base: 5}
      - {effective: 2021-01-01, source: Ordinance 2, base: 6}
    """
    (mistake,) = mistakes(water=text)
    assert (mistake.severity, mistake.message) == (
        "warning",
        "From 2020-07-01 to 2021-01-01 no version is in force.",
    )


def test_a_version_that_charges_nothing() -> None:
    assert _told("note: to be decided\n") == ("1: This version charges nothing. Add `base:`, `price:` or `charges:`.")


def test_an_amount_without_limit() -> None:
    assert _told("base: unlimited\n").startswith("4: An amount can't be `unlimited`.")


def test_seasons_that_leave_a_day_out_or_take_it_twice() -> None:
    gap = "seasons:\n  summer: {from: 05-01, to: 09-30}\n  winter: {from: 10-02, to: 04-30}\nbase: 5\n"
    assert "10-01 is in no season." in _told(gap)
    assert "10-01 is in summer and in winter." in _told(gap.replace("10-02", "10-01").replace("09-30", "10-01"))


def test_a_condition_for_a_class_that_no_rate_is_for() -> None:
    told = _told("classes:\n  home: {base: 5}\ncharges:\n  levy: {amount: 1, when: {class: hom}}\n")
    assert told == "7: `hom` is no value of `class`. Did you mean `home`?"


def test_a_condition_on_a_value_that_no_table_has() -> None:
    told = _told("base: {by: zone, low: 5, high: 6}\ncharges:\n  pump: {amount: 1, when: {zone: hihg}}\n")
    assert told == "6: `hihg` is no value of `zone`. Did you mean `high`?"


def test_a_fee_that_is_a_percent_of_something_that_is_no_fee() -> None:
    told = _told("fees:\n  late: {percent: 10, of: past_due}\n")
    assert "`late` is of `past_due`, and there is no such charge" in told


def test_a_file_that_would_not_be_read() -> None:
    files = {"tariffs/water.yaml": SIMPLE.encode(), "tariffs/Sewer.yml": b"", "tariffs/old/water.yaml": b""}
    found = check(Bundle(files))
    assert [mistake.file for mistake in found] == ["tariffs/Sewer.yml", "tariffs/old/water.yaml"]
    assert found[0].message == "This file is not read: a tariff is `tariffs/<service>.yaml`, in lower case."


def test_a_version_for_whom_a_formula_says() -> None:
    assert _told("for: = persons > 4\nbase: 5\n").startswith("4: `for` is a formula")


def test_services_that_are_percents_of_each_other() -> None:
    head = "effective: 2020-01-01\nsource: Ordinance 1\ncharges:\n"
    found = mistakes(water=head + "  levy: {percent: 5, of: sewer}\n", sewer=head + "  levy: {percent: 5, of: water}\n")
    assert [mistake.message for mistake in found] == [
        "sewer is a percent of a bill that is a percent of sewer.",
        "water is a percent of a bill that is a percent of water.",
    ]
