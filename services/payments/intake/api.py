"""The webhook for vendors without Kafka, and the office's view of what vendors were told."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from chassis.auth import allow, signed
from chassis.database import Transaction
from chassis.days import today
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.received import explain
from chassis.refusal import Refused
from chassis.web import Tx, kit_of
from contracts.payments import PaymentOutcome, VendorPayment
from services.payments import store
from services.payments.intake.rules import Message, answer_unreadable
from services.payments.intake.taking_in import keep, take_in
from services.payments.settings import PaymentsSettings

router = APIRouter(tags=["vendors"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")
WEBHOOK_LIMIT = 64 * 1024
LONGEST_ID = 150


async def vendors_transaction(request: Request, vendor: str) -> Any:
    """A transaction in the vendor's name: its signature, not a token, says who it is."""
    kit = kit_of(request)
    trace = request.headers.get("traceparent") or new_trace()
    async with transaction(kit.engine, kit.parts.name, f"vendor:{vendor}", trace) as tx:
        yield tx


VendorTx = Annotated[Transaction, Depends(vendors_transaction, scope="function")]


@router.post("/vendors/{vendor}/payments", dependencies=[signed()])
async def take_webhook(request: Request, tx: VendorTx, vendor: str) -> PaymentOutcome:
    """Take one payment, signed as Standard Webhooks says; the answer is what a Kafka vendor gets on its topic."""
    body = await request.body()
    if len(body) > WEBHOOK_LIMIT:
        raise Refused(f"A payment is smaller than {WEBHOOK_LIMIT // 1024} KB; this is {len(body)} bytes.", 413)
    place = _verified(request, vendor, body)
    try:
        payment = VendorPayment.model_validate_json(body)
    except ValidationError as error:
        reason = explain("PaymentReceived", place, error)
        refusal = answer_unreadable(vendor, place, reason, await today(tx))
        await keep(tx, [refusal], {})
        return refusal
    message = Message(vendor, place, payment)
    answers = await take_in(tx, [(message, None)])
    return answers[0] if answers else await _answered(tx, message.outcome_id)


@router.get("/vendors/{vendor}/outcomes", dependencies=[allow(*READERS)])
async def list_outcomes(tx: Tx, vendor: str, outcome: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """What a vendor was told about its messages; `outcome` picks one kind."""
    rows = await store.outcomes_of(tx, vendor, outcome, min(limit, 1000))
    return [one.model_dump(exclude={"content_hash"}) for one in rows]


def _verified(request: Request, vendor: str, body: bytes) -> str:
    settings = kit_of(request).settings
    secrets = settings.webhook_secrets if isinstance(settings, PaymentsSettings) else {}
    if vendor not in secrets:
        raise Refused(f"No vendor {vendor} is set up for webhooks.", 404)
    try:
        Webhook(secrets[vendor]).verify(body, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError) as error:
        raise Refused(f"The signature does not hold: {error}. See Standard Webhooks for how to sign.", 401) from None
    message_id = request.headers["webhook-id"]
    if len(message_id) > LONGEST_ID:
        raise Refused(f"A webhook-id has at most {LONGEST_ID} characters; this one has {len(message_id)}.", 422)
    return f"webhook/{message_id}"


async def _answered(tx: Transaction, outcome_id: UUID) -> PaymentOutcome:
    """The answer this very message was given before: the vendor did not hear it and sent it again."""
    kept = await store.outcome_of(tx, outcome_id)
    return PaymentOutcome.model_validate(kept.model_dump(exclude={"content_hash", "amount"}))
