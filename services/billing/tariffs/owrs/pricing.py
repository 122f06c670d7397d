"""A bill under a rate file: the file is imported, and the tariff engine prices it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from services.billing.tariffs.compile import CompiledService
from services.billing.tariffs.lines import MissingAttributeError, Period, Priced, PricingError, Usage
from services.billing.tariffs.owrs.importer import CLASS_ATTRIBUTE, Imported
from services.billing.tariffs.owrs.names import is_usage
from services.billing.tariffs.pricing import price

SERVICE = "water"


@dataclass(frozen=True, slots=True)
class Pricer:
    """An imported file, compiled once for many bills."""

    imported: Imported
    service: CompiledService

    @staticmethod
    def of(imported: Imported) -> "Pricer":
        return Pricer(imported, CompiledService(SERVICE, imported.tariff, frozenset({SERVICE})))

    def price(self, given: Mapping[str, str], day: date | None = None) -> Priced:
        """The bill for attributes under OWRS names; `usage_ccf` is usage in the file's own unit.

        `day` is the bill's date, by default the day that the rates took effect. Raises PricingError.
        """
        usage, told = self._told(given)
        refused = self.imported.refused.get(told.get(CLASS_ATTRIBUTE, ""))
        if refused is not None:
            raise PricingError(str(refused))
        day = day or self.imported.file.effective
        period = Period(day - timedelta(days=self._days(told)), day, day, day)
        return price(self.service, Usage(usage, self.imported.file.unit), told, period)

    def _told(self, given: Mapping[str, str]) -> tuple[Decimal | None, dict[str, str]]:
        """The usage, and the other attributes with names and values as the file spells them."""
        vocabulary, usage, told = self.imported.vocabulary, None, {}
        for name, value in given.items():
            if is_usage(name):
                usage = _number(name, value)
            else:
                told[vocabulary.known(name) or name] = vocabulary.respelled(name, value)
        if CLASS_ATTRIBUTE in told:
            told[CLASS_ATTRIBUTE] = self._class(told[CLASS_ATTRIBUTE])
        elif len(names := [*self.imported.file.classes, *self.imported.file.refused]) == 1:
            told[CLASS_ATTRIBUTE] = names[0]
        else:
            raise MissingAttributeError(SERVICE, CLASS_ATTRIBUTE, f"one of {', '.join(names)}")
        return usage, told

    def _class(self, given: str) -> str:
        names = [*self.imported.file.classes, *self.imported.file.refused]
        return next((name for name in names if name.casefold() == given.strip().casefold()), given)

    @staticmethod
    def _days(told: Mapping[str, str]) -> int:
        days = told.get("days_in_period", "")
        return int(days) if days.isdigit() and 0 < int(days) < 1_000 else 30


def _number(name: str, value: str) -> Decimal:
    try:
        number = Decimal(value.replace(",", ""))
    except InvalidOperation:
        raise PricingError(f"`{name}` must be a number, and is {value!r}.") from None
    if not number.is_finite():
        raise PricingError(f"`{name}` must be a number, and is {value!r}.")
    return number
