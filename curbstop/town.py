"""`curbstop town`: a town's pack of rules and rates, checked and put in force."""

import base64
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curbstop.running import SERVICES, call
from curbstop.shown import Json, as_json, table
from deploy.local.trouble import TroubleError

if TYPE_CHECKING:
    from chassis.townpack import Bundle, Mistake

app = typer.Typer(name="town", help="A town's pack: its rates, calendar and rules.", no_args_is_help=True)

Pack = Annotated[Path, typer.Argument(metavar="FOLDER", help="The pack, such as deploy/towns/windsor-co.")]


@app.command()
def check(folder: Pack, json: Json = False) -> None:
    """Name every mistake in a pack with its file, its line and its mend. Exits with 1 when there is an error."""
    from chassis.townpack import errors

    bundle = read(folder)
    found = mistakes(bundle)
    if json:
        as_json([{name: getattr(one, name) for name in one.__slots__} for one in found])
    else:
        _say(found)
        typer.echo(f"{len(bundle.files)} files, {len(errors(found))} mistakes, pack {bundle.hash[:12]}")
    if errors(found):
        raise typer.Exit(1)


@app.command("apply")
def put_in_force(folder: Pack) -> None:
    """Check a pack and put it in force in every service. Applying it again changes nothing."""
    from chassis.townpack import errors

    bundle = read(folder)
    found = mistakes(bundle)
    if errors(found):
        _say(found)
        raise TroubleError(f"{folder} was not applied: mend the {len(errors(found))} mistakes above first.")
    files = {path: base64.b64encode(content).decode() for path, content in bundle.files.items()}
    for service in SERVICES:
        call("POST", service, "/town", json={"files": files})
    typer.echo(f"Pack {bundle.hash[:12]} of {folder} is in force in {', '.join(SERVICES)}.")


@app.command()
def current(json: Json = False) -> None:
    """Which pack is in force in each service."""
    hashes = {service: call("GET", service, "/town")["hash"] for service in SERVICES}
    if json:
        as_json(hashes)
    else:
        table(("service", "pack"), hashes.items())


def read(folder: Path) -> "Bundle":
    """The pack in a folder. Raises TroubleError when there is none."""
    from chassis.townpack import Bundle

    try:
        return Bundle.read(folder)
    except OSError as error:
        raise TroubleError(str(error)) from None


def mistakes(bundle: "Bundle") -> list["Mistake"]:
    """What every service has to say about the pack, each mistake once, in the order of the files."""
    return sorted({one for service in SERVICES for check in _checks(service) for one in check(bundle)})


def _checks(service: str) -> Iterator[Callable[["Bundle"], list["Mistake"]]]:
    """A service's own check of a pack; one whose rules are not in the pack has none."""
    for room in ("policy", "town"):
        module = f"services.{service}.{room}"
        if importlib.util.find_spec(module) and hasattr(importlib.import_module(module), "check"):
            yield importlib.import_module(module).check
            return


def _say(found: list["Mistake"]) -> None:
    for one in found:
        typer.echo(str(one), err=True)
