"""How a step's amounts become lines: rounded as the tariff says, with the version and source they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from services.billing.tariffs import words
from services.billing.tariffs.lines import Line, PricingError
from services.billing.tariffs.model import Rounding
from services.billing.tariffs.numbers import Number, evaluate, now
from services.billing.tariffs.rounding import round_to
from services.billing.tariffs.values import Words
from services.billing.tariffs.working import ZERO, Working


class Row(NamedTuple):
    """A line before rounding."""

    exact: Decimal
    rule: str
    quantity: Decimal | None = None
    unit: str | None = None
    rate: Decimal | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """What all lines of one charge have in common."""

    service: str
    code: str
    label: str
    version: str
    source: str
    rounding: Rounding
    when: Words | None = None

    def applies(self, working: Working) -> bool:
        """Whether a condition that only a bill can decide holds."""
        if self.when is None:
            return True
        value = evaluate(self.when.expression, working)
        if isinstance(value, bool):
            return value
        raise PricingError(f"The condition `{self.when.root}` gives {value}, which is neither true nor false.")

    def line(self, row: Row, amount: Decimal, share_words: str = "") -> Line:
        return Line(
            self.service,
            self.code,
            f"{self.label}, {row.part}" if row.part else self.label,
            row.quantity,
            row.unit,
            row.rate,
            amount,
            row.rule + share_words,
            self.version,
            self.source,
        )

    def round(self, amount: Decimal) -> Decimal:
        return round_to(amount, self.rounding.to, self.rounding.how)

    def post(self, working: Working, rows: Sequence[Row]) -> None:
        """Adds the rows to the bill: each rounded alone, or so that together they are their rounded sum."""
        amounts = self._rounded([row.exact for row in rows])
        for row, amount in zip(rows, amounts, strict=True):
            working.lines.append(self.line(row, amount, working.share.words))
        working.amounts[self.code] = sum(amounts, working.amounts.get(self.code, ZERO))

    def _rounded(self, exact: list[Decimal]) -> list[Decimal]:
        if self.rounding.per == "service":
            return exact  # rounded when the service is complete
        if self.rounding.per == "block":
            return [self.round(amount) for amount in exact]
        return together(exact, self.rounding)


def together(exact: Sequence[Decimal], rounding: Rounding) -> list[Decimal]:
    """Amounts rounded so that they sum to their rounded sum: each is the step of the running total."""
    amounts, running, before = [], ZERO, ZERO
    for amount in exact:
        running += amount
        after = round_to(running, rounding.to, rounding.how)
        amounts.append(after - before)
        before = after
    return amounts


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that one charge may come to."""

    least: Number | None
    most: Number | None

    @property
    def none(self) -> bool:
        return self.least is None and self.most is None

    def row(self, total: Decimal, working: Working) -> Row | None:
        """The row that brings a charge's total into its bounds, if it is outside."""
        if self.least is not None:
            least = working.share.of("minimum").of(now(self.least, working))
            if total < least:
                return Row(least - total, f"brought up to the least, {words.amount(least)}")
        if self.most is not None:
            most = working.share.of("caps").of(now(self.most, working))
            if total > most:
                return Row(most - total, f"held to the most, {words.amount(most)}")
        return None
