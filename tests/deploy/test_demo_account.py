"""The account of the demo's month, as a file and on the terminal."""

from decimal import Decimal
from io import StringIO

from rich.console import Console

from deploy.local.demo.account import Section, Table, as_markdown, print_account

MONEY = Section("Money", ("All of it.",), Table(("way in", "posted"), (("a|b", Decimal("1234.5")), ("c", Decimal(0)))))


def test_numbers_stand_to_the_right_and_bars_do_not_break_the_table() -> None:
    text = as_markdown("February", [MONEY], [])
    assert "| way in | posted |\n|---|---:|\n| a\\|b | 1,234.50 |\n| c | 0.00 |" in text


def test_what_is_not_as_it_must_be_stands_first() -> None:
    text = as_markdown("February", [MONEY], ["The books do not balance."])
    assert text.index("The books do not balance.") < text.index("## Money")


def test_a_table_without_rows_is_left_out() -> None:
    assert "way in" not in as_markdown("February", [Section("Money", (), Table(("way in",), ()))], [])


def test_what_a_message_says_is_never_taken_for_markup() -> None:
    out = StringIO()
    letters = Section("Dead", (), Table(("reason",), (("[red]no[/red]",),)))
    print_account(Console(file=out, width=80), "February", [letters])
    assert "[red]no[/red]" in out.getvalue()
