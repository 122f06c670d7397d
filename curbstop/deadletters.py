"""`curbstop deadletters`: messages a service could not use, kept whole with the reason."""

from typing import Annotated, Any

import typer

from curbstop.running import call, services
from curbstop.shown import Json, age, as_json, table
from deploy.local.trouble import TroubleError

app = typer.Typer(
    name="deadletters", help="Messages that could not be used: list, show, redrive, settle.", no_args_is_help=True
)

Service = Annotated[str, typer.Argument(help="The service that keeps it.")]
Services = Annotated[list[str] | None, typer.Option("--service", help="Only this service; may be given again.")]


@app.command("list")
def list_letters(
    service: Services = None,
    settled: Annotated[bool, typer.Option("--settled", help="Those that were dealt with.")] = False,
    limit: Annotated[int, typer.Option(help="At most so many per service.")] = 100,
    json: Json = False,
) -> None:
    """The newest, of every service."""
    letters = gather(services(service), settled, limit)
    if json:
        as_json(letters)
    elif letters:
        rows = [(one["service"], one["id"], one["topic"], age(one["at"]), one["reason"]) for one in letters]
        table(("service", "id", "topic", "age", "reason"), rows)
    else:
        typer.echo("No dead letters.")


def gather(names: list[str], settled: bool = False, limit: int = 1000) -> list[dict[str, Any]]:
    """The letters of several services, each with its service's name."""
    asked = {"settled": settled, "limit": limit}
    return [{"service": name, **one} for name in names for one in call("GET", name, "/dead-letters", params=asked)]


@app.command()
def show(service: Service, number: Annotated[int, typer.Argument(help="Its id.")], json: Json = False) -> None:
    """One, whole: where it came from, what it says, why it could not be used."""
    (name,) = services([service])
    letter = call("GET", name, f"/dead-letters/{number}")
    if json:
        as_json(letter)
        return
    for name in ("reason", "topic", "partition", "offset", "key", "at", "settled_at", "settled_by", "value"):
        if letter[name] is not None:
            typer.echo(f"{name:<11} {letter[name]}")


@app.command()
def redrive(
    service: Service,
    numbers: Annotated[list[int] | None, typer.Argument(help="Their ids.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
) -> None:
    """Hand them to the service again, after what was wrong was mended."""
    (name,) = services([service])
    if everything == bool(numbers):
        raise TroubleError("Name the ids to hand in again, or say --all.")
    wanted = numbers or [one["id"] for one in reversed(gather([name]))]
    refused = [number for number in wanted if not _redriven(name, number)]
    typer.echo(f"{len(wanted) - len(refused)} taken, {len(refused)} still refused.")
    if refused:
        raise typer.Exit(1)


def _redriven(service: str, number: int) -> bool:
    try:
        call("POST", service, f"/dead-letters/{number}/redrive")
    except TroubleError as error:
        typer.echo(f"{number}: {error}", err=True)
        return False
    return True


@app.command()
def settle(
    service: Service,
    numbers: Annotated[list[int], typer.Argument(help="Their ids.")],
    why: Annotated[str, typer.Option("--why", help="Why they are never to be used; kept in the audit.")],
) -> None:
    """Close those that never will be used, such as a payment that its vendor sent again under another id."""
    (name,) = services([service])
    for number in numbers:
        call("POST", name, f"/dead-letters/{number}/settle", json={"why": why})
    typer.echo(f"{len(numbers)} closed.")
