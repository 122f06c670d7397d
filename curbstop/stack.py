"""`curbstop up`, `down`, `reset`, `status`: the suite on this machine."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curbstop import running
from curbstop.shown import Json, as_json, table
from deploy.local.trouble import TroubleError

if TYPE_CHECKING:
    from deploy.local.supervisor import Suite

STOP_SECONDS = 90
SAMPLE_VENDOR = "sample-bank"


def add_to(app: typer.Typer) -> None:
    for command in (up, down, reset, status):
        app.command()(command)


def up(
    vendor: Annotated[
        list[str] | None, typer.Option(help=f"A payment vendor; may be given again. Default: {SAMPLE_VENDOR}.")
    ] = None,
    copies: Annotated[
        list[str] | None, typer.Option(metavar="SERVICE=N", help="Run a service as several processes.")
    ] = None,
    prefix: Annotated[
        str, typer.Option(envvar="CURBSTOP_TOPIC_PREFIX", help="Stands before topics, logins and databases.")
    ] = "",
) -> None:
    """Start everything and stay; Ctrl-C or `curbstop down` stops it. Data survives to the next time."""
    from curbstop.progress import Progress
    from deploy.local.supervisor import Plan, end_on_signals
    from deploy.local.supervisor import running as suite_running

    plan = Plan(running.data_folder(), prefix, _copies(copies or ()), tuple(vendor or (SAMPLE_VENDOR,)))
    end_on_signals()
    try:
        with Progress() as progress, suite_running(plan, progress.tell) as suite:
            progress.stop()
            _say_where(suite)
            _stay(suite)
    except KeyboardInterrupt:
        typer.echo("Stopped. The data stays; `curbstop reset` clears it.")


def down() -> None:
    """Stop what `curbstop up` runs, wherever it was started."""
    typer.echo("Stopped." if stop_holder(running.data_folder()) else "Nothing was running.")


def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Stop the suite and delete all its data."""
    folder = running.data_folder()
    if not yes:
        typer.confirm(f"Delete all data in {folder}?", abort=True)
    stop_holder(folder)
    if not folder.exists():
        typer.echo("There was no data.")
        return
    if not (folder / "ports.json").exists() and any(found.is_file() for found in folder.rglob("*")):
        raise TroubleError(f"{folder} is not a data folder of ours: delete it yourself if you mean it.")
    _delete(folder)
    typer.echo(f"Deleted {folder}.")


def status(json: Json = False) -> None:
    """What runs, where, and how it is. Exits with 1 when something is not ready."""
    known = running.state()
    if known is None:
        as_json({"running": False}) if json else typer.echo("Nothing is running. Start it with `curbstop up`.")
        raise typer.Exit(1)
    found = {name: health(one["url"]) for name, one in known["services"].items()}
    if json:
        as_json({"running": True, **{name: known[name] for name in ("pid", "mailbox", "kafka")}, "services": found})
    else:
        shown = {
            "address": "url",
            "ready": "ready",
            "dead": "dead_letters",
            **{n: n for n in ("waiting", "unsent", "behind")},
        }
        table(("service", *shown), [(name, *map(one.get, shown.values())) for name, one in found.items()])
        typer.echo(f"mailbox {known['mailbox']}; supervisor is process {known['pid']}")
    if not all(one["ready"] is True for one in found.values()):
        raise typer.Exit(1)


def health(url: str) -> dict[str, Any]:
    """How one service process is, from its health and metrics pages; faults take the place of `ready`."""
    import httpx

    try:
        said = httpx.get(f"{url}/health/ready", timeout=10).json()
        numbers = _numbers(httpx.get(f"{url}/metrics", timeout=10).text)
    except (httpx.TransportError, ValueError) as error:
        return {"url": url, "ready": f"does not answer ({type(error).__name__})"}
    return {
        "url": url,
        "ready": said["ready"] or " ".join(said["faults"]),
        "dead_letters": numbers.get("curbstop_dead_letters", 0),
        "waiting": numbers.get("curbstop_waiting_facts", 0),
        "unsent": numbers.get("curbstop_outbox_depth", 0),
        "behind": numbers.get("curbstop_consumer_lag", 0),
    }


def _numbers(page: str) -> dict[str, int]:
    """Prometheus' text, summed over labels."""
    sums: dict[str, int] = {}
    for line in page.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            name = name.partition("{")[0]
            sums[name] = sums.get(name, 0) + int(float(value))
    return sums


def stop_holder(folder: Path) -> bool:
    """Ask whoever holds the data folder to stop, and wait until it has. False when nobody does."""
    import os
    import signal
    import time

    from deploy.local.folder import holder

    pid = holder(folder)
    if not pid:
        return False
    try:
        os.kill(pid, signal.SIGTERM)
    except PermissionError:
        raise TroubleError(f"Process {pid} belongs to another user: stop it as that user, or as root.") from None
    deadline = time.monotonic() + STOP_SECONDS
    while holder(folder) == pid:
        if time.monotonic() > deadline:
            raise TroubleError(f"Process {pid} has not stopped in {STOP_SECONDS} s: end it with `kill -9 {pid}`.")
        time.sleep(0.1)
    return True


def _delete(folder: Path) -> None:
    from deploy.local import containers
    from deploy.local.folder import Folder

    with Folder(folder).held():
        if not (folder / "postgres").exists() and containers.answers():
            containers.remove_volumes(folder)
        shutil.rmtree(folder)


def _copies(given: list[str] | tuple[str, ...]) -> dict[str, int]:
    try:
        pairs = (one.split("=") for one in given)
        copies = {name: int(number) for name, number in pairs}
    except ValueError:
        raise TroubleError("Say --copies like this: --copies billing=2.") from None
    running.services(list(copies))
    return copies


def _say_where(suite: "Suite") -> None:
    folder = suite.folder.path
    typer.echo(f"\n{'service':<14} {'API docs':<29} metrics")
    for name in suite.services:
        typer.echo(f"{name:<14} {suite.url(name)}/docs   {suite.url(name)}/metrics")
    typer.echo(f"{'mailbox':<14} {suite.mailbox_url}")
    typer.echo(f"{'Kafka':<14} {suite.places.kafka_servers} ({suite.places.kafka_origin})")
    typer.echo(f"{'PostgreSQL':<14} {suite.places.postgres_origin}")
    typer.echo(f"{'logs':<14} {folder / 'log'}")
    for vendor in suite.plan.vendors:
        typer.echo(f"{'vendor':<14} {vendor}, with the credentials in {folder / 'vendors' / f'{vendor}.env'}")
    typer.echo(f"\nA token for trying the API (12 hours, all roles of a person):\n{running.admin_token()}\n")
    typer.echo("Ready. Ctrl-C or `curbstop down` stops it.")


def _stay(suite: "Suite") -> None:
    import time

    while True:
        for death in suite.deaths():
            typer.echo(f"{death}\nThe others go on; `curbstop down` and `curbstop up` start it again.", err=True)
        time.sleep(0.5)
