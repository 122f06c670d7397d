"""The simulated vendor's way over the signed webhook, for those without Kafka."""

import asyncio
import time
import uuid

import httpx
from pydantic import ValidationError

from contracts.payments import PaymentOutcome
from contracts.webhook import signed_headers
from deploy.local.demo.vendor_kafka import key_of

AT_ONCE = 16
TRIES = 4
PAUSE_SECONDS = 0.5


async def send_over_webhook(lines: dict[int, bytes], url: str, secret: str, within: float) -> dict[int, PaymentOutcome]:
    """Post each line, those of one account in their order; lines without a PaymentOutcome are not in the result."""
    answers: dict[int, PaymentOutcome] = {}
    room = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(timeout=within) as client:

        async def post_in_order(numbers: list[int]) -> None:
            for number in numbers:
                async with room:
                    answer = await _post(client, url, secret, lines[number])
                if answer is not None:
                    answers[number] = answer

        await asyncio.gather(*(post_in_order(numbers) for numbers in _by_account(lines)))
    return answers


def _by_account(lines: dict[int, bytes]) -> list[list[int]]:
    accounts: dict[bytes | int, list[int]] = {}
    for number, line in lines.items():
        accounts.setdefault(key_of(line) or number, []).append(number)
    return list(accounts.values())


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
