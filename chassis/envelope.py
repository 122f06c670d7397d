"""The headers a message travels with: CloudEvents 1.0, the trace it belongs to, and who caused it."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from json.encoder import encode_basestring_ascii as _quoted


def new_trace() -> str:
    """A W3C traceparent that begins a trace."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def next_hop(traceparent: str) -> str:
    """The same trace, one hop on; a malformed one begins anew."""
    parts = traceparent.split("-")
    if len(parts) != 4 or len(parts[1]) != 32:
        return new_trace()
    return f"{parts[0]}-{parts[1]}-{secrets.token_hex(8)}-{parts[3]}"


def headers_for(kind: str, identity: str, source: str, subject: str, trace: str, actor: str, time: datetime) -> str:
    """CloudEvents attributes as Kafka headers (binary content mode), with `traceparent` and `actor`.

    They are kept as a JSON list of pairs, and written as such at once: a billing night makes one for every bill.
    """
    stamp = time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        f'[["ce_specversion","1.0"],["ce_id",{_quoted(identity)}],["ce_type",{_quoted(kind)}],'
        f'["ce_source",{_quoted("/curbstop/" + source)}],["ce_time","{stamp}"],["ce_subject",{_quoted(subject)}],'
        f'["content-type","application/json"],["traceparent",{_quoted(trace)}],["actor",{_quoted(actor)}]]'
    )


def readable(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Headers as text; what isn't text is left out, for a stranger's header must not stop a message."""
    texts: dict[str, str] = {}
    for name, value in headers:
        if value is not None:
            try:
                texts[name] = value.decode()
            except UnicodeDecodeError:
                continue
    return texts
