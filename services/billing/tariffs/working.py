"""One service's bill while it is being worked out, and what its numbers may ask by name."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from services.billing.tariffs.attributes import attribute, usage_of
from services.billing.tariffs.derived import NAMES, derive
from services.billing.tariffs.expressions import Value
from services.billing.tariffs.lines import (
    Attributes,
    Line,
    MissingAttributeError,
    MissingUsageError,
    Period,
    Priced,
    PricingError,
    Usage,
)
from services.billing.tariffs.model import Attribute, Tariff
from services.billing.tariffs.numbers import now
from services.billing.tariffs.order import charge_named
from services.billing.tariffs.plan import Plan
from services.billing.tariffs.shares import Share
from services.billing.tariffs.units import GALLONS_PER_CCF, convert

ONE = Decimal(1)
ZERO = Decimal(0)


class Setting(NamedTuple):
    """What a bill stands in: the same for all sections of it."""

    service: str
    tariff: Tariff
    attributes: Attributes
    period: Period
    others: Mapping[str, Usage]
    bills: Mapping[str, Priced]


class Working:
    """The lines and amounts so far. Steps add to it; numbers look names up in it."""

    __slots__ = ("amounts", "day", "known", "lines", "plan", "setting", "share", "usage")

    def __init__(
        self,
        setting: Setting,
        share: Share,
        usage: Decimal | None,
        plan: Plan,
        day: date,
    ) -> None:
        self.setting = setting
        self.share = share
        self.usage = usage
        self.plan = plan
        self.day = day
        self.lines: list[Line] = []
        self.amounts: dict[str, Decimal] = {}
        self.known: dict[str, Value] = {}

    def measured(self) -> Decimal:
        """The usage. Raises MissingUsageError where there is none."""
        if self.usage is None:
            raise MissingUsageError(
                f"The {self.setting.service} tariff charges by usage, and there is no usage to bill."
            )
        return self.usage

    def look(self, name: str) -> Value:
        """A definition, a line already priced, what the engine derives, or an attribute of the account."""
        if name in self.known:
            return self.known[name]
        value = self._found(name)
        self.known[name] = value
        return value

    def _found(self, name: str) -> Value:
        if name in self.plan.definitions:
            return now(self.plan.definitions[name], self)
        charge = charge_named(name, self.plan.codes)
        if charge is not None:
            return self.amounts.get(charge, ZERO)
        if name == "usage":
            return self.measured()
        if name == "days":
            return Decimal(self.share.days)
        if name in NAMES and (said := self._derived(name)) is not None:
            return said
        declared = attribute(self.setting.tariff, name)
        other = usage_of(name) if declared is None else None
        return self.usage_of(other) if other else self._attribute(name, declared)

    def _derived(self, name: str) -> Value | None:
        said = derive(self.setting.tariff, self.day, self.usage).get(name)
        if name == "read":
            return said == "yes"
        return Decimal(said) if said is not None and name == "month" else said

    def usage_of(self, service: str) -> Decimal:
        """The usage of another service, in this tariff's unit."""
        used = self.setting.others.get(service)
        if used is None or used.quantity is None:
            raise MissingUsageError(
                f"The {self.setting.service} tariff charges on the usage of {service}, and there is none to bill."
            )
        tariff = self.setting.tariff
        unit = tariff.unit or used.unit
        quantity = convert(used.quantity, used.unit or unit or "", unit or "", ccf(tariff))
        return self.share.section.of_units(quantity)

    def _attribute(self, name: str, declared: Attribute | None) -> Value:
        value = self.setting.attributes.get(name)
        if value is None and declared is not None:
            value = declared.default
        if value is None:
            means = declared.means if declared else None
            raise MissingAttributeError(self.setting.service, name, means)
        return _as_declared(name, value, declared)


def ccf(tariff: Tariff) -> Decimal:
    return tariff.gallons_per_ccf or GALLONS_PER_CCF


def _as_declared(name: str, value: str | Decimal, declared: Attribute | None) -> Value:
    kind = declared.kind if declared else "word"
    if kind == "flag":
        return str(value).lower() in ("yes", "true", "1")
    if kind == "word":
        return value
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise PricingError(f"`{name}` must be a number, and is {value!r}.") from None
    if not number.is_finite():
        raise PricingError(f"`{name}` must be a number, and is {value!r}.")
    return number
