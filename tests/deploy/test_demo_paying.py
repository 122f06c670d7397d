"""How the sample town pays: what is sent has a known outcome, and what is counted balances."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal

from contracts.check import check_vendor_messages
from contracts.payments import Outcome
from deploy.local.demo.town.paying import counter_batch, online_payments, webhook_payments

DAY = date(2023, 2, 27)
OWED = {f"{200_000 + number}": Decimal(40 + number) for number in range(50)} | {"300000": Decimal("-12.00")}


def test_the_same_seed_pays_the_same() -> None:
    assert online_payments(3, OWED, DAY) == online_payments(3, OWED, DAY)


def test_everything_that_can_happen_to_a_payment_happens() -> None:
    sent = online_payments(1, OWED, DAY)
    assert set(Outcome) == {one.expected for one in sent}
    assert Counter(one.expected for one in sent)[Outcome.ACCEPTED] == 38


def test_every_good_payment_is_one_the_contracts_accept() -> None:
    good = [one.text for one in online_payments(1, OWED, DAY) if one.expected is Outcome.ACCEPTED]
    assert check_vendor_messages("\n".join(good)) == []


def test_nobody_pays_who_owes_nothing() -> None:
    assert "300000" not in {one.account for one in online_payments(1, OWED, DAY)}
    assert "300000" not in counter_batch(1, OWED, DAY).payments


def test_the_webhook_brings_new_money_and_repeats() -> None:
    by_kafka = online_payments(1, OWED, DAY)
    sent = webhook_payments(1, OWED, DAY, by_kafka)
    assert Counter(one.expected for one in sent) == {Outcome.ACCEPTED: 3, Outcome.DUPLICATE: 2}
    assert sent[-1].text in {one.text for one in by_kafka}


def test_a_conflict_has_a_known_id_and_another_amount() -> None:
    sent = online_payments(1, OWED, DAY)
    amounts = {
        json.loads(one.text)["vendor_payment_id"]: one.amount for one in sent if one.expected is Outcome.ACCEPTED
    }
    for one in sent:
        if one.expected is Outcome.CONFLICT:
            said = json.loads(one.text)
            assert Decimal(said["amount"]) != amounts[said["vendor_payment_id"]]


def test_a_counter_batch_balances_by_tender() -> None:
    batch = counter_batch(1, OWED, DAY)
    by_tender: dict[str, Decimal] = {}
    for line in batch.text.splitlines()[1:]:
        cells = line.split(",")
        by_tender[cells[3]] = by_tender.get(cells[3], Decimal(0)) + Decimal(cells[2])
    assert by_tender == batch.counted
    assert sum(batch.payments.values()) == batch.amount
