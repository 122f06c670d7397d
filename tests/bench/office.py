"""The people of the billing night, at the services' own HTTP doors; progress is read from the databases.

`/settled` asks Kafka for every offset, and asked often it would be a load of its own: so the bench counts rows.
"""

import base64
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from typing import Any

import httpx
import psycopg
from sqlalchemy import make_url

from chassis.townpack import Bundle
from deploy.local.settling import Look, wait_settled
from deploy.local.supervisor import REPOSITORY, Suite

PACK = REPOSITORY / "deploy/towns/windsor-co"
POLL = 0.1
PATIENCE = 1800.0
ROLES = ("coordinator", "specialist", "it", "service", "auditor", "field")


class Office:
    """Callers and counters of a running suite."""

    def __init__(self, suite: Suite, stack: ExitStack) -> None:
        self.suite = suite
        self._http = stack.enter_context(httpx.Client(timeout=600))
        self._databases = {
            service: stack.enter_context(psycopg.connect(plain(url), autocommit=True))
            for service, url in suite.database_urls.items()
        }

    def post(self, service: str, path: str, person: str = "ann", **request: Any) -> Any:
        """Do something; raises RuntimeError with what the service said when it refuses."""
        return self._answer(self._http.post(self.suite.url(service) + path, headers=self._headers(person), **request))

    def get(self, service: str, path: str, person: str = "ann") -> Any:
        """Look at something."""
        return self._answer(self._http.get(self.suite.url(service) + path, headers=self._headers(person)))

    def apply_pack(self) -> None:
        """Put Windsor's pack in force everywhere."""
        files = {path: base64.b64encode(content).decode() for path, content in Bundle.read(PACK).files.items()}
        for service in self.suite.plan.services:
            self.post(service, "/town", json={"files": files})

    def count(self, service: str, query: str, *parameters: object) -> int:
        """The first number a query answers."""
        row = self._databases[service].execute(query, parameters).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def say(self, service: str, query: str, *parameters: object) -> str:
        """The first word a query answers."""
        row = self._databases[service].execute(query, parameters).fetchone()
        return str(row[0]) if row else ""

    def wait(self, what: str, holds: Callable[[], bool]) -> float:
        """Wait until something holds; answers when that was. Raises when a process died, or nothing comes of it."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            self.suite.check()
            if time.monotonic() > deadline:
                raise RuntimeError(f"{what} did not come about in {PATIENCE:.0f} s: {self.standing()}")
            time.sleep(POLL)
        return time.monotonic()

    def wait_settled(self) -> None:
        """Wait until no service has anything left to do, twice over: one's last news may be another's work."""
        wait_settled(self.suite.plan.services, self._look, lambda: time.sleep(POLL), time.monotonic, PATIENCE)

    def standing(self) -> Look:
        """What each service has left to do."""
        return self._look(self.suite.plan.services)

    def _look(self, services: Collection[str]) -> Look:
        self.suite.check()
        return {service: self.get(service, "/settled") for service in services}

    def refuse_losses(self) -> None:
        """Raise when a message was kept as a dead letter: the figures would be those of another night."""
        for service in self.suite.plan.services:
            if letters := self.count(service, "select count(*) from dead_letter"):
                reason = self.say(service, "select reason from dead_letter order by id limit 1")
                raise RuntimeError(f"{service} kept {letters} dead letters, the first because: {reason}")

    def _headers(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.suite.token(person, *ROLES)}"}

    def _answer(self, response: httpx.Response) -> Any:
        if response.is_error:
            raise RuntimeError(f"{response.request.method} {response.url} answered {response.text[:2000]}")
        return response.json()


def plain(url: str) -> str:
    """An address as psycopg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
