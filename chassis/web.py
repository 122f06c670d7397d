"""HTTP at the edge: one transaction per request, committed before the answer leaves; errors as sentences."""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from aiokafka.errors import KafkaError
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, StringConstraints
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.auth import CurrentCaller
from chassis.database import Transaction
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.kit import Kit
from chassis.logs import logger
from chassis.metrics import Metrics
from chassis.passing import DATABASE_AWAY
from chassis.refusal import Refused

BODY_LIMIT = 64 * 1024 * 1024
AWAY = (*DATABASE_AWAY, KafkaError, ConnectionError)
"""What a request meets while a part that it needs is down, or has ended its transaction: the same may work soon."""


def kit_of(request: Request) -> Kit:
    """The running service a request came to."""
    kit: Kit = request.app.state.kit
    return kit


async def begin(request: Request, caller: CurrentCaller) -> AsyncIterator[Transaction]:
    """A transaction in the caller's name. Every change leaves an audit row: its own, or this one."""
    kit = kit_of(request)
    trace = request.headers.get("traceparent") or new_trace()
    async with transaction(kit.engine, kit.parts.name, caller.name, trace) as tx:
        yield tx
        if request.method not in ("GET", "HEAD") and not tx.audits:
            tx.audit(request.method.lower(), request.url.path, "as requested")


# "function": the commit happens before the response is sent. The default would tell the caller "done" first.
Tx = Annotated[Transaction, Depends(begin, scope="function")]

Why = Annotated[str, StringConstraints(min_length=3, max_length=500)]
"""Why somebody decides so, in their own words; kept in the audit."""


class Reason(BaseModel):
    """A decision that needs nothing but its reason."""

    why: Why


def answer_with_sentences(app: FastAPI) -> None:
    """Every error is JSON with a sentence under `error`."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        body: dict[str, Any] = {"error": error.sentence}
        if hasattr(error, "report"):
            body["report"] = error.report.model_dump(mode="json")
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
        return JSONResponse(body, status_code=error.status, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = [
            {"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"]} for one in error.errors()
        ]
        named = ", ".join(one["field"] for one in fields)
        return JSONResponse({"error": f"The request is not valid: see {named}.", "fields": fields}, status_code=422)

    async def away(request: Request, error: Exception) -> JSONResponse:
        logger("web").warning("request_put_off", path=request.url.path, error=str(error) or type(error).__name__)
        sentence = "The database or Kafka does not answer just now. Try again in a moment."
        return JSONResponse({"error": sentence}, status_code=503, headers={"Retry-After": "2"})

    for fault in AWAY:
        app.add_exception_handler(fault, away)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        logger("web").error("request_failed", path=request.url.path, exc_info=error)
        return JSONResponse({"error": "Something went wrong here. It is in the service's log."}, status_code=500)


class Measured:
    """Notes how long each route takes to answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            metrics: Metrics = scope["app"].state.kit.metrics
            metrics.requests.labels(scope["method"], route, str(status)).observe(time.perf_counter() - started)


class BodyLimit:
    """Refuses a body that is too large before it fills the memory."""

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > self.limit else message

        async def unless_too_large(message: Message) -> None:
            if seen <= self.limit:
                await send(message)

        try:
            await self.app(scope, counted, unless_too_large)
        except Exception:
            if seen <= self.limit:
                raise
        if seen > self.limit:
            told = f"The body is larger than {self.limit // 2**20} MB. Send it in parts."
            await JSONResponse({"error": told}, status_code=413)(scope, receive, send)
