"""A whole suite back at an instant: the cluster, then topics and messages, then everything taken up again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx

from chassis.auth import ROLES
from deploy.local import kafka_admin, reconverging
from deploy.local.archive import Archive
from deploy.local.databases import migrate
from deploy.local.folder import Folder
from deploy.local.news import Tell, silent
from deploy.local.reconverging import Prepared, tell_and_verify
from deploy.local.recovery import Recovered, recover
from deploy.local.supervisor import Plan, Suite, running
from deploy.local.trouble import TroubleError


@dataclass
class Restored:
    """What a restore came to; `seconds` by part."""

    recovered: Recovered
    prepared: Prepared | None = None
    ledger: dict[str, Any] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


@contextmanager
def restored(
    plan: Plan, archive: Archive, instant: datetime | None, tell: Tell = silent
) -> Iterator[tuple[Suite, Restored]]:
    """Restore to an instant (None: all there is), reconverge, and hand over the running suite.

    The plan's vendors are those it names and those the data folder knows. Raises TroubleError with what stands in the
    way; whoever sees the books at the end looks at `ledger`.
    """
    began = time.monotonic()
    with Folder(plan.folder).held() as folder:
        report = Restored(recover(folder, archive, instant, tell))
        plan = replace(plan, vendors=tuple(sorted({*plan.vendors, *_known_vendors(folder)})))
    report.seconds["cluster at the instant"] = report.recovered.seconds
    why = f"restored to {instant.isoformat() if instant else 'the end of the log'}"

    def before(suite: Suite) -> None:
        report.prepared = _prepare(suite, why, tell)

    with running(plan, tell, before) as suite:
        report.seconds["services up"] = time.monotonic() - began
        report.ledger, report.held = tell_and_verify(Services(suite), tell)
        report.seconds["agreed again"] = time.monotonic() - began
        yield suite, report


def _known_vendors(folder: Folder) -> list[str]:
    return [name.removeprefix("webhook ") for name in folder.secrets() if name.startswith("webhook ")]


def _prepare(suite: Suite, why: str, tell: Tell) -> Prepared:
    found, plan = suite.places, suite.plan
    migrate(suite.database_urls)
    admin = kafka_admin.connect(found.kafka_login)
    return reconverging.prepare(admin, plan.prefix, plan.vendors, suite.database_urls, why, tell)


class Services:
    """The services of a running suite, asked over HTTP."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite

    def ask(self, method: str, service: str, path: str) -> Any:
        """One request, its answer read from JSON. Raises TroubleError with the service's own sentence."""
        token = self._suite.token("restore", *ROLES)
        url = f"{self._suite.url(service)}{path}"
        answer = httpx.request(method, url, headers={"Authorization": f"Bearer {token}"}, timeout=None)
        if answer.is_error:
            raise TroubleError(f"{service}: {answer.status_code} {answer.text[:300]}")
        return answer.json()
