"""How answers are shown: tables for people, JSON for scripts."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

WIDE = 300
"""Columns of a line that goes into a file or to another program."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def as_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=1, default=str))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Columns as wide as their content; in a narrow terminal they fold, and nothing is ever cut off."""
    from rich.console import Console
    from rich.table import Column, Table

    shown = Table(*(Column(name, overflow="fold") for name in columns), box=None, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*("" if cell is None else _plain(cell) for cell in row))
    console = Console()
    console.print(shown, width=None if console.is_terminal else WIDE)


def age(since: str) -> str:
    """How long ago a timestamp was, in its largest unit."""
    seconds = (datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def _plain(cell: Any) -> str:
    from rich.markup import escape

    return escape(str(cell))
