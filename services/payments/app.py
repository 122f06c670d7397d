"""Wires payments together: `python -m chassis.serving payments`."""

from fastapi import FastAPI

from chassis.kit import Parts
from chassis.service import service_app
from services.payments import api, events
from services.payments.day import DAY
from services.payments.intake.events import subscription_of
from services.payments.policy import TOWN
from services.payments.settings import PaymentsSettings


def build(settings: PaymentsSettings | None = None) -> FastAPI:
    """The service, from its environment unless told otherwise; one door for each vendor that has a secret."""
    settings = settings or PaymentsSettings()
    doors = [subscription_of(vendor) for vendor in settings.webhook_secrets]
    parts = Parts(
        name="payments",
        subscriptions=(*events.SUBSCRIPTIONS, *doors),
        routers=api.ROUTERS,
        workers=DAY.workers,
        check_pack=TOWN.check,
    )
    return service_app(parts, settings)
