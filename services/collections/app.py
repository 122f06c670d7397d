"""Wires collections together: `python -m chassis.serving collections`."""

from fastapi import FastAPI

from chassis.kit import Parts
from chassis.service import service_app
from chassis.settings import Settings
from services.collections import api, events
from services.collections.cases import republishing
from services.collections.day import DAY
from services.collections.policy import TOWN

PARTS = Parts(
    name="collections",
    subscriptions=events.SUBSCRIPTIONS,
    routers=api.ROUTERS,
    workers=DAY.workers,
    snapshots={"CollectionStatusChanged": republishing.publish_again},
    check_pack=TOWN.check,
)


def build(settings: Settings | None = None) -> FastAPI:
    """The service, from its environment unless told otherwise."""
    return service_app(PARTS, settings or Settings())
