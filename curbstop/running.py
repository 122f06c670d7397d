"""How a command finds the suite: its data folder, the services' addresses, a token."""

import getpass
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from deploy.local.trouble import TroubleError

SERVICES = ("accounts", "metering", "billing", "payments", "collections", "notifications")
SECONDS = 60.0

_data = Path(__file__).resolve().parents[1] / ".curbstop"


def use(data: str) -> None:
    """Choose the data folder for this run of the command."""
    global _data  # noqa: PLW0603
    if data:
        _data = Path(data).absolute()


def data_folder() -> Path:
    return _data


def state() -> dict[str, Any] | None:
    """What the running suite wrote about itself; None when nothing runs from the data folder."""
    from deploy.local.folder import holder

    if holder(_data) is None:
        return None
    try:
        return dict(json.loads((_data / "state.json").read_text()))
    except FileNotFoundError:
        return None


def services(names: list[str] | None = None) -> list[str]:
    """The services named, or all. Raises TroubleError for a name that is none."""
    unknown = set(names or ()) - set(SERVICES)
    if unknown:
        raise TroubleError(f"There is no service {', '.join(sorted(unknown))}; there are {', '.join(SERVICES)}.")
    return list(names or SERVICES)


def address(service: str) -> str:
    """Where a service answers: CURBSTOP_BILLING_URL, or what `curbstop up` wrote down."""
    variable = f"CURBSTOP_{service.upper()}_URL"
    if given := os.environ.get(variable):
        return given.rstrip("/")
    known = state()
    if known is None:
        raise TroubleError(f"Where is {service}? Start the suite with `curbstop up`, or set {variable}.")
    if service not in known["services"]:
        raise TroubleError(f"{service} does not run here; set {variable}.")
    return str(known["services"][service]["url"])


def token() -> str:
    """CURBSTOP_TOKEN, or a token of the embedded suite in the name of whoever is at the terminal."""
    if given := os.environ.get("CURBSTOP_TOKEN"):
        return given
    if state() is None:
        raise TroubleError("Set CURBSTOP_TOKEN to a token of your identity provider with the role `it`.")
    return admin_token()


def admin_token() -> str:
    """A token for trying the API of the embedded suite, with every role of a person."""
    from chassis.auth import ROLES, local_token
    from deploy.local.folder import Folder

    roles = [role for role in ROLES if role != "service"]
    return local_token(Folder(_data).secret("signing key"), getpass.getuser(), roles)


def call(method: str, service: str, path: str, **options: Any) -> Any:
    """One request to a service, its answer read from JSON. Raises TroubleError with the service's own sentence."""
    import httpx

    url = address(service) + path
    try:
        answer = _client().request(
            method, url, headers={"Authorization": f"Bearer {token()}"}, **{"timeout": SECONDS, **options}
        )
    except httpx.TransportError as error:
        raise TroubleError(f"{service} does not answer at {url} ({error}): see `curbstop status`.") from None
    if answer.is_error:
        raise TroubleError(f"{service}: {_sentence(answer)}")
    return answer.json()


@cache
def _client() -> Any:
    """One for all requests of a command: each new one reads the system's certificates first."""
    import httpx

    return httpx.Client()


def _sentence(answer: Any) -> str:
    try:
        said = answer.json()
        return str(said.get("error") or said.get("detail") or said)
    except ValueError:
        return f"{answer.status_code} {answer.text[:300]}"
