"""A vendor's messages, from any door: checked, recorded once, and each answered."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from itertools import groupby
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.days import today
from chassis.received import Received
from chassis.town import Town
from contracts.payments import Outcome, PaymentOutcome, PaymentStage
from services.payments import posting, store
from services.payments.intake.rules import Message, answer, judge
from services.payments.pending import promising
from services.payments.pending.rules import Judgment
from services.payments.policy import TOWN, PaymentsPolicy
from services.payments.taking import fault

Delivery = tuple[Message, Received[Any] | None]
Judgments = dict[UUID, Judgment]
UNUSED = (Outcome.REFUSED, Outcome.CONFLICT)


async def take_in(tx: Transaction, deliveries: Sequence[Delivery]) -> list[PaymentOutcome]:
    """Record what is sane and new; answer every message that was not answered before, in order."""
    day, town = await today(tx), await TOWN.in_force(tx)
    known = await store.answered(tx, {message.outcome_id for message, _ in deliveries})
    fresh = [one for one in deliveries if one[0].outcome_id not in known]
    _stand_by(tx, known, deliveries)
    judged = {message.outcome_id: (Outcome.REFUSED, why) for message, _ in fresh if (why := _fault(message, town, day))}
    judged |= await _judge(tx, town, day, [one for one in fresh if one[0].outcome_id not in judged])
    answers = []
    for message, cause in fresh:
        outcome, reason = judged[message.outcome_id]
        if cause and outcome in UNUSED:
            tx.refuse(cause, reason)
        answers.append(answer(message, outcome, reason, day))
    await keep(tx, answers, {message.outcome_id: message.payment.amount for message, _ in fresh})
    return answers


def _stand_by(tx: Transaction, known: Mapping[UUID, tuple[str, str]], deliveries: Sequence[Delivery]) -> None:
    """What a vendor was told of a message stands: re-driven, it is no more usable than it was."""
    for message, cause in deliveries:
        outcome, reason = known.get(message.outcome_id, ("", ""))
        if cause and outcome in UNUSED:
            tx.refuse(cause, f"{reason} The vendor was told so, and must send what is right as a message of its own.")


def _fault(message: Message, town: Town[PaymentsPolicy], day: date) -> str:
    if not message.payment.stage.known:
        return f'"{message.payment.stage}" is not a stage this release knows: pending, received or failed.'
    return fault(message.money, town.policy, day, town.zone)


async def _judge(tx: Transaction, town: Town[PaymentsPolicy], day: date, sane: Sequence[Delivery]) -> Judgments:
    """Messages one after the other, as many at once as speak of the same stage: a payment's stages stay in order."""
    groups = [(stage, list(same)) for stage, same in groupby(sane, lambda one: one[0].payment.stage)]
    if any(stage != PaymentStage.RECEIVED for stage, _ in groups):
        # All at once, in order: group after group could wait in a circle with another copy.
        accounts = await store.known_accounts(tx, {message.money.account_number for message, _ in sane})
        await store.lock_accounts(tx, set(accounts.values()))
    judged: Judgments = {}
    for stage, same in groups:
        judgments = await _judge_stage(tx, town, day, stage, same)
        judged |= {message.outcome_id: one for (message, _), one in zip(same, judgments, strict=True)}
    return judged


async def _judge_stage(
    tx: Transaction, town: Town[PaymentsPolicy], day: date, stage: PaymentStage, same: Sequence[Delivery]
) -> list[Judgment]:
    said = [(message.money, cause) for message, cause in same]
    if stage == PaymentStage.PENDING:
        return await promising.promise(tx, town, day, said)
    if stage == PaymentStage.FAILED:
        return await promising.fail(tx, day, said)
    recorded = await posting.record(tx, town, day, said)
    seen: set[UUID] = set()
    judgments = []
    for message, _ in same:
        first = message.money.payment_id not in seen
        seen.add(message.money.payment_id)
        judgments.append(judge(message, recorded.arrivals, recorded.suspense, first))
    return judgments


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
