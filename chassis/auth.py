"""Who is calling, and whether a route is theirs.

Tokens are bearer JWTs: signed by the town's OpenID Connect provider, or, where there is none, by a local key. A route
names the roles that may use it; one that names none keeps the service from starting.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import jwt
from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute

from chassis.refusal import Refused
from chassis.settings import Settings

ROLES = ("clerk", "specialist", "coordinator", "cashier", "field", "auditor", "it", "service")
AUDIENCE = "curbstop"


@dataclass(frozen=True)
class Caller:
    """A person or program, and what it may do."""

    name: str
    roles: frozenset[str]


Verify = Callable[[str], Awaitable[dict[str, Any]]]


def local_token(key: str, name: str, roles: list[str], lasts: timedelta = timedelta(hours=12)) -> str:
    """A token signed with the local key, for a town without an identity provider."""
    now = datetime.now(UTC)
    claims = {"sub": name, "roles": roles, "aud": AUDIENCE, "iat": now, "exp": now + lasts}
    return jwt.encode(claims, key, algorithm="HS256")


def verifier(settings: Settings) -> Verify:
    """How this process checks a token. Raises ValueError when neither an issuer nor a key is set."""
    if settings.oidc_issuer:
        return _from_issuer(settings.oidc_issuer, settings.oidc_audience)
    if settings.signing_key and len(settings.signing_key.get_secret_value()) >= 32:
        return _by_key(settings.signing_key.get_secret_value())
    raise ValueError("Set CURBSTOP_OIDC_ISSUER, or CURBSTOP_SIGNING_KEY with at least 32 characters.")


def _by_key(key: str) -> Verify:
    async def verify(token: str) -> dict[str, Any]:
        return dict(jwt.decode(token, key, algorithms=["HS256"], audience=AUDIENCE))

    return verify


def _from_issuer(issuer: str, audience: str) -> Verify:
    keys: list[jwt.PyJWKClient] = []

    def decoded(token: str) -> dict[str, Any]:
        # The provider is asked on first use, so that a service starts while the provider is away.
        if not keys:
            found = httpx.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=5).json()
            keys.append(jwt.PyJWKClient(found["jwks_uri"], cache_keys=True))
        key = keys[0].get_signing_key_from_jwt(token)
        return dict(jwt.decode(token, key, algorithms=["RS256", "ES256", "EdDSA"], audience=audience, issuer=issuer))

    async def verify(token: str) -> dict[str, Any]:
        # In a thread: while the provider is asked, others are served.
        return await asyncio.to_thread(decoded, token)

    return verify


async def caller_of(request: Request) -> Caller:
    """The caller of a request; refuses with 401 and the reason when its token doesn't hold."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused("Sign in first: send your token in the header `Authorization: Bearer ...`.", 401)
    try:
        claims = await request.app.state.verify(token)
    except jwt.ExpiredSignatureError:
        raise Refused("Your token has expired. Sign in again.", 401) from None
    except (jwt.PyJWTError, httpx.HTTPError, KeyError) as error:
        raise Refused(f"Your token can't be accepted: {error}.", 401) from None
    return Caller(str(claims.get("sub", "unknown")), frozenset(claims.get("roles", ())))


CurrentCaller = Annotated[Caller, Depends(caller_of)]


def allow(*roles: str) -> Any:
    """Open a route to callers with one of these roles."""
    unknown = set(roles) - set(ROLES)
    if unknown or not roles:
        raise ValueError(f"A route names roles among {', '.join(ROLES)}; not {', '.join(sorted(unknown)) or 'none'}.")

    async def check(caller: CurrentCaller) -> None:
        if not caller.roles & set(roles):
            raise Refused(f"{caller.name} may not do this; it takes one of these roles: {', '.join(roles)}.", 403)

    check.opens = roles  # type: ignore[attr-defined]
    return Depends(check)


def everyone() -> Any:
    """Open a route to anyone who reaches the port: health and metrics, which say nothing of any customer."""

    async def check() -> None:
        return None

    check.opens = ("everyone",)  # type: ignore[attr-defined]
    return Depends(check)


def signed() -> Any:
    """Open a route whose handler checks a signature of its own, such as a vendor's webhook."""
    return everyone()


def refuse_unguarded(routers: Iterable[APIRouter]) -> None:
    """Raise ValueError, naming them, when routes say nothing about who may use them."""
    unguarded = [path for router in routers for path in _unguarded(router)]
    if unguarded:
        raise ValueError(f"These routes name no roles: {', '.join(unguarded)}. Add dependencies=[allow(...)].")


def _unguarded(router: APIRouter) -> list[str]:
    found: list[str] = []
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        if isinstance(inner, APIRouter):
            found += _unguarded(inner)
        elif not isinstance(route, APIRoute) or not _opened([*router.dependencies, *route.dependencies]):
            found.append(getattr(route, "path", repr(route)))
    return found


def _opened(dependencies: Iterable[Any]) -> bool:
    return any(hasattr(one.dependency, "opens") for one in dependencies)
