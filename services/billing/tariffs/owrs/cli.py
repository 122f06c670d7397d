"""`curbstop owrs`: price a bill from a rate file, import it as a town pack, report on a folder of files."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from services.billing.tariffs import words
from services.billing.tariffs.lines import Line, Priced, PricingError
from services.billing.tariffs.owrs.importer import Imported, import_file
from services.billing.tariffs.owrs.model import MalformedError
from services.billing.tariffs.owrs.pack import PackExistsError, write_pack
from services.billing.tariffs.owrs.pricing import Pricer
from services.billing.tariffs.owrs.reader import read
from services.billing.tariffs.owrs.report import FileReport, files_in, reports

owrs = typer.Typer(
    name="owrs",
    help="Read Open Water Rate Specification files: price, import, report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

RateFilePath = Annotated[Path, typer.Argument(metavar="FILE", help="An OWRS file.", exists=True, dir_okay=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable; amounts are strings.")]


@owrs.command()
def price(
    file: RateFilePath,
    given: Annotated[
        list[str] | None,
        typer.Argument(metavar="key=value ...", help="cust_class=RESIDENTIAL_SINGLE usage_ccf=12 meter_size='3/4\"'"),
    ] = None,
    day: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Bill date; default: the effective date.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Price one bill, line by line."""
    imported = _imported(file)
    pricer = Pricer.of(imported)
    try:
        priced = pricer.price(_attributes(given or []), day.date() if day else None)
    except PricingError as error:
        _stop(str(error))
    typer.echo(json.dumps(_bill(imported, priced), indent=2) if as_json else _printed(imported, priced))


@owrs.command("import")
def import_(
    file: RateFilePath,
    pack: Annotated[Path, typer.Option("--output", "-o", metavar="PACK", help="The folder of the town pack.")],
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite the water rates that are there.")] = False,
) -> None:
    """Import a file as a town pack: tariffs/water.yaml, and a town.yaml to complete."""
    imported = _imported(file)
    try:
        written = write_pack(imported, pack, replace)
    except PackExistsError as error:
        _stop(str(error))
    for mistake in (*imported.refused.values(), *imported.warnings):
        typer.echo(str(mistake), err=True)
    count = len(imported.tariff.versions[0].classes)
    typer.echo(f"Imported {_counted(count, 'class', 'classes')} of {imported.file.utility}:")
    for path in written:
        typer.echo(f"  {path}")


@owrs.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with OWRS files.", exists=True)],
    as_json: AsJson = False,
    warnings: Annotated[bool, typer.Option("--warnings", help="Also what was odd but could be read.")] = False,
) -> None:
    """Say how many files and classes import and price, and why the others don't."""
    if not files_in(folder):
        _stop(f"There is no rate file (.owrs, .yaml, .yml) in {folder}.")
    found = list(_watched(folder))
    if as_json:
        typer.echo(json.dumps(_summary(found), indent=2))
        return
    for each in found:
        for mistake in (*each.reasons, *(each.warnings if warnings else ())):
            typer.echo(str(mistake))
    totals = _totals(found)
    typer.echo(
        f"{_counted(totals['files'], 'file', 'files')}: {totals['files_read']} read, "
        f"{totals['files_imported']} imported, {totals['files_priced']} price every class."
    )
    typer.echo(
        f"{_counted(totals['classes'], 'class', 'classes')}: {totals['classes_imported']} imported, "
        f"{totals['classes_priced']} priced ({totals['bills']} bills tried and priced)."
    )


def _watched(folder: Path) -> list[FileReport]:
    """The reports, with a bar on a terminal: a state's files take a while."""
    stderr, count = typer.get_text_stream("stderr"), len(files_in(folder))
    if not stderr.isatty():
        return list(reports(folder))
    with typer.progressbar(reports(folder), length=count, label="Reading", file=stderr) as bar:
        return list(bar)


def _imported(file: Path) -> Imported:
    try:
        return import_file(read(file.read_bytes(), str(file)))
    except MalformedError as error:
        _stop(str(error))


def _attributes(given: list[str]) -> dict[str, str]:
    attributes = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            _stop(f"`{each}` is not `key=value`. Write for example usage_ccf=12.")
        attributes[name.strip()] = value.strip()
    return attributes


def _stop(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(1)


def _bill(imported: Imported, priced: Priced) -> dict[str, Any]:
    """`charges` are under the file's own names, `bill` among them."""
    codes = dict.fromkeys(line.code for line in priced.lines)
    charges = {code: str(priced.amount(code)) for code in codes} | {"bill": str(priced.total)}
    return {
        "file": imported.file.file,
        "utility": imported.file.utility,
        "effective": imported.file.effective.isoformat(),
        "usage": None if priced.usage.quantity is None else str(priced.usage.quantity),
        "unit": priced.usage.unit,
        "lines": [_line(line) for line in priced.lines],
        "charges": charges,
        "total": str(priced.total),
    }


def _line(line: Line) -> dict[str, str | None]:
    told = line._asdict()
    return {name: None if value is None else str(value) for name, value in told.items() if name != "service"}


def _printed(imported: Imported, priced: Priced) -> str:
    rows = [(line.description, line.rule, words.amount(line.amount)) for line in priced.lines]
    rows.append(("Bill", "", words.amount(priced.total)))
    wide = [max(len(row[column]) for row in rows) for column in range(3)]
    heading = f"{imported.file.utility}, rates of {imported.file.effective.isoformat()}"
    lines = [f"{what:<{wide[0]}}  {rule:<{wide[1]}}  {amount:>{wide[2]}}" for what, rule, amount in rows]
    return "\n".join([heading, *lines])


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _totals(found: list[FileReport]) -> dict[str, int]:
    classes = [each for report_ in found for each in report_.classes]
    return {
        "files": len(found),
        "files_read": sum(each.reason is None for each in found),
        "files_imported": sum(each.imports for each in found),
        "files_priced": sum(bool(each.classes) and all(one.prices for one in each.classes) for each in found),
        "classes": len(classes),
        "classes_imported": sum(each.imports for each in classes),
        "classes_priced": sum(each.prices for each in classes),
        "bills": sum(each.bills for each in classes),
    }


def _summary(found: list[FileReport]) -> dict[str, Any]:
    reasons = [
        {"file": mistake.file, "line": mistake.line, "reason": f"{mistake.message} {mistake.mend}".strip()}
        for each in found
        for mistake in each.reasons
    ]
    files = [
        {
            "file": each.file,
            "imports": each.imports,
            "classes": [{"class": one.name, "imports": one.imports, "prices": one.prices} for one in each.classes],
            "warnings": [str(mistake) for mistake in each.warnings],
        }
        for each in found
    ]
    return _totals(found) | {"reasons": reasons, "by_file": files}
