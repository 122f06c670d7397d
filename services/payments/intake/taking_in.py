"""A vendor's messages, from any door: checked, recorded once, and each answered."""

from collections.abc import Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from chassis.database import Transaction
from chassis.days import today
from chassis.received import Received
from contracts.payments import Outcome, PaymentOutcome
from services.payments import posting, store
from services.payments.intake.rules import Message, answer, judge
from services.payments.policy import TOWN
from services.payments.taking import fault

Delivery = tuple[Message, Received[Any] | None]


async def take_in(tx: Transaction, deliveries: Sequence[Delivery]) -> list[PaymentOutcome]:
    """Record what is sane and new; answer every message that was not answered before, in order."""
    day, town = await today(tx), await TOWN.in_force(tx)
    known = await store.answered(tx, {message.outcome_id for message, _ in deliveries})
    fresh = [one for one in deliveries if one[0].outcome_id not in known]
    faults = {message.outcome_id: fault(message.money, town.policy, day, town.zone) for message, _ in fresh}
    sane = [one for one in fresh if not faults[one[0].outcome_id]]
    recorded = await posting.record(tx, town, day, [(message.money, cause) for message, cause in sane])
    answers, seen = [], set()
    for message, cause in fresh:
        if faults[message.outcome_id]:
            outcome, reason = Outcome.REFUSED, faults[message.outcome_id]
        else:
            first = message.money.payment_id not in seen
            seen.add(message.money.payment_id)
            outcome, reason = judge(message, recorded.arrivals, recorded.suspense, first)
        if cause and outcome in (Outcome.REFUSED, Outcome.CONFLICT):
            tx.refuse(cause, reason)
        answers.append(answer(message, outcome, reason, day))
    await keep(tx, answers, {message.outcome_id: message.payment.amount for message, _ in fresh})
    return answers


async def keep(tx: Transaction, answers: Sequence[PaymentOutcome], amounts: dict[Any, Decimal]) -> None:
    """Keep what vendors were told, for the office and against answering twice."""
    rows = [
        {
            "outcome_id": one.outcome_id,
            "content_hash": blake2b(one.model_dump_json().encode(), digest_size=16).digest(),
            "vendor": one.vendor,
            "vendor_payment_id": one.vendor_payment_id,
            "message": one.message,
            "outcome": str(one.outcome),
            "reason": one.reason,
            "payment_id": one.payment_id,
            "amount": amounts.get(one.outcome_id),
            "business_date": one.business_date,
        }
        for one in answers
    ]
    await store.insert_outcomes(tx, rows)
