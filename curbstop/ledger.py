"""`curbstop ledger`: whether the books balance."""

from typing import Any

import typer

from curbstop.running import call
from curbstop.shown import Json, as_json

app = typer.Typer(name="ledger", help="The customer ledger.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """The customer ledger."""


@app.command()
def verify(json: Json = False) -> None:
    """Whether the books agree: every group of postings balances, receivables are the sum of the balances, and so on.

    Exits with 1 when a law is broken.
    """
    found: dict[str, Any] = call("GET", "billing", "/ledger/verify")
    if json:
        as_json(found)
    else:
        _show(found)
    if not found["ok"]:
        raise typer.Exit(1)


def _show(found: dict[str, Any]) -> None:
    for name, value in found.items():
        if name not in ("ok", "sentences", "checks"):
            typer.echo(f"{name.replace('_', ' '):<18} {value}")
    for sentence in found["sentences"]:
        typer.echo(sentence)
    typer.echo("The books agree." if found["ok"] else "The books do not agree.")
