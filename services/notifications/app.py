"""Wires notifications together: `python -m chassis.serving notifications`."""

from fastapi import FastAPI

from chassis.kit import Parts
from chassis.service import service_app
from services.notifications import api, events
from services.notifications.day import DAY
from services.notifications.delivery.sending import emails_to_send, keep_sending
from services.notifications.mailings.mailing import worker
from services.notifications.policy import check
from services.notifications.settings import NotificationsSettings


def build(settings: NotificationsSettings | None = None) -> FastAPI:
    """The service, from its environment unless told otherwise."""
    settings = settings or NotificationsSettings()
    parts = Parts(
        name="notifications",
        subscriptions=events.SUBSCRIPTIONS,
        routers=api.ROUTERS,
        workers=(worker(settings.print_folder), *DAY.workers),
        check_pack=check,
        background=(keep_sending,),
        background_to_do=emails_to_send,
    )
    return service_app(parts, settings)
