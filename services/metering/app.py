"""Metering, wired: settings -> database -> broker -> HTTP."""

from fastapi import FastAPI

from chassis.imports import import_routes
from chassis.kit import Parts
from chassis.service import service_app
from chassis.settings import Settings
from services.metering import api
from services.metering.day import DAY
from services.metering.events import SUBSCRIPTIONS
from services.metering.orders.watching import keep_count
from services.metering.points.imports import FILES
from services.metering.policy import TOWN
from services.metering.readings import opening, posting


def build(settings: Settings | None = None) -> FastAPI:
    """The service as one ASGI application."""
    parts = Parts(
        name="metering",
        subscriptions=SUBSCRIPTIONS,
        routers=(import_routes(FILES, "coordinator", "it", "service"), *api.ROUTERS),
        workers=(opening.WORKER, posting.WORKER, *DAY.workers),
        check_pack=TOWN.check,
        background=(keep_count,),
    )
    return service_app(parts, settings or Settings())
