"""Route files as plain CSV, out and back."""

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.demo.handheld import Seen, collect
from services.metering.handhelds import plain_csv
from services.metering.handhelds.route import FileRefusedError
from services.metering.handhelds.variants import VARIANTS
from tests.metering.builders import READ_ON, route

HEADER = "service_point,meter,reading,read_date,code\n"


def file_of() -> str:
    return "".join(plain_csv.write([route()], "WIND", date(2023, 2, 27)))


def test_a_row_goes_out_per_meter_with_the_reading_left_blank() -> None:
    lines = file_of().splitlines()
    assert lines[0].startswith("route,sequence,service_point,address,account,meter")
    assert lines[1] == "101,10,SP-00001,1 Main St,100001,M0000001,6,0,1001,1001,1901,,,,"
    assert len(lines) == 4


def test_a_returned_file_tells_reading_day_code_and_leak() -> None:
    seen = {"SP-00001": Seen(Decimal("1401.5")), "SP-00003": Seen(None, "07", leak=True)}
    first, second = plain_csv.read(collect(file_of(), seen, READ_ON)).taken
    assert (first.service_point, first.meter, first.value) == ("SP-00001", "M0000001", Decimal("1401.5"))
    assert (second.value, second.code, second.leak, second.read_on) == (None, "07", True, READ_ON)


def test_columns_may_stand_in_any_order_and_a_byte_order_mark_before_them() -> None:
    back = plain_csv.read("\ufeffReading,Meter,Service_Point\n12,M1,SP-1\n")
    assert (back.taken[0].service_point, back.taken[0].value) == ("SP-1", Decimal(12))


def test_blank_lines_are_no_meters() -> None:
    assert plain_csv.read(HEADER + "\n,,,,\nSP-1,M1,5,,\n").taken[0].line == 4


@pytest.mark.parametrize("text", ["", "meter,reading\n", "COMHD"])
def test_a_file_without_the_needed_columns_is_refused(text: str) -> None:
    with pytest.raises(FileRefusedError, match="Line 1, position 1 \\(header\\): the header row has no column"):
        plain_csv.read(text)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("SP-1,M1,12e3,,", "Line 2, position 3 (reading): `12e3` is not a reading such as 1234 or 1234.5"),
        ("SP-1,M1,-5,,", "Line 2, position 3 (reading): `-5` is not a reading such as 1234 or 1234.5"),
        ("SP-1,M1,NaN,,", "Line 2, position 3 (reading): `NaN` is not a reading such as 1234 or 1234.5"),
        ('SP-1,M1,"1,234",,', "Line 2, position 3 (reading): `1,234` is not a reading such as 1234 or 1234.5"),
        ("SP-1,M1,5,3/1/2023,", "Line 2, position 4 (read_date): `3/1/2023` is not a date such as 2023-03-01"),
        (",M1,5,,", "Line 2, position 1 (service_point): it is blank"),
        ("SP-1,M1,5", "Line 2, position 1 (row): it has 3 cells where the header has 5"),
    ],
)
def test_a_fault_in_a_row_sets_only_that_row_aside(row: str, told: str) -> None:
    back = plain_csv.read(f"{HEADER}{row}\nSP-2,M2,7,,\n")
    assert [str(fault) for fault in back.faults] == [told]
    assert [taken.service_point for taken in back.taken] == ["SP-2"]


@given(st.dictionaries(st.integers(1, 3), st.decimals(0, 999_999, places=2)))
def test_what_the_reader_saw_is_what_comes_back(values: dict[int, Decimal]) -> None:
    seen = {f"SP-{number:05}": Seen(value) for number, value in values.items()}
    back = plain_csv.read(collect(file_of(), seen, READ_ON))
    assert {taken.service_point: Seen(taken.value) for taken in back.taken} == seen


@given(st.text(max_size=200))
def test_any_text_without_a_header_is_refused_but_never_breaks_the_reader(text: str) -> None:
    with pytest.raises(FileRefusedError):
        plain_csv.read(text)


@given(st.text(max_size=200))
def test_any_text_after_a_header_is_set_aside_or_refused_but_never_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(FileRefusedError):
        plain_csv.read(HEADER + text)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_reads_back_what_it_wrote(name: str) -> None:
    sent = "".join(VARIANTS[name].write([route()], "WIND", READ_ON))
    back = VARIANTS[name].read(collect(sent, {"SP-00002": Seen(Decimal(1500))}, READ_ON))
    assert [(taken.service_point, taken.value) for taken in back.taken] == [("SP-00002", Decimal(1500))]
