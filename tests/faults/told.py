"""What left the town: messages on its topics, mails, files for the mailing house. Nothing may be said in two ways."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from contracts.topics import TOPICS, Topic, vendor_outcome
from deploy.local.mailbox import read
from deploy.local.places import Places
from tests.faults.books import Findings, Row
from tests.faults.month import VENDOR
from tests.running import messages

FACTS = tuple(topic for topic in TOPICS if topic.kind == "fact")
Sayings = dict[str, set[str]]
"""By what is said (a message's id, a mail's Message-ID): the ways it was said in."""


@dataclass(frozen=True)
class Told:
    """All that left: the messages as they stand in Kafka by topic, what facts say, mails, outcomes."""

    records: Mapping[str, list[Any]]
    facts: Sayings
    outcomes: Sayings
    mails: Sayings
    mails_sent: int

    @property
    def messages(self) -> int:
        """How many messages the topics hold, repetitions and all."""
        return sum(map(len, self.records.values()))


async def all_told(places: Places, prefix: str, topics: Iterable[Topic[Any]], mail_folder: Path) -> Told:
    """Read every topic from its beginning, and the mailbox."""
    records = {topic.name: await messages(places, prefix + topic.name) for topic in topics}
    facts = {topic.name: _sayings(topic.name, records[topic.name]) for topic in FACTS}
    outcome = vendor_outcome(VENDOR).name
    mails, sent = _mails(mail_folder)
    merged = {key: said for sayings in facts.values() for key, said in sayings.items()}
    return Told(records, merged, _sayings(outcome, records[outcome]), mails, sent)


def _mails(folder: Path) -> tuple[Sayings, int]:
    mails: Sayings = {}
    paths = sorted(folder.glob("*.eml"))
    for path in paths:
        mail = read(path)
        mails.setdefault(str(mail["Message-ID"]), set()).add(digest(mail))
    return mails, len(paths)


def _sayings(topic: str, records: Iterable[Any]) -> Sayings:
    said: Sayings = {}
    for record in records:
        identity = dict(record.headers)["ce_id"].decode()
        body = json.dumps(json.loads(record.value), sort_keys=True)
        said.setdefault(f"{topic} {identity}", set()).add(body)
    return said


def digest(mail: EmailMessage) -> str:
    """What a mail says: to whom, about what, and every part of it."""
    content = hashlib.sha256()
    for name in ("From", "To", "Subject", "Date"):
        content.update(f"{name}: {mail[name]}\n".encode())
    for part in mail.walk():
        if not part.is_multipart():
            body = part.get_payload(decode=True)
            assert isinstance(body, bytes)
            content.update(f"{part.get_content_type()} {part.get_filename()} {len(body)}\n".encode() + body)
    return content.hexdigest()


def said_once(findings: Findings, told: Told) -> None:
    """However often something was said, it was always the same."""
    for kind, sayings in (("message", told.facts), ("outcome", told.outcomes), ("mail", told.mails)):
        for key, ways in sayings.items():
            findings.check(len(ways) == 1, f"The {kind} {key} was sent with {len(ways)} different contents.")


def same_told(findings: Findings, expected: Told, found: Told) -> None:
    """Two towns have said the same things."""
    findings.equal("facts", _rows(expected.facts), _rows(found.facts))
    findings.equal("mails", _rows(expected.mails), _rows(found.mails))


def _rows(sayings: Sayings) -> Counter[Row]:
    return Counter((key, way) for key, ways in sayings.items() for way in ways)
