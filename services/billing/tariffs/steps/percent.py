"""A percent of other charges: a tax, a surcharge, a discount."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.billing.tariffs import words
from services.billing.tariffs.lines import PricingError
from services.billing.tariffs.numbers import Number, now
from services.billing.tariffs.steps.posting import Posting, Row
from services.billing.tariffs.working import ZERO, Working

_HUNDRED = Decimal(100)


@dataclass(slots=True)
class PercentStep:
    """A compiled `Percent` charge. `own` are codes of this service; `foreign` other services' (service, code)."""

    posting: Posting
    percent: Number
    own: tuple[str, ...]
    foreign: tuple[tuple[str, str | None], ...]
    each_line: bool

    def run(self, working: Working) -> None:
        if not self.posting.applies(working):
            return
        percent = now(self.percent, working)
        bases = [base for base in self._bases(working) if base]
        if not self.each_line:
            bases = [sum(bases, ZERO)]
        rate = percent / _HUNDRED
        rule = f"{words.quantity(percent)}% of {self._named()}"
        self.posting.post(working, self._rows(bases, rate, rule))

    def _rows(self, bases: Sequence[Decimal], rate: Decimal, rule: str) -> list[Row]:
        # Taxed line by line, each line's tax is rounded alone; the bill still prints one tax.
        exact = sum((self._tax(base * rate) for base in bases), ZERO)
        return [Row(exact, rule, sum(bases, ZERO), "USD", rate)]

    def _tax(self, exact: Decimal) -> Decimal:
        return self.posting.round(exact) if self.each_line else exact

    def _bases(self, working: Working) -> list[Decimal]:
        if self.each_line:
            own = [line.amount for line in working.lines if line.code in self.own]
        else:
            own = [working.amounts.get(code, ZERO) for code in self.own]
        return own + [self._foreign(working, service, code) for service, code in self.foreign]

    def _foreign(self, working: Working, service: str, code: str | None) -> Decimal:
        bill = working.setting.bills.get(service)
        if bill is None:
            raise PricingError(
                f"The {self.posting.service} tariff takes a percent of {service}, and there is no bill for {service}."
            )
        return working.share.section.of(bill.total if code is None else bill.amount(code))

    def _named(self) -> str:
        foreign = [service if code is None else f"{service} {code}" for service, code in self.foreign]
        return ", ".join([words.humanized(code) for code in self.own] + foreign)
