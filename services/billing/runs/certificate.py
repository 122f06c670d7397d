"""The certificate of a run: nobody was forgotten, and no cent leaked. Pure; what it judges is counted elsewhere."""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel

NAMED = 10
"""How many of those missing a sentence names; the lists have them all."""


class Count(BaseModel):
    """Things expected, and what became of them. `missing` names those that were neither billed nor held."""

    expected: int
    billed: int
    held: int
    missing: list[str] = []


class ServiceCount(Count):
    """Accounts with one service."""

    service: str


class Held(BaseModel):
    """How many accounts are held for one kind of reason."""

    code: str
    accounts: int


class Money(BaseModel):
    """Dollars of current charges of one service: on the bills, in their lines, and in the ledger."""

    service: str
    bills: Decimal
    lines: Decimal
    ledger: Decimal


class Evidence(BaseModel):
    """What was counted. `accounts` comes from the run's own list; `services`, `service_points` and `carts` from
    agreements, reads and carts, without looking at that list."""

    accounts: Count
    services: list[ServiceCount]
    service_points: Count
    carts: Count
    held_for: list[Held]
    money: list[Money]
    failed_chunks: int = 0
    unattributed_reads: int = 0
    """Reads of the cycle's routes that no agreement claims: listed, and no account's fault."""


class Certificate(Evidence):
    """Evidence, and whether all of it agrees. `faults` are sentences."""

    holds: bool
    faults: list[str]


def certificate(evidence: Evidence) -> Certificate:
    """Judge what was counted."""
    faults = [
        *_uncounted("accounts", evidence.accounts),
        *(fault for one in evidence.services for fault in _uncounted(f"accounts with {one.service}", one)),
        *_uncounted("service points", evidence.service_points),
        *_uncounted("cart agreements", evidence.carts),
        *_unbalanced(evidence.money),
    ]
    if evidence.failed_chunks:
        faults.append(f"{evidence.failed_chunks} chunks of the run failed.")
    return Certificate(**evidence.model_dump(), holds=not faults, faults=faults)


def _uncounted(things: str, count: Count) -> list[str]:
    if count.missing:
        named = ", ".join(count.missing[:NAMED])
        more = f" and {len(count.missing) - NAMED} more" if len(count.missing) > NAMED else ""
        return [f"Of {count.expected} {things}, {len(count.missing)} were neither billed nor held: {named}{more}."]
    if count.expected != count.billed + count.held:
        return [f"{count.expected} {things} were expected, and {count.billed} billed and {count.held} held."]
    return []


def _unbalanced(money: Sequence[Money]) -> list[str]:
    return [
        f"{one.service}: the bills come to {one.bills}, their lines to {one.lines}, the ledger to {one.ledger}."
        for one in money
        if not one.bills == one.lines == one.ledger
    ]
