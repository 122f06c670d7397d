"""HTTP routes of service points, their meters and the routes they are read on."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from chassis import days
from chassis.auth import allow
from chassis.web import Tx, Why
from services.metering.points import routes, store
from services.metering.points.trend import trend
from services.metering.review import Past
from services.metering.shapes import Shown
from services.metering.units import converted

router = APIRouter(tags=["service points and routes"])

LOOK = allow("clerk", "specialist", "coordinator", "field", "auditor", "service")
CHANGE = allow("specialist", "coordinator")
YEARS = timedelta(days=3 * 366)


class RouteShown(BaseModel):
    """A route and how many stops it has."""

    name: str
    cycle: str
    stops: int


class NewRoute(BaseModel):
    """A route to create, in a cycle."""

    name: Annotated[str, Field(min_length=1, max_length=10)]
    cycle: Annotated[str, Field(min_length=1, max_length=4)]


class Walk(BaseModel):
    """Service points in the order in which they are walked."""

    service_points: Annotated[list[str], Field(min_length=1)]
    why: Why


class PointShown(BaseModel):
    """A service point: where it is, what stands there, who is served."""

    id: UUID
    key: str
    premise: str
    address: str
    service: str
    cycle: str
    route: str
    sequence: int
    meters: list[dict[str, Any]]
    served: list[dict[str, Any]]


class PeriodShown(BaseModel):
    """Usage of one period."""

    period_end: date
    quantity: Shown
    estimated: bool


class TrendShown(BaseModel):
    """The newest twelve periods; `change` is the fraction by which they differ from the twelve before."""

    periods: int
    average: Shown
    median: Shown
    most: Shown
    most_on: date
    least: Shown
    least_on: date
    estimated: int
    change: Shown | None


class UsageShown(BaseModel):
    """Usage of a service point over the years, and its trend."""

    unit: str
    periods: list[PeriodShown]
    trend: TrendShown | None = None


class PointRead(BaseModel):
    """One read of a service point."""

    id: UUID
    meter: str
    state: str
    previous_on: date | None
    previous_value: Shown | None
    read_on: date | None
    value: Shown | None
    kind: str | None
    quantity: Shown | None
    unit: str
    findings: list[str]
    decided_by: str | None
    why: str | None
    replaces: UUID | None
    posted_on: date | None


@router.get("/routes", dependencies=[LOOK])
async def list_routes(tx: Tx, cycle: str | None = None) -> list[RouteShown]:
    """Routes of the town or of a cycle."""
    return [RouteShown(**row) for row in await store.routes(tx, cycle)]


@router.post("/routes", dependencies=[CHANGE], status_code=status.HTTP_201_CREATED)
async def create_route(tx: Tx, route: NewRoute) -> NewRoute:
    """Create a route; the same again changes nothing."""
    await routes.create(tx, route.name, route.cycle)
    return route


@router.put("/routes/{name}/stops", dependencies=[CHANGE])
async def reroute(tx: Tx, name: str, walk: Walk) -> dict[str, int]:
    """Put service points on a route, in this order; its stops that are not named follow."""
    return {"stops": await routes.reroute(tx, name, walk.service_points, walk.why)}


@router.get("/service-points/{key}", dependencies=[LOOK])
async def show_point(tx: Tx, key: str) -> PointShown:
    """A service point by the key the town's files call it."""
    point = await store.point_with_meter(tx, key)
    meters, served = await store.meters_of(tx, point["id"]), await store.occupants_of(tx, point["id"])
    return PointShown(**point, meters=meters, served=served)


@router.get("/service-points/{key}/usage", dependencies=[LOOK])
async def show_usage(tx: Tx, key: str) -> UsageShown:
    """Usage of the last three years, and how the newest twelve periods compare with the twelve before."""
    point = await store.point_with_meter(tx, key)
    since = (await days.today(tx)) - YEARS
    unit = point["unit"]
    periods = [
        Past(row["period_end"], converted(row["quantity"], row["unit"], unit), row["estimated"])
        for row in await store.usage_of(tx, point["id"], since)
    ]
    shown = [PeriodShown(period_end=one.period_end, quantity=one.quantity, estimated=one.estimated) for one in periods]
    found = trend(periods)
    return UsageShown(unit=unit, periods=shown, trend=None if found is None else TrendShown(**asdict(found)))


@router.get("/service-points/{key}/reads", dependencies=[LOOK])
async def show_reads(tx: Tx, key: str, limit: int = 36) -> list[PointRead]:
    """Reads of a service point, the newest first; replaced ones are marked so."""
    point = await store.point_with_meter(tx, key)
    return [PointRead(**row) for row in await store.reads_of(tx, point["id"], min(limit, 500))]
