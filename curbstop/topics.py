"""`curbstop topics`: topics, logins and access rules in Kafka."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curbstop import running
from curbstop.given import given
from curbstop.shown import Json, as_json
from deploy.local.trouble import TroubleError

if TYPE_CHECKING:
    from deploy.local.kafka_admin import Login

app = typer.Typer(name="topics", help="Topics, logins and access rules in Kafka.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """Topics, logins and access rules in Kafka, as contracts/topics.py says."""


@app.command("apply")
def bring_about(
    vendor: Annotated[list[str] | None, typer.Option(help="A payment vendor; may be given again.")] = None,
    prefix: Annotated[str, typer.Option(envvar="CURBSTOP_TOPIC_PREFIX", help="Stands before every name.")] = "",
    passwords: Annotated[Path | None, typer.Option(help="JSON file, login to password; sets these passwords.")] = None,
    as_list: Json = False,
) -> None:
    """Create what is missing and mend what differs. Running it again changes nothing.

    Kafka is the one in CURBSTOP_KAFKA_SERVERS (log in with CURBSTOP_KAFKA_ADMIN_USER and
    CURBSTOP_KAFKA_ADMIN_PASSWORD, through TLS with CURBSTOP_KAFKA_TLS), else the one `curbstop up` runs.
    """
    from deploy.local import kafka_admin, topics

    login, found_prefix = _kafka()
    changed = topics.apply(
        kafka_admin.connect(login),
        topics.all_topics(vendor or ()),
        prefix=prefix or found_prefix,
        passwords=_passwords(passwords),
        rules=bool(login.user),
        reset_passwords=True,
    )
    if as_list:
        as_json(changed)
    else:
        typer.echo("\n".join(changed) or "Nothing to change.")


def _kafka() -> tuple["Login", str]:
    """The administrator's login, and the prefix that the running suite has there."""
    if given("CURBSTOP_KAFKA_SERVERS"):
        return _login(given), ""
    known = running.state()
    if known is None:
        raise TroubleError("Which Kafka? Start the suite with `curbstop up`, or set CURBSTOP_KAFKA_SERVERS.")
    return _login(known["places"].get), known["prefix"]


_NAMES = ("SERVERS", "ADMIN_USER", "ADMIN_PASSWORD", "TLS")


def _login(said: Callable[[str], str | None]) -> "Login":
    from deploy.local.kafka_admin import Login

    return Login(*(said(f"CURBSTOP_KAFKA_{name}") or "" for name in _NAMES))


def _passwords(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        return dict(json.loads(file.read_text()))
    except (OSError, ValueError) as error:
        raise TroubleError(f"Cannot read passwords from {file}: {error}.") from None
