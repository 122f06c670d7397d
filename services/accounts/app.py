"""Wires accounts together: `python -m chassis.serving accounts`."""

from fastapi import FastAPI

from chassis.kit import Parts
from chassis.service import service_app
from chassis.settings import Settings
from services.accounts import announce, api, events
from services.accounts.day import DAY
from services.accounts.policy import TOWN

PARTS = Parts(
    name="accounts",
    subscriptions=events.SUBSCRIPTIONS,
    routers=api.ROUTERS,
    workers=(announce.WORKER, *DAY.workers),
    snapshots={"AccountChanged, ContactChanged": announce.publish_again},
    check_pack=TOWN.check,
)


def build(settings: Settings | None = None) -> FastAPI:
    """The service, from its environment unless told otherwise."""
    return service_app(PARTS, settings or Settings())
