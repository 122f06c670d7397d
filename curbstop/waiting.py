"""`curbstop waiting`: facts that came before the thing they speak of."""

from typing import Annotated

import typer

from curbstop.running import call, services
from curbstop.shown import Json, age, as_json, table

app = typer.Typer(name="waiting", help="Facts that wait for what they speak of.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """Facts that wait for what they speak of, such as a payment for its account."""


@app.command("list")
def list_waiting(
    service: Annotated[list[str] | None, typer.Option("--service", help="Only this service.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many per service.")] = 100,
    json: Json = False,
) -> None:
    """Those that wait longest, of every service."""
    names = services(service)
    facts = [
        {"service": name, **one} for name in names for one in call("GET", name, "/waiting", params={"limit": limit})
    ]
    if json:
        as_json(facts)
    elif facts:
        rows = [
            (one["service"], one["topic"], one["identity"], f"{one['awaits']} {one['awaited_key']}", age(one["since"]))
            for one in facts
        ]
        table(("service", "topic", "message", "waits for", "since"), rows)
    else:
        typer.echo("Nothing waits.")
