"""The signed webhook of payment vendors: Standard Webhooks, `POST /vendors/<vendor>/payments` on payments.

The body is one VendorPayment as JSON, the same as on the intake topic; the answer is a PaymentOutcome.
"""

import base64
import hashlib
import hmac


def signed_headers(secret: str, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of one try to post `body` at the Unix time `at` (seconds).

    `secret` begins with `whsec_`. `message_id` is the same at every try of one message.
    Source: https://www.standardwebhooks.com, symmetric signatures (HMAC-SHA256 of id.timestamp.body).
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
