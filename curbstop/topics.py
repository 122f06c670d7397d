"""`curbstop topics`: topics, logins and access rules in Kafka."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from curbstop import running
from curbstop.given import given
from curbstop.shown import Json, as_json
from deploy.local.trouble import TroubleError

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
    CURBSTOP_KAFKA_ADMIN_PASSWORD), else the one `curbstop up` runs.
    """
    from deploy.local import kafka_admin, topics

    (servers, user, password), found_prefix = _kafka()
    changed = topics.apply(
        kafka_admin.connect(servers, user, password),
        topics.all_topics(vendor or ()),
        prefix=prefix or found_prefix,
        passwords=_passwords(passwords),
        rules=bool(user),
        reset_passwords=True,
    )
    if as_list:
        as_json(changed)
    else:
        typer.echo("\n".join(changed) or "Nothing to change.")


def _kafka() -> tuple[tuple[str, str, str], str]:
    """Servers, user and password, and the prefix that the running suite has there."""
    if given("CURBSTOP_KAFKA_SERVERS"):
        return _login({name: given(name) or "" for name in _NAMES}), ""
    known = running.state()
    if known is None:
        raise TroubleError("Which Kafka? Start the suite with `curbstop up`, or set CURBSTOP_KAFKA_SERVERS.")
    return _login(known["places"]), known["prefix"]


_NAMES = ("CURBSTOP_KAFKA_SERVERS", "CURBSTOP_KAFKA_ADMIN_USER", "CURBSTOP_KAFKA_ADMIN_PASSWORD")


def _login(places: Mapping[str, str]) -> tuple[str, str, str]:
    servers, user, password = (
        places.get(f"CURBSTOP_KAFKA_{name}", "") for name in ("SERVERS", "ADMIN_USER", "ADMIN_PASSWORD")
    )
    return servers, user, password


def _passwords(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        return dict(json.loads(file.read_text()))
    except (OSError, ValueError) as error:
        raise TroubleError(f"Cannot read passwords from {file}: {error}.") from None
