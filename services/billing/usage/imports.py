"""`usage.csv`: 24 months of usage out of the town's old system, for winter averages and the picture on the bill."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.bulk import upsert
from chassis.database import Transaction
from chassis.imports import BadRow, Flag, ImportFile, Kept, Row
from chassis.town import town_key
from contracts.ids import thing_id
from services.billing.usage.store import known_months
from services.billing.usage.tables import UsageHistory

Name = Annotated[str, Field(min_length=1, max_length=200)]
Month = tuple[UUID, str, date]


class UsageRow(BaseModel):
    """A month of a service point; `period_end` is the day of its closing read."""

    service_point: Name
    service: Name
    period_end: date
    quantity: Annotated[Decimal, Field(max_digits=21, decimal_places=6)]
    unit: Name
    estimated: Flag = False


async def keep_usage(tx: Transaction, rows: list[Row[UsageRow]]) -> Kept:
    """Months of usage; one that is there already takes the file's figures."""
    town = await town_key(tx)
    points = {name: thing_id(town, "service_point", name) for name in {row.value.service_point for row in rows}}
    first: dict[Month, Row[UsageRow]] = {}
    twice = [
        _named_twice(row, earlier)
        for row in rows
        if (earlier := first.setdefault(_month(points, row.value), row)) is not row
    ]
    known = await known_months(tx, set(points.values()))
    await upsert(
        tx,
        UsageHistory,
        [_values(month, row.value) for month, row in first.items()],
        ("service_point_id", "service", "period_end"),
    )
    new = sum(month not in known for month in first)
    return Kept(new, len(first) - new, twice)


def _month(points: dict[str, UUID], row: UsageRow) -> Month:
    return points[row.service_point], row.service, row.period_end


def _values(month: Month, row: UsageRow) -> dict[str, Any]:
    point, service, period_end = month
    return {
        "service_point_id": point,
        "service": service,
        "period_end": period_end,
        "quantity": row.quantity,
        "unit": row.unit,
        "estimated": row.estimated,
    }


def _named_twice(row: Row[UsageRow], earlier: Row[UsageRow]) -> BadRow:
    value = row.value
    return BadRow(
        line=row.line,
        reason=f"{value.service} of {value.service_point} to {value.period_end} stands on line {earlier.line} already.",
    )


FILES = (ImportFile("usage", UsageRow, keep_usage, amount="quantity"),)
