"""Money comes in: over the counter, from a vendor that is a program of its own, and by that vendor's webhook."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from contracts.payments import Outcome
from deploy.local.demo.month import Month
from deploy.local.demo.office import ANA, PAT, SAM
from deploy.local.demo.town.paying import Sending, counter_batch, online_payments, webhook_payments
from deploy.local.supervisor import REPOSITORY
from deploy.local.trouble import TroubleError, tail

VENDOR = "sample-bank"
PART = "payments"
SECONDS = 300
ANSWERS_WITHIN_SECONDS = 120


def take_counter_batch(month: Month) -> None:
    """Ana enters her stubs: a miscounted drawer posts nothing, the right count posts all of it once."""
    batch = counter_batch(month.seed, month.willing, month.day)
    name, counted = f"counter-{month.day}", {tender: str(amount) for tender, amount in batch.counted.items()}
    month.diary.write(f"payments/{name}.csv", batch.text)
    tender = next(iter(counted))
    with month.diary.part(PART, "ana's counter batch"):
        short = counted | {tender: str(batch.counted[tender] - 10)}
        refusal = month.office.refusal(ANA, "payments", f"/batches/{name}", content=batch.text, **short)
        posted = month.office.post(ANA, "payments", f"/batches/{name}", content=batch.text, **counted)
        again = month.office.post(ANA, "payments", f"/batches/{name}", content=batch.text, **counted)
        month.office.settle()
    month.money.out_of_balance = refusal.sentence if refusal else ""
    month.expect(refusal is not None, f"Batch {name} was posted although it did not balance.")
    month.expect(
        Decimal(posted["amount"]) == batch.amount, f"Batch {name} posted {posted['amount']}, not {batch.amount}."
    )
    month.expect(again["repeated"], f"Batch {name} was posted twice.")
    month.pay("counter batch", dict(batch.payments))
    month.checks = list(batch.checks)
    month.say(f"ana: [yellow]{month.money.out_of_balance}[/]")
    month.say(f"ana counts again and posts {len(batch.payments)} payments, [green]{batch.amount:,.2f}[/]")


def pay_at_counter(month: Month, amounts: Mapping[str, Decimal]) -> None:
    """People come by and pay; amounts in dollars by account."""
    with month.diary.part(PART, f"{', '.join(amounts)} at the counter"):
        for account, amount in amounts.items():
            payment = {
                "receipt": f"{month.day:%m%d}-{account}",
                "account_number": account,
                "amount": str(amount),
                "tender": "cash",
            }
            month.office.post(ANA, "payments", "/payments", payment)
        month.office.settle()
    month.pay("counter", dict(amounts))


def pay_past_due(month: Month, *accounts: str) -> None:
    """People ask at the counter what to pay so that nothing is past due, and pay it; who paid online need not."""
    asked = {one: month.office.get(PAT, "payments", f"/accounts/{one}/due")["past_due"] for one in accounts}
    if due := {account: Decimal(amount) for account, amount in asked.items() if Decimal(amount)}:
        pay_at_counter(month, due)


def take_vendor(month: Month) -> None:
    """The vendor publishes with its own credentials, and hears about each message; then the same by webhook."""
    by_kafka = online_payments(month.seed, month.willing, month.day)
    by_webhook = webhook_payments(month.seed, month.willing, month.day, by_kafka)
    with month.diary.part(PART, "the vendor publishes payments"):
        _send(month, "Kafka", by_kafka)
    with month.diary.part(PART, "the vendor's webhook"):
        _send(month, "webhook", by_webhook, f"{month.suite.url('payments')}/vendors/{VENDOR}/payments")
    for way, sent in (("vendor, Kafka", by_kafka), ("vendor, webhook", by_webhook)):
        month.pay(way, {one.account: one.amount for one in sent if one.expected is Outcome.ACCEPTED})
        told = Counter(str(one.expected) for one in sent)
        money = sum(one.amount for one in sent if one.expected is Outcome.ACCEPTED)
        month.say(
            f"{way}: {', '.join(f'{count} {what}' for what, count in told.items())}; [green]{money:,.2f}[/] posted"
        )
    month.money.suspense = sum((one.amount for one in by_kafka if one.expected is Outcome.SUSPENSE), Decimal(0))


def take_vendor_again(month: Month) -> None:
    """A month later the vendor's payments are as they should be."""
    payments = online_payments(month.seed, month.willing, month.day, wrong=False)
    with month.diary.part(PART, "the vendor publishes payments"):
        _send(month, "Kafka", payments)
    month.pay("vendor, Kafka", {one.account: one.amount for one in payments})
    money = sum((one.amount for one in payments), Decimal(0))
    month.say(f"vendor, Kafka: {len(payments)} accepted; [green]{money:,.2f}[/] posted")


def _send(month: Month, way: str, messages: Sequence[Sending], url: str = "") -> None:
    stem = f"vendor/{month.day}-{way.lower()}"
    payments = month.diary.write(f"{stem}.jsonl", "".join(f"{one.text}\n" for one in messages))
    answers = payments.with_name(f"{payments.stem}-answers.jsonl")
    _run(month, payments, answers, ["--webhook", url] if url else [])
    month.office.settle()
    lines = [json.loads(line)["answer"] for line in answers.read_text(encoding="utf-8").splitlines()]
    for number, (one, answer) in enumerate(zip(messages, lines, strict=True), 1):
        outcome, reason = (answer["outcome"], answer["reason"]) if answer else ("not answered", "")
        month.money.sent.append((way, one, outcome, reason))
        month.expect(
            outcome == one.expected, f"{payments.name} line {number} ({one.what}): {outcome}, not {one.expected}."
        )


def _run(month: Month, payments: Path, answers: Path, more: Iterable[str]) -> None:
    """The vendor's program: a process of its own that knows only what a vendor is given."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CURBSTOP_")}
    given = month.suite.vendor(VENDOR).environment() | {"TOPIC_PREFIX": month.suite.plan.prefix}
    command = [sys.executable, "-m", "deploy.local.demo.vendor", str(payments), "--answers", str(answers), *more]
    command += ["--timeout", str(ANSWERS_WITHIN_SECONDS)]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=own | given, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode == 2:
        raise TroubleError(f"The vendor's program could not send:\n{tail(done.stderr)}")


def place_suspense(month: Month) -> None:
    """Sam finds out whose one of the payments without an account is; the other stays, and is listed."""
    listed = month.office.get(SAM, "payments", "/suspense")
    told = sum((Decimal(one["amount"]) for one in listed), Decimal(0))
    month.expect(told == month.money.suspense, f"Suspense holds {told}, not {month.money.suspense}.")
    first = min(listed, key=lambda one: str(one["account_number"]))
    amount = Decimal(first["amount"])
    account = max(month.owed, key=lambda one: (month.owed[one], one))
    body = {"account_number": account, "why": "the payer called: a slip in the account number"}
    with month.diary.part(PART, "sam looks through suspense"):
        month.office.post(SAM, "payments", f"/suspense/{first['payment_id']}/assign", body)
        month.office.settle()
    month.pay("out of suspense", {account: amount})
    month.money.suspense -= amount
    month.say(f"sam gives {amount:,.2f} in suspense to account {account}; {month.money.suspense:,.2f} stays there")
