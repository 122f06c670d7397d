"""A route says who may use it, or the service does not start; a token that doesn't hold opens nothing."""

from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import APIRouter, FastAPI

from chassis import health, operating
from chassis.auth import allow, everyone, local_token, refuse_unguarded, verifier
from chassis.kit import Parts
from chassis.service import service_app
from chassis.settings import Settings
from chassis.web import answer_with_sentences
from tests.running import KEY


def settings(**changes: Any) -> Settings:
    return Settings(**({"database_url": "postgresql+psycopg://", "kafka_servers": "nowhere"} | changes))


def client(key: str = KEY) -> httpx.AsyncClient:
    app = FastAPI()
    app.state.verify = verifier(settings(signing_key=key))

    @app.get("/money", dependencies=[allow("cashier", "coordinator")])
    async def money() -> str:
        return "10.00"

    @app.get("/health", dependencies=[everyone()])
    async def health() -> str:
        return "well"

    answer_with_sentences(app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_caller_with_one_of_the_roles_is_let_in() -> None:
    answer = await client().get("/money", headers=bearer(local_token(KEY, "pat", ["cashier"])))
    assert answer.json() == "10.00"


async def test_a_caller_without_the_role_is_told_which_it_takes() -> None:
    answer = await client().get("/money", headers=bearer(local_token(KEY, "pat", ["field"])))
    assert answer.status_code == 403
    assert answer.json()["error"] == "pat may not do this; it takes one of these roles: cashier, coordinator."


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic cGF0OnNlY3JldA=="},
        bearer(""),
        bearer("not.a.token"),
        bearer(local_token("another key of 32 and more characters", "pat", ["cashier"])),
        bearer(local_token(KEY, "pat", ["cashier"], timedelta(seconds=-1))),
        bearer(jwt.encode({"sub": "pat", "roles": ["cashier"], "aud": "elsewhere"}, KEY, algorithm="HS256")),
        bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiJwYXQiLCJyb2xlcyI6WyJjYXNoaWVyIl0sImF1ZCI6ImN1cmJzdG9wIn0."),
    ],
)
async def test_a_token_that_does_not_hold_opens_nothing(headers: dict[str, str]) -> None:
    answer = await client().get("/money", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_health_is_open_to_everyone() -> None:
    assert (await client().get("/health")).json() == "well"


def test_a_service_with_a_route_that_names_no_roles_does_not_start() -> None:
    router = APIRouter()

    @router.get("/secrets")
    async def secrets() -> str:
        return "all of them"

    with pytest.raises(ValueError, match="/secrets"):
        service_app(Parts(name="sample", routers=[router]), settings(signing_key=KEY))


def test_a_router_within_a_router_is_looked_at_too() -> None:
    inner, outer = APIRouter(), APIRouter()
    inner.add_api_route("/deep", lambda: None)
    outer.include_router(inner)
    with pytest.raises(ValueError, match="/deep"):
        refuse_unguarded([outer])


def test_every_route_of_the_chassis_itself_names_its_roles() -> None:
    refuse_unguarded([health.router, operating.router])


@pytest.mark.parametrize("key", [None, "short"])
def test_a_service_that_could_check_no_token_does_not_start(key: str | None) -> None:
    with pytest.raises(ValueError, match="CURBSTOP_SIGNING_KEY"):
        verifier(settings(signing_key=key))


def test_a_role_nobody_has_is_refused_where_the_route_is_written() -> None:
    with pytest.raises(ValueError, match="janitor"):
        allow("janitor")


async def test_a_token_of_the_towns_identity_provider_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = jwt.PyJWK(
        jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "1", "alg": "RS256"}
    )
    monkeypatch.setattr("httpx.get", lambda url, timeout: _Answer({"jwks_uri": "https://id.example/keys"}))
    monkeypatch.setattr(jwt.PyJWKClient, "get_signing_key_from_jwt", lambda self, token: public)
    verify = verifier(settings(oidc_issuer="https://id.example"))
    claims = {"sub": "pat", "roles": ["clerk"], "aud": "curbstop", "iss": "https://id.example"}
    assert (await verify(jwt.encode(claims, key, algorithm="RS256")))["sub"] == "pat"
    with pytest.raises(jwt.InvalidIssuerError):
        await verify(jwt.encode(claims | {"iss": "https://other.example"}, key, algorithm="RS256"))
    with pytest.raises(jwt.InvalidAlgorithmError):
        await verify(jwt.encode(claims, KEY, algorithm="HS256"))


class _Answer:
    def __init__(self, body: dict[str, str]) -> None:
        self.body = body

    def json(self) -> dict[str, str]:
        return self.body
