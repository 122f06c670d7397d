"""`curbstop vendor`: for those who connect a payment vendor."""

from dataclasses import asdict
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
    json: Json = False,
) -> None:
    """Say what is wrong with a vendor's payments before they are sent, with line and mend. Exits with 1 on an error."""
    from contracts.check import check_vendor_messages

    findings = check_vendor_messages(_text(file))
    if json:
        as_json([asdict(one) for one in findings])
    for one in findings if not json else ():
        mark = "warning: " if one.severity == "warning" else ""
        typer.echo(f"{file}:{one.line}: {mark}{one.message} {one.mend}", err=True)
    if any(one.severity == "error" for one in findings):
        raise typer.Exit(1)
    if not json:
        typer.echo(f"{file} can be sent{' as it is' if not findings else ''}.")


@app.command()
def rotate(name: Annotated[str, typer.Argument(help="The vendor.")]) -> None:
    """Forget a vendor's password and webhook secret of the stopped suite; `curbstop up` makes new ones."""
    from curbstop import running
    from deploy.local.folder import Folder

    with Folder(running.data_folder()).held() as folder:
        if not folder.knows_secret(f"webhook {name}"):
            raise TroubleError(f"No vendor {name} was ever set up in {folder.path}.")
        folder.forget_secret(f"webhook {name}")
        folder.forget_secret(f"kafka vendor.{name}")
        file = folder.path / "vendors" / f"{name}.env"
    typer.echo(f"Start with `curbstop up`; then hand the new {file} to the vendor. The old credentials are void.")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise TroubleError(f"Cannot read {file}: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise TroubleError(f"{file} is not UTF-8 at byte {error.start}: save it as UTF-8.") from None
