"""A payment vendor, simulated: sends payments as they stand in a file and collects the town's answers.

    python -m deploy.local.demo.vendor PAYMENTS --answers FILE                   over Kafka
    python -m deploy.local.demo.vendor PAYMENTS --answers FILE --webhook URL     over the signed webhook

It is a program of its own that knows nothing of the suite but `contracts` and what a vendor is given: VENDOR,
KAFKA_SERVERS, KAFKA_USER, KAFKA_PASSWORD, KAFKA_TLS, WEBHOOK_URL and WEBHOOK_SECRET in the environment, or as
options. Each line of PAYMENTS is sent as it is, byte for byte, so that broken messages can be sent too.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError

from contracts.payments import PaymentOutcome
from deploy.local.demo.vendor_kafka import Login, send_over_kafka
from deploy.local.demo.vendor_webhook import send_over_webhook

Answers = dict[int, PaymentOutcome]
"""By line of the file, from 1."""


@dataclass(frozen=True)
class Sent:
    """One line of the file and what became of it."""

    line: int
    text: str
    outcome: PaymentOutcome | None

    def written(self) -> str:
        """As a line of the answers file."""
        answer = json.loads(self.outcome.model_dump_json()) if self.outcome else None
        return json.dumps({"line": self.line, "sent": self.text, "answer": answer}, ensure_ascii=False)


def lines_of(file: Path) -> dict[int, bytes]:
    """The messages of a file by line; blank lines are left out."""
    return {number: line for number, line in enumerate(file.read_bytes().split(b"\n"), 1) if line.strip()}


def results(lines: dict[int, bytes], answers: Answers) -> list[Sent]:
    """Each line with its answer, in the order of the file."""
    return [Sent(number, line.decode(errors="replace"), answers.get(number)) for number, line in lines.items()]


def summary(sent: list[Sent], seconds: float) -> str:
    """What happened, for the one who watches."""
    counts = Counter(str(one.outcome.outcome) if one.outcome else "not answered" for one in sent)
    told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    return f"{len(sent)} payments sent and waited for in {seconds:.1f} s: {told or 'nothing'}"


def _arguments(given: list[str]) -> argparse.Namespace:
    def option(name: str, variable: str, says: str) -> None:
        parser.add_argument(name, default=os.environ.get(variable, ""), help=f"{says} (default: ${variable})")

    parser = argparse.ArgumentParser(prog="vendor", description="A payment vendor, simulated.")
    parser.add_argument("payments", type=Path, help="one message on each line, sent as it is")
    parser.add_argument("--answers", type=Path, required=True, help="where the answers are written, a line each")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds to wait for the last answer")
    option("--vendor", "VENDOR", "the vendor's name")
    option("--servers", "KAFKA_SERVERS", "Kafka's address")
    option("--user", "KAFKA_USER", "the vendor's login; empty for a Kafka without logins")
    option("--password", "KAFKA_PASSWORD", "its password")
    option("--tls", "KAFKA_TLS", "PEM file by which Kafka's certificates are checked, or: system")
    option("--prefix", "TOPIC_PREFIX", "stands before the topics' names")
    parser.add_argument("--webhook", metavar="URL", default="", help="post to this address instead of using Kafka")
    option("--secret", "WEBHOOK_SECRET", "signs what is posted")
    return parser.parse_args(given)


async def _send(lines: dict[int, bytes], options: argparse.Namespace) -> Answers:
    if options.webhook:
        return await send_over_webhook(lines, options.webhook, options.secret, options.timeout)
    login = Login(options.vendor, options.servers, options.user, options.password, options.prefix, options.tls)
    return await send_over_kafka(lines, login, options.timeout)


def main(given: list[str], say: Callable[[str], Any] = sys.stdout.write) -> int:
    """Send, collect, write the answers; 1 when something was not answered in time, 2 when nothing could be sent."""
    options = _arguments(given)
    began = time.monotonic()
    try:
        lines = lines_of(options.payments)
        answers = asyncio.run(_send(lines, options))
    except (OSError, KafkaError, ValueError) as error:
        sys.stderr.write(f"The vendor could not send {options.payments}: {error or type(error).__name__}\n")
        return 2
    sent = results(lines, answers)
    options.answers.write_text("".join(f"{one.written()}\n" for one in sent), encoding="utf-8")
    say(summary(sent, time.monotonic() - began) + "\n")
    return 0 if len(answers) == len(lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
