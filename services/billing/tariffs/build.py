"""From the charges of one kind of account to its plan: the steps that price it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.billing.tariffs import words
from services.billing.tariffs.lines import Line
from services.billing.tariffs.model import (
    Bound,
    ByUsage,
    Charge,
    Definition,
    Flat,
    Percent,
    Quantity,
    Tariff,
    Version,
)
from services.billing.tariffs.numbers import Number, said
from services.billing.tariffs.order import in_order, taken
from services.billing.tariffs.plan import Plan, Step
from services.billing.tariffs.resolve import Resolver
from services.billing.tariffs.steps import BoundStep, ByUsageStep, FlatStep, PercentStep
from services.billing.tariffs.steps.blocks import BlockRule, BlockTable
from services.billing.tariffs.steps.count import Count
from services.billing.tariffs.steps.posting import Bounds, Posting
from services.billing.tariffs.values import Words


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds steps under one version for accounts whose words `resolver` holds."""

    service: str
    tariff: Tariff
    version: Version
    services: frozenset[str]
    resolver: Resolver

    def plan(self, charges: Mapping[str, Charge], definitions: Mapping[str, Definition]) -> Plan:
        steps = [
            self._step(code, charges[code], charges)
            for code in in_order(charges, definitions)
            if self.resolver.holds(charges[code].when) is not False
        ]
        together = self.tariff.rounding if self.tariff.rounding.per == "service" else None
        defined = {name: self._defined(name, item) for name, item in definitions.items()}
        return Plan(tuple(steps), defined, frozenset(charges), together, _fixed(steps))

    def _step(self, code: str, charge: Charge, charges: Mapping[str, Charge]) -> Step:
        posting = self._posting(code, charge)
        match charge:
            case Flat():
                return self._flat(posting, charge)
            case ByUsage():
                return self._by_usage(posting, charge)
            case Percent():
                return self._percent(posting, charge, charges)
            case Bound():
                return self._bound(posting, charge, charges)

    def _posting(self, code: str, charge: Charge) -> Posting:
        label = words.line_label(words.service_label(self.service, self.tariff.label), code, charge.label)
        when = self.resolver.holds(charge.when)
        return Posting(
            self.service,
            code,
            label.en,
            version_name(self.version),
            charge.source or self.version.source,
            charge.rounding or self.tariff.rounding,
            when if isinstance(when, Words) else None,
        )

    def _flat(self, posting: Posting, charge: Flat) -> FlatStep:
        return FlatStep(
            posting,
            self.resolver.product(charge.amount, charge.factor, self.version.factor),
            self._count(charge.per, caps_scale=False),
            charge.every,
            Decimal(self.tariff.bills_a_year),
            charge.prorate,
            self._bounds(charge),
        )

    def _by_usage(self, posting: Posting, charge: ByUsage) -> ByUsageStep:
        return ByUsageStep(
            posting,
            self._table(charge),
            self._count(charge.on, caps_scale=True),
            self._bounds(charge),
        )

    def _table(self, charge: ByUsage) -> BlockTable:
        called = charge.on.called if charge.on else None
        return BlockTable(
            self._blocks(charge),
            self.resolver.optional(charge.includes),
            self.resolver.optional(charge.scale),
            called or self.tariff.unit or "unit",
            charge.prorate,
        )

    def _blocks(self, charge: ByUsage) -> tuple[BlockRule, ...]:
        factors = (charge.factor, self.version.factor)
        if charge.price is not None:
            return (BlockRule(self.resolver.product(charge.price, *factors), None, None),)
        return tuple(
            BlockRule(
                self.resolver.product(block.price, *factors),
                self.resolver.optional(block.to),
                self.resolver.optional(block.next),
            )
            for block in charge.blocks or ()
        )

    def _percent(self, posting: Posting, charge: Percent, charges: Mapping[str, Charge]) -> PercentStep:
        of = taken(charge, charges, self.services)
        each_line = charge.taxed == "each_line"
        return PercentStep(posting, self.resolver.number(charge.percent), of.own, of.foreign, each_line)

    def _bound(self, posting: Posting, charge: Bound, charges: Mapping[str, Charge]) -> BoundStep:
        """30% more outside is 30% more of the minimum, too."""
        least, most = (
            None if value is None else self.resolver.product(value, self.version.factor)
            for value in (charge.at_least, charge.at_most)
        )
        return BoundStep(posting, Bounds(least, most), taken(charge, charges, self.services).own)

    def _bounds(self, charge: Flat | ByUsage) -> Bounds:
        return Bounds(self.resolver.optional(charge.at_least), self.resolver.optional(charge.at_most))

    def _defined(self, name: str, definition: Definition) -> Number:
        if definition.quantity is not None:
            return self._quantity(definition.quantity, name, caps_scale=False)
        return self.resolver.optional(definition.value) or Decimal(0)

    def _count(self, quantity: Quantity | None, caps_scale: bool) -> Count | None:
        if quantity is None:
            return None
        name = words.humanized(quantity.of.root.removeprefix("=").strip()).removesuffix(" count")
        return self._quantity(quantity, name, caps_scale)

    def _quantity(self, quantity: Quantity, name: str, caps_scale: bool) -> Count:
        resolver = self.resolver
        return Count(
            of=said(quantity.of.expression),
            unit=quantity.unit,
            less=resolver.optional(quantity.less),
            percent=resolver.optional(quantity.percent),
            each=resolver.optional(quantity.each),
            round=quantity.round,
            to=quantity.to,
            least=resolver.optional(quantity.at_least),
            most=resolver.optional(quantity.at_most),
            caps_scale=caps_scale,
            called=quantity.called,
            name=name,
        )


def _fixed(steps: Sequence[Step]) -> tuple[Line, ...] | None:
    lines = [step.fixed for step in steps if isinstance(step, FlatStep) and step.fixed is not None]
    return tuple(lines) if len(lines) == len(steps) else None


def version_name(version: Version) -> str:
    """What a bill calls the version: its day, and whom it is for if not for all."""
    if version.applies is None or not isinstance(version.applies.root, dict):
        return version.effective.isoformat()
    terms = " ".join(f"{name}={','.join(values)}" for name, values in version.applies.root.items())
    return f"{version.effective.isoformat()} {terms}"
