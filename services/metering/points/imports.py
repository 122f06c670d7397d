"""The conversion's files of metering: where meters are, what they last showed, what was used before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis import bulk
from chassis.database import Transaction
from chassis.imports import BadRow, Flag, ImportFile, Kept, Row
from contracts.ids import derived_id, thing_id
from services.metering.orders import events as orders
from services.metering.points import store
from services.metering.policy import TOWN
from services.metering.tables import LastRead, Meter, ServicePoint
from services.metering.usage import Register

Key = Annotated[str, Field(min_length=1, max_length=20)]
"""A key of the old system: at most 20 characters, which is what a handheld's file carries."""
Text = Annotated[str, Field(max_length=200)]
Unit = Literal["gal", "kgal", "cf", "ccf", "m3"]
Amount = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=6)]
EARLIEST = date(1900, 1, 1)


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True)

    @property
    def content_hash(self) -> bytes:
        """Equal for rows that say the same."""
        return blake2b(self.model_dump_json().encode(), digest_size=16).digest()


class ServicePointLine(_Line):
    """A row of service_points.csv: a service point with the meter in place."""

    service_point: Key
    premise: Key
    service: Literal["water", "reclaimed", "wholesale"]
    cycle: Annotated[str, Field(min_length=1, max_length=4)]
    route: Annotated[str, Field(min_length=1, max_length=10)]
    sequence: Annotated[int, Field(ge=0, le=999_999)]
    address: Text
    meter: Key
    register_number: Annotated[str, Field(alias="register", min_length=1, max_length=10)]
    size: Annotated[str, Field(max_length=8)]
    dials: Annotated[int, Field(ge=1, le=10)]
    decimals: Annotated[int, Field(ge=0)]
    unit: Unit
    multiplier: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6)]
    installed: date

    @model_validator(mode="after")
    def _makes_sense(self) -> "ServicePointLine":
        Register(self.dials, self.decimals, self.unit, self.multiplier)
        return self


class LastReadLine(_Line):
    """A row of last_reads.csv: where the next usage counts from."""

    service_point: Key
    date: date
    value: Amount
    kind: Literal["actual", "estimated", "customer", "final", "exchange"]


class UsageLine(_Line):
    """A row of usage.csv: usage of an earlier period."""

    service_point: Key
    service: Key
    period_end: date
    quantity: Amount
    unit: Unit
    estimated: Flag


async def keep_service_points(tx: Transaction, rows: list[Row[ServicePointLine]]) -> Kept:
    """Keep service points and their meters; a point on record with other content is refused."""
    key = (await TOWN.in_force(tx)).key
    by_id = {thing_id(key, "service_point", row.value.service_point): row for row in rows}
    refused = _doubled(rows, by_id)
    refused += await _in_other_cycles(tx, rows)
    out = {bad.line for bad in refused}
    points = [_point(key, id_, row.value) for id_, row in by_id.items() if row.line not in out]
    arrivals = await bulk.insert_new(tx, ServicePoint, points, "id")
    new = [(id_, by_id[id_].value) for id_ in sorted(arrivals.new)]
    await bulk.copy_in(tx, Meter, [_meter(id_, line) for id_, line in new])
    refused += _conflicts(by_id, arrivals.conflicting)
    await store.note_growth(tx, "service_point", "meter")
    await orders.points_arrived(tx, arrivals.new)
    return Kept(len(arrivals.new), len(arrivals.repeated), refused)


def _point(town_key: str, id_: UUID, line: ServicePointLine) -> dict[str, Any]:
    return {
        "id": id_,
        "key": line.service_point,
        "premise_id": thing_id(town_key, "premise", line.premise),
        "premise": line.premise,
        "service": line.service,
        "cycle": line.cycle,
        "route": line.route,
        "sequence": line.sequence,
        "address": line.address,
        "content_hash": line.content_hash,
    }


def _meter(service_point_id: UUID, line: ServicePointLine) -> dict[str, Any]:
    return {
        "id": derived_id("meter", service_point_id, line.meter, line.installed),
        "service_point_id": service_point_id,
        "number": line.meter,
        "register_number": line.register_number,
        "size": line.size,
        "dials": line.dials,
        "decimals": line.decimals,
        "unit": line.unit,
        "multiplier": line.multiplier,
        "installed": line.installed,
    }


async def _in_other_cycles(tx: Transaction, rows: Iterable[Row[ServicePointLine]]) -> list[BadRow]:
    """A route belongs to one cycle: rows that put it into another are refused."""
    first = {row.value.route: row.value.cycle for row in reversed(list(rows))}
    cycles = await store.keep_routes(tx, first)
    return [
        BadRow(
            line=row.line,
            reason=f"route {row.value.route} is of cycle {cycles[row.value.route]}, not {row.value.cycle}",
        )
        for row in rows
        if cycles[row.value.route] != row.value.cycle
    ]


async def keep_last_reads(tx: Transaction, rows: list[Row[LastReadLine]]) -> Kept:
    """Keep where usage counts from; once reads were posted, the same file changes nothing any more."""
    key = (await TOWN.in_force(tx)).key
    by_id = {thing_id(key, "service_point", row.value.service_point): row for row in rows}
    lines = [
        {
            "service_point_id": id_,
            "read_on": row.value.date,
            "value": row.value.value,
            "kind": row.value.kind,
            "content_hash": row.value.content_hash,
        }
        for id_, row in by_id.items()
    ]
    arrivals = await bulk.insert_new(tx, LastRead, lines, "service_point_id")
    refused = _doubled(rows, by_id) + _conflicts(by_id, arrivals.conflicting)
    await store.note_growth(tx, "last_read")
    return Kept(len(arrivals.new), len(arrivals.repeated), refused)


async def keep_usage(tx: Transaction, rows: list[Row[UsageLine]]) -> Kept:
    """Keep usage of earlier periods; what is on record for a period stays."""
    key = (await TOWN.in_force(tx)).key
    new = await store.add_usage(
        tx, ((thing_id(key, "service_point", row.value.service_point), row.value) for row in rows)
    )
    await store.note_growth(tx, "usage_history")
    return Kept(new, len(rows) - new)


def _doubled(rows: Sequence[Row[Any]], kept: Mapping[UUID, Row[Any]]) -> list[BadRow]:
    lines = {row.line for row in kept.values()}
    return [
        BadRow(line=row.line, reason=f"service point {row.value.service_point} stands again further down")
        for row in rows
        if row.line not in lines
    ]


def _conflicts(by_id: Mapping[UUID, Row[Any]], conflicting: Iterable[UUID]) -> list[BadRow]:
    return [
        BadRow(
            line=by_id[id_].line,
            reason=f"service point {by_id[id_].value.service_point} was imported with other content; change it there",
        )
        for id_ in conflicting
    ]


FILES = (
    ImportFile("service_points", ServicePointLine, keep_service_points),
    ImportFile("last_reads", LastReadLine, keep_last_reads),
    ImportFile("usage", UsageLine, keep_usage, amount="quantity"),
)
