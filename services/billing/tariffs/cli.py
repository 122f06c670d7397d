"""Commands on tariffs that need no service running: `quote` and `tariff`."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from chassis.townpack import Bundle, Mistake, errors
from services.billing.tariffs import picture, shown
from services.billing.tariffs.asked import AskedError, asked
from services.billing.tariffs.check import check, load_tariffs
from services.billing.tariffs.compile import CompiledTariffs
from services.billing.tariffs.explain import explain
from services.billing.tariffs.pricing import blocks_of
from services.billing.tariffs.quote import Quote, changes
from services.billing.tariffs.quote import quote as quoted
from services.billing.tariffs.tariffs import Tariffs
from services.billing.tariffs.words import Language

tariff = typer.Typer(help="Check, explain and compare the tariffs of a town pack.", no_args_is_help=True)

Pack = Annotated[Path, typer.Argument(help="The folder of a town pack.", metavar="PACK")]
Services = Annotated[list[str] | None, typer.Option("--service", "-s", help="Only this service; may be repeated.")]
_WORDS = "usage=5432gal, class=..., days=..., sewer.class=..."
Words = Annotated[list[str] | None, typer.Argument(help=_WORDS, metavar="KEY=VALUE")]
Day = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="The day of read and bill.")]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Compare: a day before.")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Compare: a day after.")]
AsJson = Annotated[bool, typer.Option("--json", help="As data instead of text.")]


def quote(
    pack: Pack,
    words: Words = None,
    day: Day = None,
    services: Services = None,
    before: From = None,
    after: To = None,
    as_json: AsJson = False,
) -> None:
    """Work out one bill from a town pack, with its explanation; with --from and --to, what a change does to it."""
    tariffs = _tariffs(pack)
    try:
        if before is not None and after is not None:
            _compare(tariffs, before.date(), after.date(), words or [], services or [], as_json)
        elif day is not None and before is None and after is None:
            _quote(tariffs, day.date(), words or [], services or [], as_json)
        else:
            raise AskedError("Say --date, or --from and --to.")
    except AskedError as error:
        _fail(str(error))


@tariff.command("check")
def check_command(pack: Pack) -> None:
    """Every mistake in the tariffs of a pack: file, line and mend."""
    mistakes = check(_bundle(pack))
    for mistake in mistakes:
        typer.echo(str(mistake))
    if errors(mistakes):
        raise typer.Exit(1)
    typer.echo(f"The tariffs of {pack} can be applied.")


@tariff.command("explain")
def explain_command(
    pack: Pack,
    service: Annotated[str, typer.Option("--service", "-s", help="Which service.")],
    day: Day = None,
    language: Annotated[Language, typer.Option("--language", "-l", help="en or es.")] = "en",
) -> None:
    """A tariff in plain words, for a customer or a council: the version of a day, or the newest."""
    tariffs = _tariffs(pack)
    if service not in tariffs.services:
        _fail(f"There is no service `{service}`; there are {', '.join(tariffs.services)}.")
    try:
        typer.echo(explain(service, tariffs.services[service], day.date() if day else None, language))
    except AskedError as error:
        _fail(str(error))


def _quote(tariffs: Tariffs, day: date, words: list[str], services: list[str], as_json: bool) -> None:
    bill = quoted(tariffs, day, words, services)
    if as_json:
        typer.echo(json.dumps(shown.as_json(bill), indent=2))
    else:
        typer.echo(shown.text(bill, _pictures(tariffs, bill, words)))


def _compare(tariffs: Tariffs, before: date, after: date, words: list[str], services: list[str], as_json: bool) -> None:
    first, second = quoted(tariffs, before, words, services), quoted(tariffs, after, words, services)
    found = changes(first, second)
    if as_json:
        typer.echo(json.dumps(shown.changes_json(first, second, found), indent=2))
    else:
        typer.echo(shown.compared(first, second, found))


def _pictures(tariffs: Tariffs, bill: Quote, words: list[str]) -> Iterator[str]:
    question, compiled = asked(words, tariffs), CompiledTariffs(tariffs)
    usages = {name: question.usage(name, service.tariff) for name, service in compiled.services.items()}
    for name, priced in bill.bills.items():
        service = compiled[name]
        drawn = blocks_of(service, usages[name], question.account(name), bill.period, usages)
        for code, (label, unit, blocks) in drawn.items():
            if picture.helps(blocks):
                yield picture.picture(label, unit, blocks, picture.counted(priced, code))


def _tariffs(pack: Path) -> Tariffs:
    tariffs, mistakes = load_tariffs(_bundle(pack))
    if tariffs is None:
        _fail(_listed(errors(mistakes)))
    if not tariffs.services:
        _fail(f"There are no tariffs in {pack}: it has no files tariffs/<service>.yaml.")
    return tariffs


def _bundle(pack: Path) -> Bundle:
    try:
        return Bundle.read(pack)
    except FileNotFoundError as error:
        _fail(str(error))


def _listed(mistakes: list[Mistake]) -> str:
    return "\n".join(str(mistake) for mistake in mistakes)


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
