"""A counter batch: rows of a CSV, balanced against the money that was counted (pure)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, StringConstraints

from contracts.payments import Channel, Purpose, TenderKind
from services.payments.taking import Money

Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class BatchRow(BaseModel):
    """One line of a batch: `reference` is the receipt or stub number, different on each line."""

    reference: Key
    account: Key
    amount: Annotated[Decimal, Field(gt=0, decimal_places=2, max_digits=12)]
    tender: Literal["cash", "check", "card", "money_order"]
    channel: Literal["counter", "mail", "drop_box", "phone"]
    payer: str
    received: date


def money(batch: str, row: BatchRow, zone: ZoneInfo) -> Money:
    """A row as money taken when its day began: a batch row has a day, and no hour that a cut-off could judge."""
    return Money(
        source=f"batch:{batch}",
        source_key=row.reference,
        account_number=row.account,
        amount=row.amount,
        channel=Channel(row.channel),
        tender=TenderKind(row.tender),
        purpose=Purpose.BALANCE,
        payer=row.payer,
        taken_at=datetime.combine(row.received, time(0), zone),
    )


def out_of_balance(rows: Sequence[BatchRow], counted: Mapping[str, Decimal]) -> list[str]:
    """Where what was entered differs from what was counted, a sentence for each kind of tender."""
    entered: dict[str, Decimal] = {}
    for row in rows:
        entered[row.tender] = entered.get(row.tender, Decimal(0)) + row.amount
    return [
        f"{kind}: entered {entered.get(kind, Decimal(0)):.2f}, counted {counted.get(kind, Decimal(0)):.2f}"
        for kind in sorted(entered.keys() | counted.keys())
        if entered.get(kind, Decimal(0)) != counted.get(kind, Decimal(0))
    ]
