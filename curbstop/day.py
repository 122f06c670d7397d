"""`curbstop day`: the town's business day: who is done with it, on to the next, days that were missed."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any

import typer

from contracts.topics import SERVICES
from curbstop.running import call
from curbstop.shown import Json, as_json, table
from deploy.local.days import ONE_DAY, Days, days_to
from deploy.local.trouble import TroubleError

app = typer.Typer(name="day", help="The town's business day: status, advance, catch-up, retry.", no_args_is_help=True)

PATIENCE_SECONDS = 600.0
PAUSE_SECONDS = 0.3

Override = Annotated[bool, typer.Option("--override", help="Begin although a service is not done. Needs --why.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, kept with your name.")]
Told = Callable[[Mapping[str, str]], None]


@app.command()
def status(json: Json = False) -> None:
    """The day that goes on, what each service did, and who is not done. Exits with 1 while somebody is not."""
    today = dict(call("GET", "billing", "/days/today"))
    if json:
        as_json(today)
    else:
        _show(today)
    if today["missing"]:
        raise typer.Exit(1)


@app.command()
def advance(
    to: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The first day ever; later ones follow by themselves."),
    ] = None,
    override: Override = False,
    why: Why = "",
    json: Json = False,
) -> None:
    """Wait until the day is over, begin the next one, and wait until its work is done."""
    days, last = _days(), _last()
    wanted = to.date() if to else last and last + ONE_DAY
    if wanted is None:
        raise TroubleError("No business day has begun yet. Say which is the first: `curbstop day advance --date ...`.")
    _end(days, _turn(days, last, [wanted], _reason(override, why)), json)


@app.command("catch-up")
def catch_up(
    to: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="The last day. Default: today, by the town's clock."),
    ] = None,
    override: Override = False,
    why: Why = "",
    json: Json = False,
) -> None:
    """Begin the days that were missed, one after the other, each when the one before is over."""
    days, reason, last = _days(), _reason(override, why), _last()
    if last is None:
        raise TroubleError("No business day has begun yet. Begin the first: `curbstop day advance --date ...`.")
    end = to.date() if to else date.fromisoformat(days.today()["by_the_clock"])
    _end(days, _turn(days, last, days_to(last, end), reason), json)


@app.command()
def retry() -> None:
    """Have what failed of the day's work done again in every service, after what was wrong was mended."""
    last = _last()
    again = {name: call("POST", name, f"/days/{last}/retry") for name in SERVICES} if last else {}
    told = ", ".join(f"{name} {count}" for name, count in again.items() if count)
    typer.echo(f"Tried again, in chunks: {told}." if told else "Nothing of the day's work has failed.")


def _days() -> Days:
    def ask(service: str, method: str, path: str, body: Any) -> Any:
        return call(method, service, path, **({"json": body} if body is not None else {}))

    return Days(ask, lambda: time.sleep(PAUSE_SECONDS), time.monotonic, PATIENCE_SECONDS)


def _last() -> date | None:
    """The day that goes on; None while none has begun."""
    listed: list[dict[str, Any]] = call("GET", "billing", "/days", params={"limit": 1})
    return date.fromisoformat(listed[0]["date"]) if listed else None


def _reason(override: bool, why: str) -> str:
    if override != bool(why.strip()):
        raise TroubleError("An override needs a reason, and a reason an override: say both --override and --why TEXT.")
    return why.strip()


def _turn(days: Days, last: date | None, wanted: Iterable[date], override_why: str) -> list[Mapping[str, Any]]:
    """Go on from day to day, each when the one before is over; what each day's services did."""
    if last and not override_why:
        _wait(days, f"{last} ends")
    begun = []
    for day in wanted:
        days.begin(day, override_why)
        if not override_why:
            _wait(days, f"{day}")
        begun.append(days.today())
    return begun


def _wait(days: Days, what: str) -> None:
    with _progress(what) as told:
        days.wait_until_over(told)


def _end(days: Days, begun: Sequence[Mapping[str, Any]], json: bool) -> None:
    if json:
        as_json(begun)
    elif begun:
        _show(begun[-1])
    else:
        typer.echo(f"Nothing was missed: the business day is {days.today()['date']}.")


@contextmanager
def _progress(what: str) -> Iterator[Told]:
    """What is left to be done, on the terminal's last line, on stderr; nothing where there is no terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(what) as line:
        yield lambda left: line.update(f"{what}: {_listed(left) or 'done'}")


def _listed(left: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {to_do}" for name, to_do in left.items())


def _show(today: Mapping[str, Any]) -> None:
    table(("service", "done", "what"), [_row(one) for one in today["done"]])
    left = ", ".join(today["missing"])
    typer.echo(f"{today['date']}: " + (f"not done: {left}." if left else "every service is done."))


def _row(one: Mapping[str, Any]) -> tuple[str, str, str]:
    counts = [f"{count} {name}" for name, count in one["counts"].items()]
    money = [f"{name} ${amount}" for name, amount in one["money"].items()]
    return one["service"], one["done_at"][:19].replace("T", " "), ", ".join([*counts, *money]) or "nothing to do"
