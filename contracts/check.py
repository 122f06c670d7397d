"""Checks a file of vendor messages before anything is sent: `curbstop vendor check FILE`.

The file holds one JSON message, a JSON array of messages, or one message a line. Each finding says where, what is
wrong and what to do. An `error` would be refused, or taken for a conflict; a `warning` would be taken, though
perhaps not as it was meant.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contracts.base import OpenEnum
from contracts.messages import Broken, Message, messages_in
from contracts.payments import PaymentStage, VendorPayment

MAX_BYTES = 1_000_000

_FIELDS = tuple(VendorPayment.model_fields)
_OPEN = ("channel", "tender", "purpose", "stage")
_SUCH_AS = {
    "vendor_payment_id": '"SP-2023-000187"',
    "account_number": '"10042"',
    "amount": '"41.12"',
    "paid_at": '"2023-03-10T14:05:00-07:00"',
}


@dataclass(frozen=True)
class Finding:
    """One thing found in a file: the line it stands on, what is wrong, and what to do about it."""

    line: int
    message: str
    mend: str
    severity: Literal["error", "warning"] = "error"


def check_vendor_messages(text: str) -> list[Finding]:
    """What a vendor should know before sending these messages; nothing means they can go as they are."""
    findings: list[Finding] = []
    first_of: _FirstOf = {}
    messages = list(messages_in(text))
    for message in messages:
        findings += _broken(message) if isinstance(message, Broken) else _findings(message, first_of)
    if not messages:
        findings.append(Finding(1, "The file holds no message.", "Put one JSON object on each line."))
    return sorted(findings, key=lambda finding: finding.line)


def _broken(broken: Broken) -> list[Finding]:
    return [Finding(broken.line, f"This is not JSON: {broken.why}.", "Mend the JSON; one object on each line is best.")]


def _findings(message: Message, first_of: "_FirstOf") -> Iterator[Finding]:
    yield from _too_long(message)
    yield from _given_twice(message)
    if isinstance(message.value, dict):
        yield from _unknown_fields(message, message.value)
        yield from _card_numbers(message, message.value)
    try:
        payment = VendorPayment.model_validate_json(message.text)
    except ValidationError as error:
        yield from (_invalid(message, fault) for fault in error.errors(include_url=False))
    else:
        yield from _doubtful(message, payment)
        yield from _repeated(message, payment, first_of)


def _too_long(message: Message) -> Iterator[Finding]:
    if (size := len(message.text.encode())) > MAX_BYTES:
        yield Finding(
            message.line,
            f"The message has {size:,} bytes; Kafka takes at most {MAX_BYTES:,}.",
            "Send only the fields of VendorPayment; they fit in a few hundred bytes.",
        )


def _given_twice(message: Message) -> Iterator[Finding]:
    for name in message.given_twice:
        yield Finding(
            message.line_of(name), f'"{name}" is given twice in one message.', "Give it once: readers take either."
        )


def _unknown_fields(message: Message, value: dict[str, Any]) -> Iterator[Finding]:
    for name in value.keys() - set(_FIELDS):
        close = get_close_matches(name, _FIELDS, 1)
        mend = f'Did you mean "{close[0]}"?' if close else f"Known fields are {', '.join(_FIELDS)}."
        yield Finding(message.line_of(name), f'"{name}" is not a field we know; it is ignored.', mend, "warning")


def _card_numbers(message: Message, value: dict[str, Any]) -> Iterator[Finding]:
    for name, content in value.items():
        if name not in ("account_number", "vendor_payment_id") and _looks_like_a_card_number(str(content)):
            yield Finding(
                message.line_of(name),
                f'"{name}" holds what looks like a card number.',
                "Take it out. A card number must never be sent to the town, in any field.",
            )


def _looks_like_a_card_number(content: str) -> bool:
    runs = re.findall(r"(?<!\d)[3-6](?:[ -]?\d){12,18}(?!\d)", content)
    return any(_passes_luhn(re.sub(r"\D", "", run)) for run in runs)


def _passes_luhn(digits: str) -> bool:
    """The check digit of every payment card (ISO/IEC 7812-1)."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0


def _invalid(message: Message, fault: ErrorDetails) -> Finding:
    name = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "missing":
        return Finding(message.line, f'"{name}" is missing.', f'Add it, such as "{name}": {_SUCH_AS[name]}.')
    if not name:
        return Finding(message.line, f"This is not a payment: {_said(fault)}.", "Make it a JSON object.")
    said = _said(fault)
    shown = json.dumps(fault["input"], ensure_ascii=False, default=str)[:60]
    return Finding(message.line_of(name), f'"{name}" cannot be {shown}.', f"{said[:1].upper()}{said[1:]}.")


_SAID = {
    "model_type": "it is not a JSON object",
    "json_invalid": "it is not JSON as the standard has it (NaN and Infinity are not)",
    "string_type": "write it as a string, in quotes",
    "enum": "write it as a string of at most 60 printable characters",
    "string_too_short": "it must not be empty",
    "string_pattern_mismatch": "use printable characters only, and not only blanks",
    "literal_error": 'only "USD" is taken',
}


def _said(fault: ErrorDetails) -> str:
    return _SAID.get(fault["type"], fault["msg"].removeprefix("Value error, "))


def _doubtful(message: Message, payment: VendorPayment) -> Iterator[Finding]:
    if payment.amount <= 0:
        yield Finding(
            message.line_of("amount"),
            f'"amount" is {payment.amount}: a payment is more than zero.',
            "Leave it out. Refunds and chargebacks are not payments: tell the billing office.",
        )
    for name in _OPEN:
        value: OpenEnum = getattr(payment, name)
        if not value.known:
            known = ", ".join(type(value))
            yield Finding(
                message.line_of(name),
                f'"{name}" is "{value}", which we do not know.',
                f"Use one of {known}.",
            )


_FirstOf = dict[tuple[str, PaymentStage], tuple[int, VendorPayment]]
"""Where a payment stands first at each of its stages: pending and then received is no repetition."""


def _repeated(message: Message, payment: VendorPayment, first_of: _FirstOf) -> Iterator[Finding]:
    line, first = first_of.setdefault((payment.vendor_payment_id, payment.stage), (message.line, payment))
    if first is payment:
        return
    where = message.line_of("vendor_payment_id")
    if first == payment:
        yield Finding(
            where,
            f'"{payment.vendor_payment_id}" is on line {line} already, with the same content.',
            "Nothing to do, unless these are two payments: it will be answered as a duplicate and posted once.",
            "warning",
        )
    else:
        yield Finding(
            where,
            f'"{payment.vendor_payment_id}" is on line {line} already, with other content.',
            "Give each payment a number of its own: the second would be answered as a conflict and not posted.",
        )
