"""Import files: a CSV is read whole, every bad row is named, and nothing enters unless all of it may."""

import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, BeforeValidator, ValidationError

from chassis.auth import allow
from chassis.database import Transaction
from chassis.refusal import Refused
from chassis.web import Tx

R = TypeVar("R", bound=BaseModel)

Blank = BeforeValidator(lambda value: None if value == "" else value)
"""Marks an optional column: an empty cell is no value."""

Flag = Annotated[bool, BeforeValidator(lambda value: False if value == "" else value)]
"""A yes/no column; an empty cell is no."""


class BadRow(BaseModel):
    """A row that can't be imported: its line in the file, and why."""

    line: int
    reason: str


class ImportReport(BaseModel):
    """What became of an import file. `ties` tells whether the control totals given with it agree."""

    file: str
    rows: int
    imported: int
    repeated: int
    refused: list[BadRow]
    amount: Decimal
    ties: bool


@dataclass(frozen=True)
class Row(Generic[R]):
    """A good row and the line it stands on."""

    line: int
    value: R


@dataclass(frozen=True)
class Kept:
    """What the owner of the rows did: how many were new, how many were there already, and which it refused."""

    imported: int
    repeated: int = 0
    refused: Sequence[BadRow] = ()


@dataclass(frozen=True)
class ImportFile(Generic[R]):
    """An import file a service takes: its name, its row, how to keep rows, and the column whose sum is controlled."""

    name: str
    model: type[R]
    keep: Callable[[Transaction, list[Row[R]]], Awaitable[Kept]]
    amount: str | None = None


def parse(text: str, model: type[R]) -> tuple[list[Row[R]], list[BadRow]]:
    """Rows by their header. A missing or unknown column refuses the file as a whole, on line 1."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    wrong = _wrong_columns(reader.fieldnames or (), model)
    if wrong:
        return [], [BadRow(line=1, reason=wrong)]
    rows: list[Row[R]] = []
    bad: list[BadRow] = []
    try:
        for record in reader:
            _take_row(record, reader.line_num, model, rows, bad)
    except csv.Error as error:
        bad.append(BadRow(line=reader.reader.line_num, reason=f"Not CSV from here on: {error}."))
    return rows, bad


def _take_row(record: dict[Any, Any], line: int, model: type[R], rows: list[Row[R]], bad: list[BadRow]) -> None:
    if None in record or None in record.values():
        bad.append(BadRow(line=line, reason="The row has another number of cells than the header."))
        return
    try:
        rows.append(Row(line, model.model_validate(record)))
    except ValidationError as error:
        faults = "; ".join(f"{fault['loc'][0] if fault['loc'] else 'row'}: {fault['msg']}" for fault in error.errors())
        bad.append(BadRow(line=line, reason=faults))


def _wrong_columns(header: Sequence[str], model: type[BaseModel]) -> str:
    known = {field.alias or name: field.is_required() for name, field in model.model_fields.items()}
    missing = [name for name, required in known.items() if required and name not in header]
    unknown = [name for name in header if name not in known]
    parts = []
    if missing:
        parts.append(f"missing columns: {', '.join(missing)}")
    if unknown:
        parts.append(f"unknown columns: {', '.join(unknown)}")
    return "; ".join(parts)


def import_routes(files: Sequence[ImportFile[Any]], *roles: str) -> APIRouter:
    """`POST /imports/<name>` for each file."""
    router = APIRouter(prefix="/imports", tags=["imports"])
    for one in files:
        _add_route(router, one, roles)
    return router


def _add_route(router: APIRouter, one: ImportFile[Any], roles: Sequence[str]) -> None:
    @router.post(f"/{one.name}", dependencies=[allow(*roles)], name=f"import {one.name}")
    async def take(
        request: Request,
        tx: Tx,
        accept_bad_rows: bool = False,
        control_rows: int | None = None,
        control_amount: Decimal | None = None,
    ) -> ImportReport:
        """Import a CSV file: all of it, or nothing when a row is bad (unless accepted) or a control total is off."""
        report = await take_file(tx, one, await request.body(), accept_bad_rows, control_rows, control_amount)
        if not report.imported and not report.repeated and (report.refused or not report.ties):
            raise ImportRefused(report)
        return report


class ImportRefused(Refused):
    """A file of which nothing was imported; carries the report."""

    def __init__(self, report: ImportReport) -> None:
        why = f"{len(report.refused)} rows are bad" if report.refused else "the control totals don't tie"
        super().__init__(f"Nothing of {report.file} was imported: {why}.", 422)
        self.report = report


async def take_file(
    tx: Transaction,
    one: ImportFile[R],
    body: bytes,
    accept_bad_rows: bool,
    control_rows: int | None,
    control_amount: Decimal | None,
) -> ImportReport:
    """Read, check and keep one file; the report tells all of it."""
    rows, bad = parse(_text(body), one.model)
    amount = sum((getattr(row.value, one.amount) for row in rows), Decimal(0)) if one.amount else Decimal(0)
    read = len(rows) + len(bad)
    ties = control_rows in (None, read) and control_amount in (None, amount)
    kept = Kept(0)
    if ties and (accept_bad_rows or not bad):
        kept = await one.keep(tx, rows)
        if kept.refused and not accept_bad_rows:
            raise ImportRefused(_report(one.name, read, Kept(0, 0, [*bad, *kept.refused]), amount, ties))
        tx.audit("import", f"file {one.name}", "conversion", after={"rows": read, "imported": kept.imported})
    return _report(one.name, read, Kept(kept.imported, kept.repeated, [*bad, *kept.refused]), amount, ties)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            f"The file is not UTF-8 text (byte {error.start}). Save it as UTF-8 and send it again.", 422
        ) from None


def _report(name: str, rows: int, kept: Kept, amount: Decimal, ties: bool) -> ImportReport:
    return ImportReport(
        file=name,
        rows=rows,
        imported=kept.imported,
        repeated=kept.repeated,
        refused=sorted(kept.refused, key=lambda bad: bad.line),
        amount=amount,
        ties=ties,
    )
