"""What a chunk, and a run, comes to: accounts, holds, exceptions, and charges by service and line code. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from services.billing.tariffs import Line


class Charge(BaseModel):
    """Lines of one code: how many, and dollars."""

    service: str
    code: str
    lines: int
    amount: Decimal


class Totals(BaseModel):
    """Counts of accounts, and dollars of current charges."""

    accounts: int = 0
    billed: int = 0
    held: int = 0
    total: Decimal = Decimal(0)
    holds: dict[str, int] = {}
    exceptions: dict[str, int] = {}
    charges: list[Charge] = []


class Tally:
    """Totals while they are gathered."""

    def __init__(self) -> None:
        self._accounts = self._held = 0
        self._holds: dict[str, int] = {}
        self._exceptions: dict[str, int] = {}
        self._charges: dict[tuple[str, str], list[Any]] = {}

    def bill(self, lines: Sequence[Line], exceptions: Iterable[str]) -> None:
        """Count an account that is billed."""
        self._accounts += 1
        for line in lines:
            charge = self._charges.setdefault((line.service, line.code), [0, Decimal(0)])
            charge[0] += 1
            charge[1] += line.amount
        for code in exceptions:
            self._exceptions[code] = self._exceptions.get(code, 0) + 1

    def hold(self, code: str) -> None:
        """Count an account that is held."""
        self._accounts += 1
        self._held += 1
        self._holds[code] = self._holds.get(code, 0) + 1

    def totals(self) -> Totals:
        """What was counted."""
        charges = [
            Charge(service=service, code=code, lines=lines, amount=amount)
            for (service, code), (lines, amount) in sorted(self._charges.items())
        ]
        return Totals(
            accounts=self._accounts,
            billed=self._accounts - self._held,
            held=self._held,
            total=sum((charge.amount for charge in charges), Decimal(0)),
            holds=self._holds,
            exceptions=self._exceptions,
            charges=charges,
        )


def merged(results: Iterable[dict[str, Any]]) -> Totals:
    """The totals of several chunks."""
    totals = [Totals.model_validate(result) for result in results]
    charges: dict[tuple[str, str], Charge] = {}
    for charge in (charge for one in totals for charge in one.charges):
        key = charge.service, charge.code
        before = charges.get(key)
        charges[key] = charge if before is None else _sum(before, charge)
    return Totals(
        accounts=sum(one.accounts for one in totals),
        billed=sum(one.billed for one in totals),
        held=sum(one.held for one in totals),
        total=sum((one.total for one in totals), Decimal(0)),
        holds=_summed(one.holds for one in totals),
        exceptions=_summed(one.exceptions for one in totals),
        charges=[charges[key] for key in sorted(charges)],
    )


def _sum(one: Charge, other: Charge) -> Charge:
    return one.model_copy(update={"lines": one.lines + other.lines, "amount": one.amount + other.amount})


def _summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    summed: dict[str, int] = {}
    for one in counts:
        for code, count in one.items():
            summed[code] = summed.get(code, 0) + count
    return dict(sorted(summed.items()))
