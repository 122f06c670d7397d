"""`curbstop backup`, `restore`, `reconverge`: the town's books kept elsewhere, and brought back to an instant."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curbstop import running
from curbstop.given import given
from deploy.local.trouble import TroubleError

if TYPE_CHECKING:
    from deploy.local.archive import Archive
    from deploy.local.restoring import Restored

Folder = Annotated[
    Path | None, typer.Option("--backups", envvar="CURBSTOP_BACKUPS", help="The backup folder, on another disk.")
]
Vendors = Annotated[list[str] | None, typer.Option("--vendor", help="A payment vendor; may be given again.")]


def add_to(app: typer.Typer) -> None:
    for command in (backup, restore, reconverge):
        app.command()(command)


def backup(
    folder: Folder = None,
    keep: Annotated[int, typer.Option(help="So many base backups stay, with the log since the oldest.")] = 8,
) -> None:
    """Take a base backup of the running suite's databases; the suite was started with CURBSTOP_BACKUPS."""
    from deploy.local.postgres import binaries

    known = running.state()
    archive = _archive(folder or (known or {}).get("backups"))
    if known is None:
        raise TroubleError("Nothing is running: start the suite with `curbstop up`.")
    if known["postgres"]["origin"] != "embedded":
        raise TroubleError(
            f"Back up PostgreSQL of {known['postgres']['origin']} with its own tools: docs/operating.md."
        )
    if not known.get("backups"):
        raise TroubleError(f"Start the suite with CURBSTOP_BACKUPS={archive.path}, so that its log is kept, too.")
    taken = archive.take(known["postgres"]["url"], binaries(), running.data_folder(), _release())
    gone = archive.forget_old(keep, binaries())
    typer.echo(f"{taken.path}: any instant from {taken.finished:%Y-%m-%d %H:%M:%S} UTC on can be restored.")
    typer.echo("".join(f"Deleted {one.path}.\n" for one in gone), nl=False)


def restore(
    to: Annotated[str, typer.Option(help="An instant with its zone, 2023-03-01T14:05:00-07:00; or `latest`.")],
    folder: Folder = None,
    vendor: Vendors = None,
    prefix: Annotated[str, typer.Option(envvar="CURBSTOP_TOPIC_PREFIX", help="Stands before every name.")] = "",
) -> None:
    """Bring the stopped suite back to an instant, make its parts agree again, verify the books; mail begins held.

    Exits with 1 when the books do not agree. What was there before stays beside the data as data.before-...
    """
    from curbstop.progress import Progress
    from deploy.local.restoring import restored
    from deploy.local.supervisor import Plan, end_on_signals

    archive, instant = _archive(folder), _instant(to)
    _refuse_elsewhere()
    plan = Plan(running.data_folder(), prefix, vendors=tuple(vendor or ()))
    end_on_signals()
    with Progress() as progress, restored(plan, archive, instant, progress.tell) as (_, found):
        progress.stop()
        _say(found)
    if not found.ledger["ok"]:
        raise typer.Exit(1)


def reconverge(
    step: Annotated[str, typer.Argument(metavar="prepare|finish", help="Before and after the services start.")],
    vendor: Vendors = None,
    prefix: Annotated[str, typer.Option(envvar="CURBSTOP_TOPIC_PREFIX", help="Stands before every name.")] = "",
    why: Annotated[str, typer.Option(help="Why mail is held, for those who find it so.")] = "restored",
) -> None:
    """After a restore of PostgreSQL by its own tools: make topics and databases agree again.

    `prepare` with every service stopped (CURBSTOP_KAFKA_SERVERS, CURBSTOP_KAFKA_ADMIN_USER and _PASSWORD,
    CURBSTOP_KAFKA_TLS where Kafka speaks TLS, CURBSTOP_POSTGRES_URL); start the services; then `finish`.
    """
    if step == "prepare":
        _prepare(tuple(vendor or ()), prefix, why)
    elif step == "finish":
        _finish()
    else:
        raise TroubleError("Say `curbstop reconverge prepare`, start the services, then `curbstop reconverge finish`.")


def _prepare(vendors: tuple[str, ...], prefix: str, why: str) -> None:
    from contracts.topics import SERVICES
    from deploy.local import kafka_admin, reconverging, topics
    from deploy.local.databases import database_name, database_url, migrate

    servers, user, password, cluster = map(_named, _CLUSTERS)
    login = kafka_admin.Login(servers, user, password, given("CURBSTOP_KAFKA_TLS") or "")
    urls = {service: database_url(cluster, database_name(prefix, service)) for service in SERVICES}
    migrate(urls)
    admin = kafka_admin.connect(login)
    prepared = reconverging.prepare(admin, prefix, vendors, urls, why)
    topics.apply(admin, topics.all_topics(vendors), prefix=prefix, rules=bool(user))
    typer.echo(f"{prepared.messages} messages are told again as soon as the services start; mail is held.")
    typer.echo("Start the services, then: curbstop reconverge finish")


_CLUSTERS = (
    "CURBSTOP_KAFKA_SERVERS",
    "CURBSTOP_KAFKA_ADMIN_USER",
    "CURBSTOP_KAFKA_ADMIN_PASSWORD",
    "CURBSTOP_POSTGRES_URL",
)


def _refuse_elsewhere() -> None:
    import os

    from deploy.local import containers
    from deploy.local.places import decide

    _, postgres = decide(os.environ, containers.answers)
    if postgres != "embedded":
        raise TroubleError(
            f"PostgreSQL comes from {postgres} here: restore it with its own tools, then `curbstop reconverge prepare`."
        )


def _named(name: str) -> str:
    said = given(name)
    if said is None:
        raise TroubleError(f"Set {name}.")
    return said


class _Called:
    """The services at their addresses, asked as the one at the terminal."""

    def ask(self, method: str, service: str, path: str) -> Any:
        return running.call(method, service, path, timeout=None)


def _finish() -> None:
    from deploy.local.reconverging import tell_and_verify

    ledger, held = tell_and_verify(_Called())
    _say_books(ledger, held)
    if not ledger["ok"]:
        raise typer.Exit(1)


def _say(found: "Restored") -> None:
    last = found.recovered.last_transaction
    typer.echo(f"last transaction that is back: {last.isoformat() if last else 'that of the base backup'}")
    for part, seconds in found.seconds.items():
        typer.echo(f"{part:<24} {seconds:.1f} s")
    if found.prepared:
        typer.echo(f"{found.prepared.messages} messages were told again.")
        kept = ", ".join(found.prepared.kept_topics)
        typer.echo(
            f"Vendors' topics were read again: {kept}." if kept else "Vendors' topics were lost: made anew, empty."
        )
    _say_books(found.ledger, found.held)
    typer.echo("Stopped again. Start with `curbstop up`; docs/operating.md says what is left to do after a restore.")


def _say_books(ledger: Mapping[str, Any], held: Mapping[str, Any]) -> None:
    for sentence in ledger["sentences"]:
        typer.echo(sentence)
    typer.echo("The books agree." if ledger["ok"] else "The books do not agree.")
    typer.echo(f"Mail is held: {held['emails']} e-mails wait to be looked through (`curbstop mail held`).")


def _archive(folder: str | Path | None) -> "Archive":
    from deploy.local.archive import Archive

    if not folder:
        raise TroubleError("Where are the backups? Name their folder with --backups or CURBSTOP_BACKUPS.")
    return Archive(Path(folder).absolute())


def _instant(said: str) -> datetime | None:
    if said == "latest":
        return None
    try:
        instant = datetime.fromisoformat(said)
    except ValueError:
        raise TroubleError(f"{said} is no instant: write 2023-03-01T14:05:00-07:00, or latest.") from None
    if instant.tzinfo is None:
        raise TroubleError(f"In which zone is {said}? Write 2023-03-01T14:05:00-07:00, or with Z for UTC.")
    if instant > datetime.now(UTC):
        raise TroubleError(f"{said} has not come yet.")
    return instant


def _release() -> str:
    from importlib.metadata import version

    return version("curbstop")
