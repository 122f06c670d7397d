"""Two sets of books are the same, or it is said what differs."""

from collections import Counter

from tests.faults.books import Books, Findings

CHARGE, PAYMENT = ("bill 1", "84.12"), ("payment 1", "-84.12")


def compared(expected: Books, found: Books) -> Findings:
    findings = Findings()
    findings.same_books(expected, found)
    return findings


def ledger(*rows: tuple[str, ...]) -> Books:
    return Books({"transfers": Counter(rows)})


def test_the_same_rows_in_any_order_are_the_same_books() -> None:
    findings = compared(ledger(CHARGE, PAYMENT), ledger(PAYMENT, CHARGE))
    assert (findings.compared, findings.wrong) == (2, [])


def test_a_row_that_is_missing_is_told() -> None:
    assert compared(ledger(CHARGE, PAYMENT), ledger(CHARGE)).wrong == ["transfers: missing 1 x (payment 1, -84.12)"]


def test_a_row_that_stands_twice_is_told() -> None:
    assert compared(ledger(CHARGE), ledger(CHARGE, CHARGE)).wrong == ["transfers: too much 1 x (bill 1, 84.12)"]


def test_a_row_that_differs_by_a_cent_is_told_as_missing_and_as_too_much() -> None:
    findings = compared(ledger(CHARGE), ledger(("bill 1", "84.13")))
    assert findings.wrong == ["transfers: missing 1 x (bill 1, 84.12)", "transfers: too much 1 x (bill 1, 84.13)"]


def test_a_section_that_only_one_of_them_has_is_told() -> None:
    assert compared(Books({}), ledger(CHARGE)).wrong == ["transfers: too much 1 x (bill 1, 84.12)"]
