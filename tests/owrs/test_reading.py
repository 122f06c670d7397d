"""Files are read tolerantly: what is odd but clear is understood, what is not is refused with line and reason."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.tariffs.lines import PricingError
from services.billing.tariffs.owrs import metadata
from services.billing.tariffs.owrs.importer import NoClassError, import_file
from services.billing.tariffs.owrs.keys import sameness, spelled, split_key
from services.billing.tariffs.owrs.model import MalformedError
from services.billing.tariffs.owrs.pricing import Pricer
from services.billing.tariffs.owrs.reader import read
from services.billing.tariffs.owrs.samples import samples, words_asked
from tests.owrs.builders import FILES, METADATA, NAMES, bill, customers, example, imported


def refused(content: bytes | str) -> str:
    content = content.encode() if isinstance(content, str) else content
    with pytest.raises(MalformedError) as caught:
        import_file(read(content, "town.owrs"))
    return str(caught.value)


def reason(entries: str) -> str:
    """Why a class of these entries can't be priced."""
    with pytest.raises(NoClassError) as caught:
        customers(entries)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-07-01", "2017-07-01"),
        ("07/01/2017", "2017-07-01"),
        ("7/1/2017", "2017-07-01"),
        ("07-01-2017", "2017-07-01"),
        ("7/1/17", "2017-07-01"),
        ("July 1, 2017", "2017-07-01"),
        ("1-Jul-17", "2017-07-01"),
        ("2017-07-01 00:00:00", "2017-07-01"),
        ("42917", "2017-07-01"),
        ("42917.0", "2017-07-01"),
    ],
)
def test_dates_as_people_and_spreadsheets_write_them(text: str, expected: str) -> None:
    assert metadata.date_of(text) == date.fromisoformat(expected)


@pytest.mark.parametrize("text", ["", "13/13/2017", "soon", "12", "99999999999", "{date}"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert metadata.date_of(text) is None


def test_a_date_may_stand_in_the_file_name() -> None:
    file = read(b"rate_structure:\n  RES:\n    bill: 5\n", "bc-2016-07-01.owrs")
    assert file.effective == date(2016, 7, 1)
    assert [mistake.severity for mistake in file.warnings] == ["warning", "warning"]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("CCF", "ccf"),
        ("hcf", "ccf"),
        ("Kgal", "kgal"),
        ("kgals", "kgal"),
        ("1,000 gallons", "kgal"),
        ("kilolitre", "m3"),
    ],
)
def test_units(text: str, unit: str) -> None:
    assert metadata.unit_of(text) == unit


@pytest.mark.parametrize(("text", "bills"), [("Bi-Monthly", 6), ("Monthly", 12), ("Semi-Annually", 2), ("1", None)])
def test_bill_frequencies(text: str, bills: int | None) -> None:
    assert metadata.bills_a_year_of(text) == bills


@pytest.mark.parametrize(
    "text", ['1 1/2"', '1_1/2"', '1|1/2"', '1-1/2"', "1 1/2 in", '1.5"', "1.5", "1 1/2 inch", "1 1/2''", '1.50 "']
)
def test_an_inch_and_a_half_in_all_its_spellings(text: str) -> None:
    assert sameness("meter_size", text) == "3/2 in"


@pytest.mark.parametrize(
    ("text", "mended"),
    [("8-May", '5/8"'), ("May-08", '5/8"'), ("4-Mar", '3/4"'), ("2018-03-04 00:00:00", '3/4"'), ('1|1/4"', '1 1/4"')],
)
def test_sizes_that_a_spreadsheet_took_for_dates_are_mended(text: str, mended: str) -> None:
    assert spelled("meter_size", text) == mended


@pytest.mark.parametrize(
    ("one", "other"), [('1/2"', '1 1/2"'), ('5/8"', '5/8" x 3/4"'), ("1", "11"), ("Larger", '10"')]
)
def test_different_sizes_stay_different(one: str, other: str) -> None:
    assert sameness("meter_size", one) != sameness("meter_size", other)


def test_only_sizes_are_taken_for_inches() -> None:
    assert sameness("lot_size_group", "1.5") != sameness("lot_size_group", "1 1/2")
    assert sameness("pressure_zone", "1") == sameness("pressure_zone", "1.0")
    assert sameness("city_limits", "Inside City") == sameness("city_limits", "inside_city")


def test_keys_of_several_attributes() -> None:
    assert split_key('1|1/2"|inside_city', ("meter_size", "city_limits")) == ('1 1/2"', "inside_city")
    assert split_key(" Winter | 1 |Low", ("season", "lot", "zone")) == ("Winter", "1", "Low")
    assert split_key("a|b", ("one",)) == ("a|b",)
    assert split_key("a|b", ("one", "two", "three")) is None


def test_a_given_value_is_matched_to_the_files_spelling() -> None:
    rates = example("tiers")
    bills = {
        bill(rates, cust_class="residential_single", METER_SIZE=size, usage_ccf="1")
        for size in ('1|1/2"', '1 1/2"', '1_1/2"', "1.5")
    }
    assert bills == {Decimal("79.06")}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=2*usage_ccf", "20"),
        ('"2*usage_ccf"', "20"),
        ("$2.50 * usage_ccf", "25"),
        ("usage_ccf × 2 − 1", "19"),
        ("10% * usage_ccf", "1"),
        ("ifelse(usage_ccf >= 10 && TRUE, 7, 8)", "7"),
        ("ifelse(usage_ccf < 10 | !TRUE, 7, 8)", "8"),
        ("pmax(usage_ccf - 4, 0)", "6"),
        ("USAGE_CCF + Usage_Ccf", "20"),
        ("1,250.75", "1250.75"),
        ("'3'", "3"),
        ("1e1", "10"),
        (".5", "0.50"),
        ("-3 + 5", "2"),
    ],
)
def test_formulas_and_numbers_as_files_write_them(formula: str, expected: str) -> None:
    assert bill(customers(f"part: {formula}\nbill: part"), usage_ccf="10") == Decimal(expected)


@pytest.mark.parametrize(
    "starts", ["0, 11, 21", "[0, 11, 21]", "['0', '11+', '21 and up']", "\n  - 0-10\n  - 11 - 20\n  - 21+", "1; 11; 21"]
)
def test_tier_starts_as_files_write_them(starts: str) -> None:
    rates = customers(
        f"tier_starts: {starts}\ntier_prices: [1, 2, 3]\ncommodity_charge: Tiered\nbill: commodity_charge"
    )
    assert bill(rates, usage_ccf="25") == 10 * 1 + 10 * 2 + 5 * 3


def test_an_absurd_start_is_priced_as_it_stands() -> None:
    entries = f"tier_starts: [0, {'9' * 24}]\ntier_prices: [1, 2]\ncommodity_charge: Tiered\nbill: commodity_charge"
    assert bill(customers(entries), usage_ccf="25") == 25


@pytest.mark.parametrize("word", ["Tiered", "tiered", "TIERED ", "'Tiered'"])
def test_the_word_for_tiers_in_any_case(word: str) -> None:
    rates = customers(f"tier_starts: [0, 6]\ntier_prices: [1, 2]\ncommodity_charge: {word}\nbill: commodity_charge")
    assert bill(rates, usage_ccf="10") == 15


def test_values_may_be_a_list_of_rows() -> None:
    rates = customers('c:\n  depends_on: meter_size\n  values:\n    - 5/8": 3\n    - 1": 4\nbill: c')
    assert bill(rates, meter_size='1"') == 4


def test_tables_in_tables() -> None:
    text = """
c:
  depends_on: season
  values:
    Summer:
      depends_on: zone
      values: {1: 3, 2: usage_ccf*2}
    Winter: 1
bill: c
"""
    assert bill(customers(text), season="Summer", zone="2", usage_ccf="4") == 8
    assert bill(customers(text), season="Winter", zone="9") == 1


def test_prices_of_tiers_may_be_formulas() -> None:
    entries = "base: 2\ntier_starts: [0, base*3]\ntier_prices: [base, base + 0.5]\n"
    rates = customers(entries + "commodity_charge: Budget\nbill: commodity_charge")
    assert bill(rates, usage_ccf="10") == 5 * 2 + 5 * Decimal("2.5")  # the second tier begins with the sixth unit


def test_old_encodings_and_line_ends_are_read() -> None:
    text = METADATA + "  RES:\n    c:\n      depends_on: meter_size\n      values:\n        3/4”: 5\n    bill: c\n"
    for content in (
        text.encode("utf-8-sig"),
        text.encode("cp1252"),
        text.replace("\n", "\r\n").encode(),
        text.replace(": 5", ":\t5").encode(),
    ):
        assert bill(import_file(read(content, "town.owrs")), meter_size='3/4"') == 5


def test_classes_in_several_sections_or_documents_are_taken_together() -> None:
    rates = imported("  A:\n    bill: 1\n---\nrate_structure:\n  B:\n    bill: 2\n")
    assert bill(rates, cust_class="B") == 2
    assert list(rates.file.classes) == ["A", "B"]


def test_what_stands_twice_counts_as_it_stands_last() -> None:
    rates = imported("  A:\n    part: 1\n    part: 2\n    bill: part\n  A:\n    bill: 3\n")
    assert bill(rates) == 3
    assert [(mistake.line, mistake.message) for mistake in rates.warnings] == [
        (9, "`part` stands twice; the later one is taken."),
        (11, "Class `A` stands twice; the later one is taken."),
    ]


def test_names_that_a_tariff_keeps_for_itself_are_usable() -> None:
    rates = customers("base: 1\nminimum: 2\nall: 3\ndays: 4\nusage_charge: 5\nusage: 6\nclass: 7\n"
                      "bill: base + minimum + all + days + usage_charge + usage + class")  # fmt: skip
    assert bill(rates, usage_ccf="100") == 28


def test_no_line_of_ours_takes_the_name_of_an_entry() -> None:
    rates = customers("charge: 1\nother_charges: 2\nadded_percent: 3\nbill: charge + other_charges + added_percent + 4")
    assert bill(rates) == 10
    rates = customers("other_charges: 5*usage_ccf\nleast: 7\nbill: max(least, other_charges)")
    assert bill(rates, usage_ccf="2") == 10


def test_a_tax_rate_may_be_asked_of_the_account() -> None:
    rates = customers("fixed: 10\nflow: 2*usage_ccf\nbill: (fixed + flow) * (1 + tax_rate)")
    assert bill(rates, usage_ccf="5", tax_rate="0.05") == 21
    rates = customers("fixed: 10\nflow: 0\ntax: 0.1*(fixed + flow)\nbill: fixed + flow + tax")
    assert bill(rates) == 11


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("c: 1", "town.owrs:7: Class `RES`: There is no `bill`."),
        ("c: Tiered\nbill: c", "`c` has tiers, but there is no `c_tier_starts`"),
        ("commodity_charge: Tiered\ntier_starts: [0]\nbill: commodity_charge", "there is no `tier_prices`"),
        ("c:\n  depends_on: x\nbill: c", "town.owrs:8: Class `RES`: There is `depends_on` but no `values`."),
        ("c:\n  values: {a: 1}\nbill: c", "There is `values` but no `depends_on`."),
        ("c:\n  depends_on: [x, y]\n  values: {a: 1}\nbill: c", "Row `a` does not fit `depends_on`"),
        ("c:\n  depends_on: x\n  values: {a: NA}\nbill: c", "The table has no rows."),
        ("c: {a: 1}\nbill: c", "A table has no `depends_on`."),
        ("c: [1, [2]]\nbill: c", "A list item is not a number."),
        ("c: [1, 2]\nbill: c", "A list stands where a number is needed."),
        ("c: 2 +* 3\nbill: c", "`2 +* 3` is no formula: '*' is not expected here"),
        ("c: __import__('os')\nbill: c", "there is no function '__import__'"),
        ("c: d\nd: c\nbill: c + 1", "need each other"),
        ("c: c + 1\nbill: c", "need each other"),
        ("bill: bill", "need each other"),
        ("c: 1\nbill: [c, c]", "`bill` is a list."),
        ("y: 2\nx: y*usage_ccf\nc:\n  depends_on: x\n  values: {a: 1}\nbill: c", "which the file works out itself"),
        ("x: b\nc:\n  depends_on: x\n  values: {a: 1}\nbill: c", "The table has no row for x b."),
    ],
)
def test_a_class_that_cannot_be_priced_says_why(entries: str, expected: str) -> None:
    assert expected in reason(entries).replace("anytown", "town")


def test_a_mistake_in_one_class_leaves_the_others() -> None:
    rates = example("half-broken")
    assert bill(rates, cust_class="RESIDENTIAL_SINGLE", usage_ccf="3") == 6
    assert sorted(rates.refused) == [
        "BAD_FORMULA",
        "BAD_KEY",
        "CIRCLE",
        "CIRCLE_OF_SUMS",
        "EMPTY",
        "LIST",
        "NO_BILL",
        "NO_PRICES",
        "NO_VALUES",
        "UNEVEN",
    ]


def test_a_meter_size_without_prices_for_its_tiers_is_left_out_and_told() -> None:
    rates = example("half-broken")
    with pytest.raises(PricingError, match='no rate for meter_size 1"'):
        bill(rates, cust_class="UNEVEN_ROW", meter_size='1"', usage_ccf="3")
    assert any("2 tier starts and 3 tier prices for meter_size 1 in" in str(each) for each in rates.warnings)


def test_rows_that_no_bill_can_use_are_left_out_and_told() -> None:
    rates = example("holes")
    given = {"cust_class": "RESIDENTIAL_SINGLE", "season": "Winter", "usage_ccf": "50"}
    assert bill(rates, meter_size='1"', **given) == Decimal("114.34")
    with pytest.raises(PricingError, match='no rate for meter_size 10"'):
        bill(rates, meter_size='10"', **given)
    assert any('no row for meter_size 2", 10"' in mistake.message.replace("Not every table has a row", "no row")
               for mistake in rates.warnings)  # fmt: skip
    assert "Nothing has a row in all of its tables" in rates.refused["COMMERCIAL"].message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "There is no `rate_structure`"),
        ("just words", "There is no `rate_structure`"),
        ("- a\n- b", "There is no `rate_structure`"),
        ("rate_structure:", "`rate_structure` has no class"),
        ("rate_structure: 5", "`rate_structure` has no class"),
        ("a: b: c", "town.owrs:1: This is not YAML: mapping values are not allowed"),
        ("a:\n  b: 1\n c: 2", "town.owrs:3: This is not YAML"),
        ("a: [1, 2", "This is not YAML"),
        (b"\x00\x01\x02", "This is not YAML"),
        (b"\x89PNG\r\n\x1a\n\x00", "This is not YAML"),
        ("[" * 100_000, "This is nested too deep for rates"),
        ("a: &a [*a]\nrate_structure:\n  R:\n    c: &b\n      - *b\n    bill: c", "A list item is not a number"),
    ],
)
def test_what_is_no_rate_file_is_refused_with_line_and_reason(content: bytes | str, expected: str) -> None:
    assert expected in refused(content)


def test_a_forgotten_colon_is_shown() -> None:
    assert "no-colon.owrs:14: This is not YAML: could not find expected ':'. Line 13 has no colon: `10\" 528.8`." in (
        _why("no-colon")
    )


def test_references_that_unfold_without_end_are_cut_off() -> None:
    levels = "".join(
        f"    x{n}: &x{n}\n      depends_on: a\n      values: {{{', '.join(f'k{i}: *x{n - 1}' for i in range(9))}}}\n"
        for n in range(1, 7)
    )
    text = METADATA + "  RES:\n    x0: &x0 1\n" + levels + "    bill: x6\n"
    assert "refers to itself or is nested too deep" in refused(text)


def test_a_file_too_large_for_rates_is_refused() -> None:
    assert "larger than 2 MB" in refused(b" " * 2_000_001)


def _why(name: str) -> str:
    path = FILES / f"{name}.owrs"
    with pytest.raises(MalformedError) as caught:
        read(path.read_bytes(), path.name)
    return str(caught.value)


def everything_from(content: bytes) -> None:
    """Reads, imports and prices whatever can be; every failure must be one of ours."""
    try:
        rates = import_file(read(content, "fuzz.owrs"))
    except MalformedError:
        return
    pricer = Pricer.of(rates)
    for name in rates.tariff.versions[0].classes:
        for sample in samples(rates, name)[:3]:
            try:
                pricer.price(words_asked(rates) | sample | {"usage_ccf": "12.5"})
            except PricingError:
                continue


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_a_file_damaged_anywhere_is_read_or_refused_never_a_crash(name: str, data: st.DataObject) -> None:
    content = bytearray((FILES / f"{name}.owrs").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 12))] = data.draw(
            st.sampled_from([b"", b":", b"\n", b"  ", b"-", b'"', b"|", b"0", b"[", b"*", b"\xff", b"bill", b"%", b"="])
        )
    everything_from(bytes(content))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab01+-*/()%$,.\"' |=<>&!:", max_size=40))
def test_any_formula_is_read_or_refused_never_a_crash(formula: str) -> None:
    entries = f"  RES:\n    part: {formula!r}\n    bill: part\n".replace("\\\\", "")
    everything_from((METADATA + entries).encode())
