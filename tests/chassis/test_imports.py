"""A CSV is read whole and every bad row is named."""

from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import BaseModel

from chassis.imports import Blank, Flag, parse


class Line(BaseModel):
    account: str
    amount: Decimal
    note: Annotated[str | None, Blank] = None
    paid: Flag


HEADER = "account,amount,note,paid\n"


def test_rows_keep_their_lines_and_empty_cells_are_no_value() -> None:
    rows, bad = parse(HEADER + '1,10.00,,true\n2,5.50,"two\nlines",\n3,1,x,false\n', Line)
    assert bad == []
    assert [(row.line, row.value.account, row.value.note, row.value.paid) for row in rows] == [
        (2, "1", None, True),
        (4, "2", "two\nlines", False),
        (5, "3", "x", False),
    ]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("account,amount\n", 1, "missing columns: paid"),
        (HEADER.replace("note", "nose"), 1, "unknown columns: nose"),
        ("", 1, "missing columns"),
        (HEADER + "1,ten,,true\n", 2, "amount"),
        (HEADER + "1,10.00\n", 2, "another number of cells"),
        (HEADER + "1,10.00,,true,more\n", 2, "another number of cells"),
        (HEADER + '1,10.00,"open,true\n', 2, "Not CSV"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, word: str) -> None:
    _, bad = parse(text, Line)
    assert bad[0].line == line
    assert word in bad[0].reason


def test_good_rows_are_kept_beside_bad_ones() -> None:
    rows, bad = parse(HEADER + "1,1.00,,\n2,x,,\n3,3.00,,\n", Line)
    assert [row.value.account for row in rows] == ["1", "3"]
    assert [one.line for one in bad] == [3]
