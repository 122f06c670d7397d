"""The simulated vendor's way over the signed webhook, for those without Kafka."""

import asyncio
import time
import uuid

import httpx
from pydantic import ValidationError

from contracts.payments import PaymentOutcome
from contracts.webhook import signed_headers

AT_ONCE = 16
TRIES = 4
PAUSE_SECONDS = 0.5


async def send_over_webhook(lines: dict[int, bytes], url: str, secret: str, within: float) -> dict[int, PaymentOutcome]:
    """Post each line; lines that got no PaymentOutcome for an answer are not in the result."""
    room = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(timeout=within) as client:

        async def one(body: bytes) -> PaymentOutcome | None:
            async with room:
                return await _post(client, url, secret, body)

        answers = await asyncio.gather(*(one(body) for body in lines.values()))
    return {number: answer for number, answer in zip(lines, answers, strict=True) if answer is not None}


async def _post(client: httpx.AsyncClient, url: str, secret: str, body: bytes) -> PaymentOutcome | None:
    """Try until the town answers: an answer of 5xx, or none, says nothing about the payment."""
    message_id = f"msg_{uuid.uuid4().hex}"
    for attempt in range(TRIES):
        try:
            headers = signed_headers(secret, message_id, int(time.time()), body)
            response = await client.post(url, content=body, headers=headers)
        except httpx.TransportError:
            response = None
        if response is not None and response.status_code < 500:
            return _outcome(response)
        await asyncio.sleep(PAUSE_SECONDS * 2**attempt)
    return None


def _outcome(response: httpx.Response) -> PaymentOutcome | None:
    try:
        return PaymentOutcome.model_validate_json(response.content)
    except ValidationError:
        return None
