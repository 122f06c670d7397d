"""Wires billing together: `python -m chassis.serving billing`."""

from fastapi import FastAPI

from chassis.kit import Parts
from chassis.service import service_app
from chassis.settings import Settings
from chassis.townpack import Bundle, Mistake
from services.billing import api, events, policy, tariffs
from services.billing.bills.store import KEPT_IN
from services.billing.days.work import DAY
from services.billing.figures import FIGURES
from services.billing.late import deciding
from services.billing.ledger import announce
from services.billing.runs import work


def check_pack(bundle: Bundle) -> list[Mistake]:
    """What is wrong with billing's part of a pack: its section of town.yaml, and its tariffs."""
    return [*policy.check(bundle), *tariffs.check(bundle)]


PARTS = Parts(
    name="billing",
    subscriptions=events.SUBSCRIPTIONS,
    routers=api.ROUTERS,
    workers=(*DAY.workers, *work.WORKERS, deciding.WORKER),
    snapshots={"BalanceChanged": announce.republish},
    check_pack=check_pack,
    figures=FIGURES,
    kept=KEPT_IN,
)


def build(settings: Settings | None = None) -> FastAPI:
    """The service, from its environment unless told otherwise."""
    return service_app(PARTS, settings or Settings())
