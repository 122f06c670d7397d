"""The people who work for the sample town, and how they work: by the services' HTTP, each with their own token."""

import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

from contracts.topics import SERVICES
from deploy.local.days import Days
from deploy.local.settling import Look, wait_settled
from deploy.local.supervisor import Suite
from deploy.local.trouble import TroubleError

PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.1
REQUEST_SECONDS = 300.0


@dataclass(frozen=True)
class Staff:
    """Somebody who works for the town, and what they may do."""

    name: str
    title: str
    role: str


PAT = Staff("pat", "clerk", "clerk")
SAM = Staff("sam", "billing specialist", "specialist")
KIM = Staff("kim", "billing coordinator", "coordinator")
ANA = Staff("ana", "cashier", "cashier")
LEE = Staff("lee", "meter reader", "field")
RUTH = Staff("ruth", "auditor", "auditor")
DANA = Staff("dana", "IT", "it")
EVERYBODY = (PAT, SAM, KIM, ANA, LEE, RUTH, DANA)


@dataclass(frozen=True)
class Refusal:
    """What a service says when it does not do what it was asked."""

    status: int
    sentence: str
    report: Mapping[str, Any]


class Office:
    """Asks services in people's names."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._tokens = {who: suite.token(who.name, who.role) for who in EVERYBODY}
        self._clients = {name: httpx.Client(base_url=suite.url(name), timeout=REQUEST_SECONDS) for name in SERVICES}
        self._lookers = ThreadPoolExecutor(len(SERVICES))

    def __enter__(self) -> "Office":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lookers.shutdown()
        for client in self._clients.values():
            client.close()

    def get(self, who: Staff, service: str, path: str, **query: Any) -> Any:
        """What a service shows somebody: values of its JSON, or bytes of anything else."""
        return self._read(who, service, self._ask(who, "GET", service, path, params=query))

    def post(
        self, who: Staff, service: str, path: str, body: Any = None, content: str | None = None, **query: Any
    ) -> Any:
        """What a service answers when somebody asks it to do something. Raises TroubleError if it does not do it."""
        return self._read(who, service, self.try_post(who, service, path, body, content, **query))

    def refusal(
        self, who: Staff, service: str, path: str, body: Any = None, content: str | None = None, **query: Any
    ) -> Refusal | None:
        """Why a service does not do what somebody asks; None if it has done it."""
        answer = self.try_post(who, service, path, body, content, **query)
        if answer.is_success:
            return None
        said = answer.json()
        return Refusal(answer.status_code, str(said.get("error", said)), said.get("report", {}))

    def try_post(
        self, who: Staff, service: str, path: str, body: Any = None, content: str | None = None, **query: Any
    ) -> httpx.Response:
        """Ask, and answer whatever is said."""
        given = {"content": content.encode()} if content is not None else {"json": body}
        return self._ask(who, "POST", service, path, params=query, **given)

    def settle(self) -> None:
        """Wait until every service has done all there is to do."""
        wait_settled(SERVICES, self._look, lambda: time.sleep(PAUSE_SECONDS), time.monotonic, PATIENCE_SECONDS)

    def days(self, who: Staff) -> Days:
        """The town's days, as somebody turns them."""

        def ask(service: str, method: str, path: str, body: Any) -> Any:
            self._suite.check()
            more = {} if body is None else {"json": body}
            return self._read(who, service, self._ask(who, method, service, path, **more))

        return Days(ask, lambda: time.sleep(PAUSE_SECONDS), time.monotonic, PATIENCE_SECONDS)

    def _look(self, services: Collection[str]) -> Look:
        self._suite.check()
        return dict(zip(services, self._lookers.map(self._settled, services), strict=True))

    def _settled(self, service: str) -> Mapping[str, Any]:
        answer = self._ask(DANA, "GET", service, "/settled")
        return dict(answer.json()) if answer.is_success else {"error": answer.text[:200]}

    def _ask(self, who: Staff, method: str, service: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        try:
            return self._clients[service].request(method, path, headers=headers, **more)
        except httpx.TransportError as error:
            self._suite.check()
            raise TroubleError(f"{service} did not answer {who.name} at {path} ({type(error).__name__}).") from error

    def _read(self, who: Staff, service: str, answer: httpx.Response) -> Any:
        if answer.is_error:
            asked = f"{answer.request.method} {answer.request.url.path}"
            raise TroubleError(f"{service} refused {who.name}'s {asked} ({answer.status_code}): {answer.text[:600]}")
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json else answer.content
