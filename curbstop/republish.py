"""`curbstop republish`: send the snapshots again, for a new consumer, after an upgrade, after a restore."""

from typing import Annotated

import typer

from curbstop.running import call, services
from curbstop.shown import Json, as_json


def add_to(app: typer.Typer) -> None:
    app.command()(republish)


def republish(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Default: all.")] = None,
    json: Json = False,
) -> None:
    """Send the services' snapshots again; consumers keep only what is newer than theirs."""
    sent = {name: call("POST", name, "/republish", timeout=None) for name in services(names)}
    if json:
        as_json(sent)
        return
    for name, topics in sent.items():
        typer.echo(f"{name}: {', '.join(topics) or 'publishes no snapshots'}")
