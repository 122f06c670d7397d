"""Counter batches over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, PlainSerializer

from chassis.auth import allow
from chassis.web import Tx
from services.payments import store
from services.payments.batches.posting_batch import BatchFile, post_batch

router = APIRouter(tags=["batches"])
Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]


class BatchShown(BaseModel):
    """A posted batch. `suspense` counts its tenders whose account isn't known."""

    name: str
    cashier: str
    posting_date: date
    tenders: int
    amount: Amount
    repeated: bool
    suspense: int


@router.post("/batches/{name}", dependencies=[allow("cashier", "clerk", "coordinator")])
async def take_batch(
    request: Request,
    tx: Tx,
    name: str,
    cash: Decimal = Decimal(0),
    check: Decimal = Decimal(0),
    card: Decimal = Decimal(0),
    money_order: Annotated[Decimal, Query()] = Decimal(0),
) -> BatchShown:
    """Post a CSV batch whose sums by tender equal what was counted; anything else posts nothing."""
    counted = {"cash": cash, "check": check, "card": card, "money_order": money_order}
    given = {kind: amount for kind, amount in counted.items() if amount}
    posted = await post_batch(tx, BatchFile(name, await request.body(), given))
    batch = posted.batch
    return BatchShown(
        name=batch.name,
        cashier=batch.cashier,
        posting_date=batch.posting_date,
        tenders=batch.tenders,
        amount=batch.amount,
        repeated=posted.repeated,
        suspense=posted.suspense,
    )


@router.get("/reports/cash", dependencies=[allow("cashier", "clerk", "coordinator", "auditor")])
async def cash_report(tx: Tx, day: date) -> list[dict[str, Any]]:
    """The day's money by source, channel, tender and state."""
    return [row | {"amount": str(row["amount"])} for row in await store.cash_report(tx, day)]
