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
    """Whether every posting balances and receivables are the sum of the balances. Exits with 1 when not."""
    found: dict[str, Any] = call("GET", "billing", "/ledger/verify")
    if json:
        as_json(found)
    else:
        for name, value in found.items():
            typer.echo(f"{name.replace('_', ' ')}: {value}")
    if not found.get("balanced", False):
        raise typer.Exit(1)
