"""Posts one payment to the signed webhook (Standard Webhooks), with Python's standard library alone.

source .curbstop/vendors/sample-bank.env
python docs/examples/webhook.py docs/examples/payment.json
"""

import base64
import hashlib
import hmac
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path


def signed(secret: str, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of one try to post `body` at the Unix time `at`. `message_id` is the same at every try."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def post(url: str, secret: str, body: bytes) -> tuple[int, str]:
    """The status and the answer, which is the same JSON as on the outcome topic."""
    headers = signed(secret, f"msg_{uuid.uuid4().hex}", int(time.time()), body)
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


if __name__ == "__main__":
    status, answer = post(os.environ["WEBHOOK_URL"], os.environ["WEBHOOK_SECRET"], Path(sys.argv[1]).read_bytes())
    print(status, answer)  # noqa: T201
