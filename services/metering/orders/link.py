"""The link that a crew's phone opens its day's orders with: it names the crew and the day, and is good for that day.

Whoever holds the printed sheet holds the link, and can report these orders and see their addresses until the office
begins the next day. It opens nothing else: no other day, crew or route. The seal is an HMAC with the town's signing key
under a label of its own, so that no token and no other signature can stand for it.
"""

import base64
import hmac
from datetime import date
from urllib.parse import quote

from pydantic import SecretStr

from chassis.refusal import Refused

_LABEL = b"curbstop crew link v1"


def path_of(key: SecretStr, crew: str, day: date) -> str:
    """The page of a crew's day."""
    return f"/crew/{quote(crew, safe='')}/{day.isoformat()}/{_seal(key, crew, day)}"


def refuse_other(key: SecretStr | None, crew: str, day: date, seal: str, today: date) -> None:
    """Refuse a link that this town did not make, or made for another day."""
    if key is None or not hmac.compare_digest(_seal(key, crew, day).encode(), seal.encode()):
        raise Refused("This link is not one of ours. Scan the code on today's sheet.", 404)
    if day != today:
        raise Refused(f"This link was for {day:%B} {day.day}. Scan the code on today's sheet.", 410)


def _seal(key: SecretStr, crew: str, day: date) -> str:
    said = b"\n".join((_LABEL, crew.encode(), day.isoformat().encode()))
    digest = hmac.digest(key.get_secret_value().encode(), said, "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()
