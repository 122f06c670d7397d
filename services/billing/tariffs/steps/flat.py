"""A flat amount, or an amount for each of something."""

from dataclasses import dataclass
from decimal import Decimal

from services.billing.tariffs import words
from services.billing.tariffs.lines import Line
from services.billing.tariffs.model import Every
from services.billing.tariffs.numbers import Number, now
from services.billing.tariffs.shares import ALL, Scale
from services.billing.tariffs.steps.count import Count
from services.billing.tariffs.steps.posting import Bounds, Posting, Row
from services.billing.tariffs.working import ONE, Working

_MONTHS = Decimal(12)


@dataclass(slots=True)
class FlatStep:
    """A compiled `Flat` charge."""

    posting: Posting
    amount: Number
    per: Count | None
    every: Every
    bills_a_year: Decimal
    prorates: bool | None
    bounds: Bounds
    fixed: Line | None = None

    def __post_init__(self) -> None:
        """A charge that no bill can change is one line, made once."""
        plain = self.per is None and self.every == "period" and self.bounds.none and self.posting.when is None
        if plain and isinstance(self.amount, Decimal) and self.posting.rounding.per != "service":
            row = Row(self.amount, _a_bill(self.amount))
            self.fixed = self.posting.line(row, self.posting.round(self.amount))

    def run(self, working: Working) -> None:
        if self.fixed is not None and working.share.whole:
            working.lines.append(self.fixed)
            working.amounts[self.posting.code] = self.fixed.amount
        elif self.posting.applies(working) and self._due(working):
            self._post(working)

    def _due(self, working: Working) -> bool:
        """A charge that is never prorated stands once on a bill of several sections: in the last."""
        return self.prorates is not False or working.share.last

    def _post(self, working: Working) -> None:
        rate = now(self.amount, working) * self._periods(working)
        count = None if self.per is None else self.per.now(working)
        share = self._share(working)
        exact = share.of(rate * (ONE if count is None else count))
        row = self._row(working, share.of(rate), count, exact)
        bound = self.bounds.row(exact, working)
        self.posting.post(working, [row, bound] if bound else [row])

    def _row(self, working: Working, rate: Decimal, count: Decimal | None, exact: Decimal) -> Row:
        if count is None or self.per is None:
            return Row(exact, _a_bill(rate))
        unit, counted = self.per.called or self.per.name, self.per.rule(working)
        rule = f"{words.rounded(count)} {unit} at {words.amount(rate)} each"
        return Row(exact, rule if counted == unit else f"{rule}: {counted}", count, unit, rate)

    def _periods(self, working: Working) -> Decimal:
        """How many of `every` one bill is: a monthly amount stands twice on a bill of two months."""
        if self.every == "day":
            return Decimal(working.share.days)
        if self.every == "year":
            return ONE / self.bills_a_year
        return _MONTHS / self.bills_a_year if self.every == "month" else ONE

    def _share(self, working: Working) -> Scale:
        if self.every == "day" or self.prorates is False:
            return ALL
        return working.share.full if self.prorates else working.share.of("base")


def _a_bill(amount: Decimal) -> str:
    return f"{words.amount(amount)} a bill"
