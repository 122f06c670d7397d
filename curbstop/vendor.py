"""`curbstop vendor`: for those who connect a payment vendor."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from curbstop.shown import Json, as_json
from deploy.local.trouble import TroubleError

app = typer.Typer(name="vendor", help="For those who connect a payment vendor.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """For those who connect a payment vendor."""


@app.command()
def check(
    file: Annotated[
        Path, typer.Argument(help="Payments as a vendor would send them: one JSON object a line, or a list.")
    ],
    as_list: Json = False,
) -> None:
    """Say of each payment in a file whether we would take it, and if not, why. Exits with 1 when one is refused."""
    answers = [(where, faults(message)) for where, message in messages(file)]
    if as_list:
        as_json([{"where": where, "faults": found} for where, found in answers])
    for where, found in answers if not as_list else ():
        for fault in found:
            typer.echo(f"{file}:{where}: {fault}", err=True)
    refused = sum(bool(found) for _, found in answers)
    if not as_list:
        typer.echo(f"{len(answers)} payments, {refused} refused")
    if refused or not answers:
        raise typer.Exit(1)


def messages(file: Path) -> Iterator[tuple[str, bytes]]:
    """Where each message stands in the file (its line, or its place in the list), and the message."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise TroubleError(f"Cannot read {file}: {error.strerror}.") from None
    if content.lstrip().startswith(b"["):
        yield from _listed(file, content)
        return
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            yield str(number), line


def _listed(file: Path, content: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        # Numbers stay as they were written, so that a number where a string belongs is seen as one.
        listed = json.loads(content)
    except ValueError as error:
        raise TroubleError(f"{file} is not JSON: {error}.") from None
    for number, message in enumerate(listed, 1):
        yield f"payment {number}", json.dumps(message).encode()


def faults(message: bytes) -> list[str]:
    """What the contract has against a message; none for a good one."""
    from pydantic import ValidationError

    from contracts.payments import VendorPayment

    try:
        VendorPayment.model_validate_json(message)
    except ValidationError as error:
        return [f"{'.'.join(map(str, one['loc'])) or 'message'}: {one['msg']}" for one in error.errors()]
    return []
