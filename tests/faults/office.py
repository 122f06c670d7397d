"""The people of the office and their browser: what does not answer is asked again, as anybody would."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol

import httpx

from contracts.topics import SERVICES
from deploy.local.days import Days
from deploy.local.settling import wait_settled

PATIENCE = 240.0
PAUSE = 0.15
ROLES = ("clerk", "specialist", "coordinator", "cashier", "field", "auditor", "it", "service")


class Stuck(AssertionError):
    """Something did not come about although everything had been started again."""


class Reachable(Protocol):
    """Running services, by the names of their copies; a whole suite, or one service alone."""

    @property
    def services(self) -> Mapping[str, Any]: ...
    def url(self, name: str) -> str: ...
    def token(self, name: str, *roles: str) -> str: ...


@dataclass
class Office:
    """Two persons, of whom one approves what the other began, and the services they ask.

    `asked_again` counts requests that had no answer, or one that said the service could not just now.
    """

    at: Reachable
    patience: float = PATIENCE
    asked_again: int = 0
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def __enter__(self) -> "Office":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, service: str, method: str, path: str, by: str = "ann", **request: Any) -> httpx.Response:
        """Ask until there is an answer that says something about the request itself."""
        deadline, tries = time.monotonic() + self.patience, 0
        while True:
            said = self._once(self._address(service, tries), method, path, by, request)
            if isinstance(said, httpx.Response):
                return said
            if time.monotonic() > deadline:
                raise Stuck(f"{method} {path} of {service} had no answer for {self.patience:.0f} s: {said}")
            tries += 1
            self.asked_again += 1
            _pause()

    def get(self, service: str, path: str, **query: Any) -> Any:
        """What stands at an address."""
        return _well(self.ask(service, "GET", path, params=query)).json()

    def post(self, service: str, path: str, body: Any = None, by: str = "ann", **query: Any) -> Any:
        """Ask for something to be done; a refusal is an error."""
        return _well(self.ask(service, "POST", path, by, json=body, params=query)).json()

    def send(self, service: str, path: str, content: bytes, **query: Any) -> Any:
        """Hand in a file."""
        return _well(self.ask(service, "POST", path, content=content, params=query)).json()

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait for something; `what` says it, should it never come."""
        deadline = time.monotonic() + self.patience
        while not holds():
            if time.monotonic() > deadline:
                raise Stuck(f"It never came about within {self.patience:.0f} s: {what}.")
            _pause()

    def settle(self, services: Collection[str] = SERVICES) -> None:
        """Wait until every service has done all that was published to it, and its own news is out and taken too."""
        wait_settled(services, self.days.look, _pause, time.monotonic, self.patience)

    @property
    def days(self) -> Days:
        """The town's days, one after the other."""

        def ask(service: str, method: str, path: str, body: Any) -> Any:
            return _well(self.ask(service, method, path, json=body)).json()

        return Days(ask, _pause, time.monotonic, self.patience)

    def _address(self, service: str, tries: int) -> str:
        """One copy of the service after the other, as a load balancer would."""
        copies = [name for name in self.at.services if name.split()[0] == service]
        return self.at.url(copies[tries % len(copies)])

    def _once(self, address: str, method: str, path: str, by: str, request: dict[str, Any]) -> httpx.Response | str:
        headers = {"Authorization": f"Bearer {self.at.token(by, *ROLES)}"}
        try:
            answer = self._client.request(method, address + path, headers=headers, **request)
        except httpx.TransportError as error:
            return f"{type(error).__name__}: {error}"
        return f"{answer.status_code} {answer.text[:300]}" if answer.status_code >= 500 else answer


def _pause() -> None:
    time.sleep(PAUSE)


def _well(answer: httpx.Response) -> httpx.Response:
    if answer.status_code >= 400:
        raise AssertionError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}")
    return answer
