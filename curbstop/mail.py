"""`curbstop mail`: what is held since a restore, looked through and released."""

from pathlib import Path
from typing import Annotated

import typer

from curbstop.running import call
from curbstop.shown import Json, as_json, table
from deploy.local.trouble import TroubleError

app = typer.Typer(name="mail", help="Mail that is held: look through it, release it.", no_args_is_help=True)

Why = Annotated[str, typer.Option(help="For the audit.")]


@app.command("held")
def list_held(json: Json = False) -> None:
    """The e-mails that wait, each with its Message-ID: look for that in the mail server's log."""
    hold, emails = call("GET", "notifications", "/outbound"), call("GET", "notifications", "/outbound/emails")
    if json:
        as_json({**hold, "emails": emails})
    elif not hold["held"]:
        typer.echo("No mail is held.")
    else:
        typer.echo(f"Held since {hold['since']}: {hold['why']}. {hold['paper']} notices wait for a mailing.")
        table(("account", "kind", "day", "Message-ID"), [tuple(one[name] for name in SHOWN) for one in emails])


SHOWN = ("account", "kind", "business_date", "message_id")


@app.command()
def hold(why: Why) -> None:
    """Let no mail leave until it is released."""
    call("POST", "notifications", "/outbound/hold", json={"why": why})
    typer.echo("Mail is held.")


@app.command()
def release(
    why: Why,
    sent: Annotated[
        Path | None, typer.Option(help="A file of Message-IDs that had left before, one a line: not sent again.")
    ] = None,
) -> None:
    """Let mail leave."""
    ids = _lines(sent) if sent else []
    done = call("POST", "notifications", "/outbound/release", json={"why": why, "sent": ids})
    typer.echo(f"{done['leaving']} e-mails leave; {done['marked_sent']} had left before.")


def _lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text().splitlines() if line.strip()]
    except OSError as error:
        raise TroubleError(f"Cannot read {file}: {error.strerror}.") from None
