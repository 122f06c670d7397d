"""One bill worked out before anybody is billed, and what a change in rates does to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.billing.tariffs.asked import Asked, AskedError, asked, selected, values_of
from services.billing.tariffs.compile import CompiledTariffs
from services.billing.tariffs.lines import MissingAttributeError, Period, Priced, PricingError
from services.billing.tariffs.pricing import price
from services.billing.tariffs.tariffs import Tariffs


@dataclass(frozen=True, slots=True)
class Quote:
    """A bill, what it was for and what it came to."""

    period: Period
    bills: dict[str, Priced]

    @property
    def total(self) -> Decimal:
        return sum((priced.total for priced in self.bills.values()), Decimal(0))


@dataclass(frozen=True, slots=True)
class Change:
    """One charge under two dates."""

    service: str
    code: str
    description: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


def quote(tariffs: Tariffs, day: date, words: Iterable[str], services: Iterable[str] = ()) -> Quote:
    """The bill of one account for the period that ends on a day. Raises AskedError, naming all that is missing."""
    question, chosen = asked(words, tariffs), selected(tariffs, services)
    compiled = CompiledTariffs(tariffs)
    period = question.period(day)
    bills: dict[str, Priced] = {}
    wrong: list[str] = []
    for name in (name for name in compiled.services if name in chosen):
        try:
            bills[name] = _priced(compiled, question, name, period, bills)
        except PricingError as error:
            wrong.append(_sentence(error, name, tariffs))
    if wrong:
        raise AskedError("\n".join(dict.fromkeys(wrong)))
    return Quote(period, bills)


def _priced(compiled: CompiledTariffs, question: Asked, name: str, period: Period, bills: dict[str, Priced]) -> Priced:
    usages = {other: question.usage(other, service.tariff) for other, service in compiled.services.items()}
    return price(compiled[name], usages[name], question.account(name), period, usages, bills)


def _sentence(error: PricingError, service: str, tariffs: Tariffs) -> str:
    if not isinstance(error, MissingAttributeError):
        return str(error)
    values = values_of(tariffs.services[service], error.attribute)
    choice = f", one of {', '.join(values)}" if values else ""
    return f"{error} Add {error.attribute}=...{choice}."


def changes(before: Quote, after: Quote) -> list[Change]:
    """What each charge came to before and after, in the order of the bill."""
    keys: dict[tuple[str, str], str] = {}
    for bill in (before, after):
        for priced in bill.bills.values():
            for line in priced.lines:
                keys.setdefault((line.service, line.code), line.description.partition(",")[0])
    return [
        Change(service, code, description, _amount(before, service, code), _amount(after, service, code))
        for (service, code), description in keys.items()
    ]


def _amount(bill: Quote, service: str, code: str) -> Decimal:
    return bill.bills[service].amount(code) if service in bill.bills else Decimal(0)
