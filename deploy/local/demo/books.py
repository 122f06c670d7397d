"""The end of the month: what the books, the topics and the shelves of every service say, and whether it fits."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from confluent_kafka import TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]  # re-exported without saying so

from contracts.payments import Outcome
from contracts.topics import SERVICES
from deploy.local import kafka_admin
from deploy.local.demo.hearing import Moved, moved
from deploy.local.demo.mailing import keep_mailbox
from deploy.local.demo.month import ZERO, Month
from deploy.local.demo.office import DANA, PAT, RUTH, SAM
from deploy.local.demo.taking import VENDOR
from deploy.local.demo.town.schedule import BEGINS
from deploy.local.topics import all_topics

PART = "books"
UNUSABLE = (Outcome.CONFLICT, Outcome.REFUSED)


@dataclass(frozen=True)
class Books:
    """What everybody says at the end."""

    verdict: dict[str, Any]
    trial_balance: dict[str, Any]
    receivables: dict[str, Any]
    suspense: list[dict[str, Any]]
    dead_letters: dict[str, list[dict[str, Any]]]
    waiting: dict[str, int]
    notices: list[dict[str, Any]]
    mails: int
    topics: dict[str, int]
    opening: Decimal
    late_charges: Decimal
    moved: Moved
    balances_expected: Decimal


def close_books(month: Month) -> Books:
    """Ask everybody, keep what they say in files, and hold it against what was done."""
    with month.diary.part(PART, "ruth looks at the books"):
        books = _ask(month)
        _keep(month, books)
    _hold_against(month, books)
    return books


def _ask(month: Month) -> Books:
    def ledger(path: str) -> dict[str, Any]:
        return dict(month.office.get(RUTH, "billing", path))

    opening = next(one.file.amount or ZERO for one in month.imported if one.file.name == "opening_items")
    charges = sum((one.charges for one in month.runs), ZERO)
    posted = month.office.get(RUTH, "billing", "/late-charges", state="posted", limit=10_000)
    late, others = sum((Decimal(one["amount"]) for one in posted), ZERO), moved(month)
    return Books(
        verdict=ledger("/ledger/verify"),
        trial_balance=ledger("/ledger/trial-balance"),
        receivables=ledger("/receivables"),
        suspense=month.office.get(SAM, "payments", "/suspense"),
        dead_letters={one: month.office.get(DANA, one, "/dead-letters", limit=1000) for one in SERVICES},
        waiting={one: len(month.office.get(DANA, one, "/waiting")) for one in SERVICES},
        notices=month.office.get(PAT, "notifications", "/notices"),
        mails=keep_mailbox(month),
        topics=messages_by_topic(month),
        opening=opening,
        late_charges=late,
        moved=others,
        balances_expected=opening + charges + late + others.owed_more - month.money.posted[1],
    )


def messages_by_topic(month: Month) -> dict[str, int]:
    """How many messages were ever published to each topic."""
    suite = month.suite
    admin = kafka_admin.connect(suite.places.kafka_login)
    there = admin.list_topics(timeout=kafka_admin.SECONDS).topics
    names = {suite.plan.prefix + one.name: one.name for one in all_topics(suite.plan.vendors)}
    latest: Any = OffsetSpec.latest()  # type: ignore[no-untyped-call]
    asked = {TopicPartition(name, number): latest for name in names for number in there[name].partitions}
    counts: Counter[str] = Counter()
    for place, answer in admin.list_offsets(asked).items():
        counts[names[place.topic]] += answer.result().offset
    return dict(counts)


def _keep(month: Month, books: Books) -> None:
    write, office = month.diary.write, month.office
    for name in ("verdict", "trial_balance", "receivables"):
        write(f"ledger/{name}.json", json.dumps(getattr(books, name), indent=1))
    span = {"from": "2023-01-01", "to": str(month.day)}
    write("ledger/journal.csv", office.get(RUTH, "billing", "/ledger/journal", **span, format="csv"))
    write(
        "ledger/revenue.json",
        json.dumps(office.get(RUTH, "billing", "/reports/revenue", first=span["from"], last=span["to"])),
    )
    write(
        "vendor/outcomes.json",
        json.dumps(office.get(RUTH, "payments", f"/vendors/{VENDOR}/outcomes", limit=1000), indent=1),
    )
    write("vendor/suspense.json", json.dumps(books.suspense, indent=1))
    write("dead-letters.json", json.dumps(books.dead_letters, indent=1))
    write("call-list.csv", office.get(PAT, "notifications", "/call-lists/high-usage", since="2023-01-01"))


def _hold_against(month: Month, books: Books) -> None:
    verdict = books.verdict
    month.expect(verdict["ok"], f"The ledger does not verify: {' '.join(verdict['sentences'])}")
    for fund in books.trial_balance["funds"]:
        month.expect(
            Decimal(fund["difference"]) == 0, f"Fund {fund['fund']} is out of balance by {fund['difference']}."
        )
    balances = Decimal(verdict["customer_balances"])
    month.expect(
        balances == books.balances_expected,
        f"Customers owe {balances}; what was charged, less what was paid, comes to {books.balances_expected}.",
    )
    receivables = Decimal(books.receivables["customer_balances"])
    month.expect(receivables == balances, f"Receivables come to {receivables}, the sum of balances to {balances}.")
    _hold_payments(month, verdict)
    _hold_shelves(month, books)
    _hold_notices(month, books)


def _hold_payments(month: Month, verdict: Mapping[str, Any]) -> None:
    count, amount = month.money.posted
    month.expect(verdict["payments"] == count, f"{verdict['payments']} payments are in the ledger; {count} were taken.")
    cash = sum((_posted_cash(month, BEGINS + timedelta(days=passed)) for passed in range(_days(month))), ZERO)
    month.expect(cash == amount, f"The cash reports of the month come to {cash}; {amount} was taken and posted.")


def _days(month: Month) -> int:
    return (month.day - BEGINS).days + 1


def _posted_cash(month: Month, day: date) -> Decimal:
    rows = month.office.get(RUTH, "payments", "/reports/cash", day=str(day))
    return sum((Decimal(one["amount"]) for one in rows if one["state"] in ("posted", "returned")), ZERO)


def _hold_shelves(month: Month, books: Books) -> None:
    """What could not be used is kept by payments with its reason, and nobody else has any; nothing waits."""
    held = sum((Decimal(one["amount"]) for one in books.suspense), ZERO)
    month.expect(held == month.money.suspense, f"Suspense holds {held}; {month.money.suspense} should be there.")
    wrong = [one for way, one, _, _ in month.money.sent if way == "Kafka" and one.expected in UNUSABLE]
    expected = dict.fromkeys(SERVICES, 0) | {"payments": len(wrong)}
    for service, letters in books.dead_letters.items():
        month.expect(
            len(letters) == expected[service],
            f"{service} has {len(letters)} dead letters instead of {expected[service]}: {letters[:1]}",
        )
        month.expect(all(one["reason"] for one in letters), f"{service} has a dead letter without a reason.")
    for service, count in books.waiting.items():
        month.expect(count == 0, f"{count} facts still wait in {service}.")


def _hold_notices(month: Month, books: Books) -> None:
    """Every bill was told once, by e-mail or on paper."""
    billed = sum(len(one.amounts_due) for one in month.runs) + books.moved.finals
    told = sum(one["notices"] for one in books.notices if one["kind"] == "bill" and one["state"] == "sent")
    month.expect(told == billed, f"{told} bills were told to their customers; {billed} were issued.")
    mails = sum(one["notices"] for one in books.notices if one["channel"] == "email" and one["state"] == "sent")
    month.expect(books.mails == mails, f"The mailbox has {books.mails} mails; {mails} were sent.")
    pieces = sum(one.pieces for one in month.mailed)
    letters = sum(one["notices"] for one in books.notices if one["channel"] == "paper" and one["state"] == "sent")
    month.expect(letters == pieces, f"{letters} letters count as sent; the mailing house confirmed {pieces}.")
