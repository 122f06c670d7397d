"""The scan line of the remittance stub and its mod-10 check digit."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.documents.scan_line import check_digit, scan_line, weighted_sum

WORKED_EXAMPLE = "00345678901110296000000000010000000001000"
DUE = date(2023, 8, 29)
DIGITS = st.text("0123456789", min_size=1, max_size=60)


def test_the_worked_example_of_the_layout_has_sum_62_and_check_digit_8() -> None:
    assert weighted_sum(WORKED_EXAMPLE) == 62
    assert check_digit(WORKED_EXAMPLE) == "8"


@given(DIGITS)
def test_a_line_and_its_check_digit_come_to_a_multiple_of_ten(digits: str) -> None:
    assert (weighted_sum(digits) + int(check_digit(digits))) % 10 == 0


@given(DIGITS, st.data())
def test_any_one_digit_misread_is_noticed(digits: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != digits[place]]))
    misread = digits[:place] + other + digits[place + 1 :]
    assert check_digit(misread) != check_digit(digits)


@given(DIGITS, st.data())
def test_two_neighbors_swapped_are_noticed_unless_they_are_0_and_9(digits: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(digits) - 1))
    left, right = digits[place], digits[place + 1 : place + 2]
    swapped = digits[:place] + right + left + digits[place + 2 :]
    same = swapped == digits or {left, right} == {"0", "9"}
    assert (check_digit(swapped) == check_digit(digits)) == same


def test_a_line_holds_account_due_date_amount_and_check_digit() -> None:
    line = scan_line("10004217", DUE, Decimal("194.07"))
    assert line is not None
    assert (line[:16], line[16:22], line[22:40]) == ("0000000010004217", "230829", "000000000000019407")
    assert len(line) == 41
    assert line[40] == check_digit(line[:40])


@pytest.mark.parametrize("written", ["1000-4217", "1000.4217", "1000 4217", "1000/4217"])
def test_separators_in_an_account_number_are_left_out(written: str) -> None:
    assert scan_line(written, DUE, Decimal(1)) == scan_line("10004217", DUE, Decimal(1))


@pytest.mark.parametrize("account", ["W-10042", "12345678901234567", "١٢٣", "-"])
def test_an_account_number_that_no_scanner_reads_has_no_line(account: str) -> None:
    assert scan_line(account, DUE, Decimal(1)) is None


def test_a_credit_is_scanned_as_nothing_due() -> None:
    line = scan_line("1", DUE, Decimal("-20"))
    assert line is not None
    assert int(line[22:40]) == 0


def test_a_letter_in_a_line_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="digits only"):
        check_digit("12A")
