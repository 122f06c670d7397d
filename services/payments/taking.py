"""Rules for taking money, whatever door it came through: is it sane, and which day does it count for (pure)."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.ids import derived_id
from contracts.payments import Channel, Purpose, TenderKind
from services.payments.policy import PaymentsPolicy

SUSPENSE = "suspense"
POSTED = "posted"
RETURNED = "returned"


@dataclass(frozen=True)
class Money:
    """Money as someone says they took it. `source` and `source_key` make it the same money each time it is said.

    `makes_good` is a promise that a person says this is; a vendor's money finds its own by source and key.
    """

    source: str
    source_key: str
    account_number: str
    amount: Decimal
    channel: Channel
    tender: TenderKind
    purpose: Purpose
    payer: str
    taken_at: datetime
    makes_good: UUID | None = None

    @property
    def pending_id(self) -> UUID:
        """The promise that this money makes good, if there was one."""
        return self.makes_good or derived_id("pending", self.source, self.source_key)

    @property
    def payment_id(self) -> UUID:
        """The payment's id, worked out from where it came from."""
        return derived_id("payment", self.source, self.source_key)

    @cached_property
    def content_hash(self) -> bytes:
        """Equal when the same is said again under the same key."""
        said = [
            self.account_number,
            format(self.amount.normalize(), "f"),
            str(self.channel),
            str(self.tender),
            str(self.purpose),
            self.payer,
            self.taken_at.isoformat(),
        ]
        return blake2b(json.dumps(said).encode(), digest_size=16).digest()


def fault(money: Money, policy: PaymentsPolicy, today: date, zone: ZoneInfo) -> str:
    """Why money can't be as it is said, in a sentence; empty when it can."""
    if money.amount <= 0:
        return f"The amount {money.amount} is not above zero. Send returned money as a return, not as a payment."
    if money.amount > policy.largest_payment:
        return f"The amount {money.amount} is above the largest the town takes at once, {policy.largest_payment}."
    if not money.channel.known or not money.tender.known or not money.purpose.known:
        unknown = next(one for one in (money.channel, money.tender, money.purpose) if not one.known)
        return f'"{unknown}" is not a channel, tender or purpose this release knows.'
    if money.taken_at.astimezone(zone).date() > today + timedelta(days=1):
        return f"It says it was paid on {money.taken_at.astimezone(zone):%Y-%m-%d}, which has not come yet."
    return ""


def effective_date(money: Money, policy: PaymentsPolicy, zone: ZoneInfo) -> date:
    """The town's day a payment counts for: the day it was made, or the next after the channel's cut-off."""
    local = money.taken_at.astimezone(zone)
    cut_off = policy.cut_offs.get(str(money.channel), time.max)
    return local.date() if local.time() <= cut_off else local.date() + timedelta(days=1)
