"""Neptune V4 route files, out and back. Positions are from the published layout."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.demo.handheld import Seen, collect
from services.metering.handhelds import neptune_v4
from services.metering.handhelds.fixed import DoesNotFitError
from services.metering.handhelds.route import FileRefusedError, Returned, Route
from tests.metering.builders import READ_ON, route, stop

CREATED = date(2023, 2, 27)


def file_of(*routes: Route) -> str:
    return "".join(neptune_v4.write(routes or (route(),), "WIND", CREATED))


def at(line: str, first: int, last: int) -> str:
    return line[first - 1 : last]


def walked(numbers: range = range(1, 4)) -> str:
    """A three-meter file that came back with all or some of its meters read."""
    seen = {f"SP-{number:05}": Seen(Decimal(1400 + number)) for number in numbers}
    return collect(file_of(), seen, READ_ON)


def changed(text: str, kind: str, change: Callable[[str], str]) -> str:
    """The file with the first record of a kind changed."""
    lines = text.splitlines()
    place = next(index for index, line in enumerate(lines) if line.startswith(kind))
    lines[place] = change(lines[place])
    return "\r\n".join(line for line in lines if line) + "\r\n"


def put(position: int, text: str) -> Callable[[str], str]:
    return lambda line: line[: position - 1] + text + line[position - 1 + len(text) :]


def test_records_stand_in_the_order_of_the_walk() -> None:
    kinds = [line[:5] for line in file_of(route(stops=2)).splitlines()]
    meter = ["PRMDT", "MTRDT", "RDGDT", "ORDST"]
    assert kinds == ["COMHD", "RTEHD", *meter, *meter, "RTETR", "COMTR"]


def test_two_meters_of_one_premise_share_its_record() -> None:
    both = Route("101", "1", READ_ON, (stop(1), stop(2, premise="P-00001")))
    kinds = [line[:5] for line in file_of(both).splitlines()]
    assert kinds.count("PRMDT") == 1
    assert kinds.count("MTRDT") == 2


def test_lines_end_as_the_handheld_expects() -> None:
    assert file_of().endswith("\r\n")
    assert all(line.endswith("\r\n") for line in file_of().splitlines(keepends=True))


def test_fields_stand_at_their_positions() -> None:
    lines = {line[:5]: line for line in file_of(route(stops=1)).splitlines()}
    assert at(lines["COMHD"], 6, 9) == "WIND"
    assert at(lines["COMHD"], 10, 17) == "20230227"
    assert at(lines["COMHD"], 58, 59) == "4N"
    assert at(lines["RTEHD"], 10, 13) == "1   "
    assert at(lines["RTEHD"], 14, 23) == "101       "
    assert at(lines["RTEHD"], 24, 31) == "20230301"
    assert at(lines["PRMDT"], 6, 31) == "1 Main St".ljust(26)
    assert at(lines["PRMDT"], 84, 103) == "P-00001".ljust(20)
    assert at(lines["PRMDT"], 104, 123) == "100001".ljust(20)
    assert at(lines["PRMDT"], 124, 127) == "ACTI"
    assert at(lines["MTRDT"], 6, 11) == "000010"
    assert at(lines["MTRDT"], 18, 37) == "SP-00001".ljust(20)
    assert at(lines["MTRDT"], 38, 57) == "M0000001".ljust(20)
    assert at(lines["RDGDT"], 50, 51) == "06"
    assert at(lines["RDGDT"], 54, 55) == "00"
    assert at(lines["RDGDT"], 59, 88) == "0000001901" + "0000001001" + "0000001001"
    assert at(lines["RDGDT"], 89, 98) == " " * 10
    assert at(lines["ORDST"], 6, 13) == " " * 8
    assert at(lines["RTETR"], 24, 35) == "000001" + "000001"
    assert at(lines["COMTR"], 10, 15) == "000001"


@pytest.mark.parametrize(
    ("kind", "length"), [("COMHD", 59), ("RTEHD", 119), ("PRMDT", 307), ("RDGDT", 257), ("RTETR", 35), ("COMTR", 15)]
)
def test_records_have_their_length(kind: str, length: int) -> None:
    assert {len(line) for line in file_of().splitlines() if line.startswith(kind)} == {length}


def test_decimals_travel_without_a_point() -> None:
    sent = file_of(Route("101", "1", READ_ON, (stop(1, decimals=2, previous=Decimal("123.45")),)))
    assert "0000012345" in sent
    back = neptune_v4.read(collect(sent, {"SP-00001": Seen(Decimal("130.50"))}, READ_ON))
    assert back.taken[0].value == Decimal("130.50")


def test_a_vacant_premise_is_marked() -> None:
    premise = next(line for line in file_of(Route("1", "1", READ_ON, (stop(1, account=""),))).splitlines()[2:])
    assert at(premise, 124, 127) == "INAC"


@pytest.mark.parametrize(
    "change", [{"service_point": "S" * 21}, {"meter": "M" * 21}, {"premise": "é"}, {"sequence": 1_000_000}]
)
def test_a_key_that_does_not_fit_is_refused_rather_than_cut(change: dict[str, object]) -> None:
    with pytest.raises(DoesNotFitError, match="does not fit"):
        file_of(Route("101", "1", READ_ON, (stop(1, **change),)))


def test_a_long_address_is_cut_and_harms_nothing() -> None:
    assert "Señor" not in file_of(Route("101", "1", READ_ON, (stop(1, address="12 Señor Street" * 4),)))


def test_a_returned_file_tells_reading_day_code_and_leak() -> None:
    seen = {
        "SP-00001": Seen(Decimal(1401)),
        "SP-00002": Seen(None, "07"),
        "SP-00003": Seen(Decimal(1403), leak=True),
    }
    back = neptune_v4.read(collect(file_of(), seen, READ_ON)).taken
    assert [taken.value for taken in back] == [Decimal(1401), None, Decimal(1403)]
    assert [taken.code for taken in back] == ["", "07", ""]
    assert [taken.leak for taken in back] == [False, False, True]
    assert {taken.read_on for taken in back} == {READ_ON}
    assert [taken.meter for taken in back] == ["M0000001", "M0000002", "M0000003"]


def test_a_file_may_come_back_with_only_some_of_its_meters() -> None:
    assert [taken.service_point for taken in neptune_v4.read(walked(range(2, 3))).taken] == ["SP-00002"]


def test_a_file_may_hold_several_routes() -> None:
    other = Route("102", "1", READ_ON, (stop(9),))
    seen = {"SP-00001": Seen(Decimal(1)), "SP-00009": Seen(Decimal(9))}
    back = neptune_v4.read(collect(file_of(route(), other), seen, READ_ON))
    assert [taken.service_point for taken in back.taken] == ["SP-00001", "SP-00009"]


def test_trailing_blanks_may_be_lost_on_the_way() -> None:
    trimmed = "\n".join(line.rstrip() for line in walked().splitlines())
    assert len(neptune_v4.read(trimmed).taken) == 3


def test_an_end_of_file_mark_of_old_systems_is_no_record() -> None:
    assert len(neptune_v4.read(walked() + "\x1a").taken) == 3


def drop(_: str) -> str:
    return ""


@pytest.mark.parametrize(
    ("kind", "change", "told"),
    [
        ("COMHD", drop, "Line 1, position 1 (record id): the file begins with RTEHD; a Neptune V4 file begins with"),
        ("COMHD", put(58, "9"), "Line 1, position 58 (file version): `9` is not 4"),
        ("RTEHD", drop, "Line 2, position 1 (record id): PRMDT cannot follow COMHD"),
        ("MTRDT", drop, "Line 4, position 1 (record id): RDGDT cannot follow PRMDT"),
        ("RDGDT", drop, "Line 5, position 1 (record id): ORDST cannot follow MTRDT"),
        ("RDGDT", put(1, "XXXXX"), "Line 5, position 1 (record id): `XXXXX` is no record of a Neptune V4 file"),
        ("RTETR", put(24, "000004"), "Line 15, position 24 (premises): the trailer says 4, but 3 are in the file"),
        ("RTETR", put(30, "000002"), "Line 15, position 30 (meters): the trailer says 2, but 3 are in the file"),
        ("RTETR", put(30, "00000x"), "Line 15, position 30 (meters): `00000x` is not a number of digits only"),
        ("COMTR", put(10, "000002"), "Line 16, position 10 (routes): the trailer says 2, but 1 are in the file"),
        ("COMTR", drop, "Line 16, position 1 (record id): the file ends before its last record, COMTR"),
    ],
)
def test_a_damaged_file_is_refused_with_line_position_and_field(
    kind: str, change: Callable[[str], str], told: str
) -> None:
    with pytest.raises(FileRefusedError) as refused:
        neptune_v4.read(changed(walked(), kind, change))
    assert str(refused.value).startswith(told)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="the file ends before its last record"):
        neptune_v4.read("")


@pytest.mark.parametrize(
    ("kind", "change", "told"),
    [
        ("RDGDT", put(89, "00000014O1"), "Line 5, position 89 (READING): `00000014O1` is not a number of digits only"),
        ("RDGDT", put(89, "   -000012"), "Line 5, position 89 (READING): `-000012` is not a number of digits only"),
        ("RDGDT", lambda line: line[:95], "Line 5, position 89 (READING): the line ends inside this field"),
        ("ORDST", put(6, "20231301"), "Line 6, position 6 (actual reading date): `20231301` is not a date written"),
        ("MTRDT", put(18, " " * 20), "Line 4, position 18 (meter key): it is blank"),
        ("MTRDT", put(58, "M9999999"), "Line 4, position 58 (changed meter number): the reader found meter M9999999"),
    ],
)
def test_a_fault_at_one_meter_sets_only_that_meter_aside(kind: str, change: Callable[[str], str], told: str) -> None:
    back = neptune_v4.read(changed(walked(), kind, change))
    assert [str(fault).startswith(told) for fault in back.faults] == [True]
    assert [taken.service_point for taken in back.taken] == ["SP-00002", "SP-00003"]


@given(st.lists(st.integers(1, 3), unique=True), st.lists(st.integers(0, 999_999), min_size=3, max_size=3))
def test_what_the_reader_saw_is_what_comes_back(walked_to: list[int], values: list[int]) -> None:
    seen = {f"SP-{number:05}": Seen(Decimal(values[number - 1])) for number in walked_to}
    back: Returned = neptune_v4.read(collect(file_of(), seen, READ_ON))
    assert {taken.service_point: Seen(taken.value) for taken in back.taken} == seen


@given(st.integers(0, 15), st.integers(0, 300))
def test_a_file_cut_anywhere_never_gives_another_reading(line: int, length: int) -> None:
    lines = walked().splitlines()
    cut = "\r\n".join([*lines[:line], lines[line][:length]])
    try:
        taken = neptune_v4.read(cut).taken
    except FileRefusedError:
        return
    assert {(at.service_point, at.value) for at in taken} <= {
        (at.service_point, at.value) for at in neptune_v4.read(walked()).taken
    }


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_but_never_breaks_the_reader(text: str) -> None:
    with pytest.raises(FileRefusedError):
        neptune_v4.read(text)
