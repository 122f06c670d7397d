"""How the sample town pays: by a vendor whose messages are not all good, by webhook, and at the counter."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from contracts.payments import Outcome

PAY_ONLINE = 0.75
PAY_AT_COUNTER = 0.05


@dataclass(frozen=True)
class Sending:
    """One message of a vendor, what is wrong with it if anything, and what must become of it.

    `amount` is the money it brings in, zero for one that brings none.
    """

    text: str
    expected: Outcome
    what: str
    amount: Decimal = Decimal(0)
    account: str = ""


@dataclass(frozen=True)
class CounterBatch:
    """A drawer's stubs as a CSV, what was counted by tender, and who paid by check."""

    text: str
    counted: Mapping[str, Decimal]
    payments: Mapping[str, Decimal]
    checks: Sequence[str]

    @property
    def amount(self) -> Decimal:
        return sum(self.counted.values(), Decimal(0))


def counter_batch(seed: int, owed: Mapping[str, Decimal], day: date) -> CounterBatch:
    """Stubs of people who owe something and come by, or write a check."""
    chance = Random(f"{seed}/counter/{day}")
    payers = sorted(account for account, amount in owed.items() if amount > 0)
    chosen = sorted(chance.sample(payers, min(len(payers), max(4, round(PAY_AT_COUNTER * len(payers))))))
    checks = []
    text, counted = io.StringIO(newline=""), dict[str, Decimal]()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("reference", "account", "amount", "tender", "channel", "payer", "received"))
    for number, account in enumerate(chosen, 1):
        tender = chance.choice(("cash", "check", "check", "money_order"))
        channel = "counter" if tender == "cash" else chance.choice(("counter", "mail", "drop_box"))
        checks += [account] if tender == "check" else []
        rows.writerow((f"STUB-{number:04}", account, f"{owed[account]:.2f}", tender, channel, "", day))
        counted[tender] = counted.get(tender, Decimal(0)) + owed[account]
    return CounterBatch(text.getvalue(), counted, {account: owed[account] for account in chosen}, checks)


def online_payments(seed: int, owed: Mapping[str, Decimal], day: date, *, wrong: bool = True) -> list[Sending]:
    """What the vendor publishes on a day: good payments, and among them everything that goes `wrong` in life."""
    chance = Random(f"{seed}/online/{day}")
    payers = sorted(account for account, amount in owed.items() if amount > 0)
    chosen = sorted(chance.sample(payers, max(5, round(PAY_ONLINE * len(payers)))) if len(payers) > 5 else payers)
    good = [_good(chance, number, account, owed[account], day) for number, account in enumerate(chosen, 1)]
    if not wrong:
        return good
    return [*good, *_again(good), *_with_other_amount(good), *_to_nobody(chance, day), *_wrong(good[0], day)]


def webhook_payments(seed: int, owed: Mapping[str, Decimal], day: date, by_kafka: Iterable[Sending]) -> list[Sending]:
    """What the same vendor posts to the webhook: new payments, one of them twice, and one that came by Kafka."""
    chance = Random(f"{seed}/webhook/{day}")
    paid = {one.account for one in by_kafka}
    payers = sorted(account for account, amount in owed.items() if amount > 0 and account not in paid)[:3]
    new = [_good(chance, 900_000 + number, account, owed[account], day) for number, account in enumerate(payers, 1)]
    came = next(one for one in by_kafka if one.expected is Outcome.ACCEPTED)
    return [
        *new,
        Sending(new[0].text, Outcome.DUPLICATE, "the same again by webhook"),
        Sending(came.text, Outcome.DUPLICATE, "by webhook what came by Kafka"),
    ]


def _good(chance: Random, number: int, account: str, owed: Decimal, day: date) -> Sending:
    amount = owed if chance.random() < 0.9 else max(Decimal("5.00"), (owed / 2).quantize(Decimal("0.01")))
    payment = {
        "vendor_payment_id": f"SB-{day:%m%d}-{number:06}",
        "account_number": account,
        "amount": f"{amount:.2f}",
        "paid_at": f"{day}T{chance.randrange(8, 20):02}:{chance.randrange(60):02}:00-07:00",
        "channel": chance.choice(("online", "online", "phone", "kiosk")),
        "tender": chance.choice(("card", "card", "ach")),
    }
    return Sending(json.dumps(payment), Outcome.ACCEPTED, "good", amount, account)


def _again(good: list[Sending]) -> Iterator[Sending]:
    for one in good[1:4]:
        yield Sending(one.text, Outcome.DUPLICATE, "sent again")


def _with_other_amount(good: list[Sending]) -> Iterator[Sending]:
    for one in good[3:5]:
        changed = json.loads(one.text) | {"amount": f"{one.amount + 1:.2f}"}
        yield Sending(json.dumps(changed), Outcome.CONFLICT, "same id, other amount")


def _to_nobody(chance: Random, day: date) -> Iterator[Sending]:
    for number in (1, 2):
        one = _good(chance, 800_000 + number, f"99{number:04}", Decimal("48.20") * number, day)
        yield Sending(one.text, Outcome.SUSPENSE, "no such account", one.amount)


def _wrong(good: Sending, day: date) -> Iterator[Sending]:
    payment = json.loads(good.text)

    def changed(number: int, **values: object) -> str:
        return json.dumps(payment | {"vendor_payment_id": f"SB-{day:%m%d}-{700_000 + number}"} | values)

    yield Sending(changed(1, amount="-20.00"), Outcome.REFUSED, "negative amount")
    yield Sending(changed(2, amount=12.5), Outcome.REFUSED, "amount as a JSON number")
    yield Sending(changed(3, currency="EUR"), Outcome.REFUSED, "other currency")
    yield Sending(changed(4, amount="4100000.00"), Outcome.REFUSED, "more than any bill")
    yield Sending(good.text[:-15], Outcome.REFUSED, "broken off JSON")
    yield Sending("hello", Outcome.REFUSED, "not JSON at all")
