"""A bill of one service, and of all services of an account: the only place where anything is priced."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Context, Decimal, DecimalException, localcontext
from types import MappingProxyType

from services.billing.tariffs.compile import CompiledService, CompiledTariffs
from services.billing.tariffs.derived import derive
from services.billing.tariffs.lines import (
    NO_BILLS,
    NO_USAGES,
    Attributes,
    Line,
    Period,
    Priced,
    PricingError,
    Usage,
)
from services.billing.tariffs.model import Tariff
from services.billing.tariffs.plan import Plan
from services.billing.tariffs.rounding import round_to
from services.billing.tariffs.sections import by_days
from services.billing.tariffs.shares import Share, share
from services.billing.tariffs.steps.blocks import Block
from services.billing.tariffs.steps.by_usage import ByUsageStep
from services.billing.tariffs.steps.posting import together
from services.billing.tariffs.units import convert
from services.billing.tariffs.working import Setting, Working, ccf

_CONTEXT = Context(prec=28)
_ZERO = Decimal(0)
_NO_ATTRIBUTES: Attributes = MappingProxyType({})


def price(
    service: CompiledService,
    usage: Usage,
    attributes: Attributes,
    period: Period,
    others: Mapping[str, Usage] = NO_USAGES,
    bills: Mapping[str, Priced] = NO_BILLS,
) -> Priced:
    """The lines of one service for one account and period. Pure: the same in, the same out.

    `usage` is in the meter's unit and is converted to the tariff's; `Usage()` for a service without a meter, or
    for a meter that was not read. `attributes` are what the account says (`class`, `meter_size`, ...), and what
    the billing run has filled in: `winter_average` in the tariff's unit (see `winter.average`), `stage`, and
    flags such as `low_income` from exemptions in force. `others` are the usages of the account's other services,
    for a tariff that charges on them (`on: water_usage`); `bills` are the other services' bills, for one that
    takes a percent of them. `price_bill` fills both.

    Amounts are dollars, rounded as the tariff says. Raises PricingError in a sentence that names no account.
    """
    with localcontext(_CONTEXT):
        return _price(service, usage, attributes, period, others, bills)


def price_bill(
    tariffs: CompiledTariffs,
    usages: Mapping[str, Usage],
    attributes: Mapping[str, Attributes],
    period: Period,
) -> dict[str, Priced]:
    """The bills of all services that `usages` names, each after those it needs.

    `attributes` are given per service, as agreements carry them.
    """
    bills: dict[str, Priced] = {}
    with localcontext(_CONTEXT):
        for name in tariffs.in_order(tuple(usages)):
            account = attributes.get(name, _NO_ATTRIBUTES)
            bills[name] = _price(tariffs[name], usages[name], account, period, usages, bills)
    return bills


def price_fee(service: CompiledService, code: str, attributes: Attributes, period: Period) -> Priced:
    """A fee that something brought about (a shutoff, a returned check), under the version of its day."""
    with localcontext(_CONTEXT):
        setting = Setting(service.name, service.tariff, attributes, period, NO_USAGES, NO_BILLS)
        day = service.deciding_day(period)
        plan = service.version_on(day, attributes).fee(code, attributes, derive(service.tariff, day, _ZERO))
        whole = share(None, period, period.start, period.end)
        try:
            return Priced(service.name, _lines(plan, setting, whole, None, day))
        except DecimalException:
            raise _too_large(service) from None


def blocks_of(
    service: CompiledService,
    usage: Usage,
    attributes: Attributes,
    period: Period,
    others: Mapping[str, Usage] = NO_USAGES,
) -> dict[str, tuple[str, str, Sequence[Block]]]:
    """The blocks that a bill's usage runs through, by charge, with its label and unit: for pictures."""
    with localcontext(_CONTEXT):
        setting = Setting(service.name, service.tariff, attributes, period, others, NO_BILLS)
        used, day = _used(service.tariff, usage), service.deciding_day(period)
        plan = service.version_on(day, attributes).plan(attributes, day, used)
        whole = share(service.tariff.prorate, period, period.start, period.end)
        working = Working(setting, whole, used, plan, day)
        return {
            step.posting.code: (step.posting.label, step.table.unit, step.for_bill(working))
            for step in plan.steps
            if isinstance(step, ByUsageStep)
        }


def _price(
    service: CompiledService,
    usage: Usage,
    attributes: Attributes,
    period: Period,
    others: Mapping[str, Usage],
    bills: Mapping[str, Priced],
) -> Priced:
    tariff = service.tariff
    setting = Setting(service.name, tariff, attributes, period, others, bills)
    used = _used(tariff, usage)
    try:
        lines = (_across if service.by_days else _at_once)(service, setting, used)
    except DecimalException:
        raise _too_large(service) from None
    as_billed = (
        usage if used is usage.quantity and tariff.unit == usage.unit else Usage(used, tariff.unit or usage.unit)
    )
    return Priced(service.name, lines, as_billed)


def _too_large(service: CompiledService) -> PricingError:
    return PricingError(f"The {service.name} tariff comes to a number too large for a bill.")


def _used(tariff: Tariff, usage: Usage) -> Decimal | None:
    """The usage in the tariff's unit, rounded as the tariff counts it."""
    quantity, unit = usage
    if quantity is None:
        return None
    if unit != tariff.unit and unit is not None and tariff.unit is not None:
        quantity = convert(quantity, unit, tariff.unit, ccf(tariff))
    rule = tariff.usage
    return quantity if rule is None else round_to(quantity, rule.to, rule.round)


def _at_once(service: CompiledService, setting: Setting, used: Decimal | None) -> tuple[Line, ...]:
    """The whole bill under the version of one day."""
    period, attributes = setting.period, setting.attributes
    day = service.deciding_day(period)
    plan = service.version_on(day, attributes).plan(attributes, day, used)
    part = share(service.tariff.prorate, period, period.start, period.end)
    if plan.fixed is not None and part.whole:
        return plan.fixed
    return _lines(plan, setting, part, used, day)


def _across(service: CompiledService, setting: Setting, used: Decimal | None) -> tuple[Line, ...]:
    """The bill in sections, one for each version and season of its days; usage is shared out by days."""
    period, attributes = setting.period, setting.attributes
    lines: list[Line] = []
    left = used
    for version, start, end in by_days(service.tariff, service.for_account(attributes), period):
        if version is None:
            raise service.no_version(start)
        part = share(service.tariff.prorate, period, start, end)
        section = _share_of(used, left, part)
        left = left - section if left is not None and section is not None else None
        lines.extend(_lines(version.plan(attributes, start, section), setting, part, section, start))
    return tuple(lines)


def _share_of(used: Decimal | None, left: Decimal | None, part: Share) -> Decimal | None:
    """A section's usage. The last takes what is left, so that sections sum to what was used."""
    if used is None or part.last:
        return left
    return part.section.of_units(used)


def _lines(plan: Plan, setting: Setting, part: Share, used: Decimal | None, day: date) -> tuple[Line, ...]:
    """A plan's lines for one section of a bill."""
    working = Working(setting, part, used, plan, day)
    for step in plan.steps:
        step.run(working)
    if plan.rounded_together is None:
        return tuple(working.lines)
    amounts = together([line.amount for line in working.lines], plan.rounded_together)
    return tuple(line._replace(amount=amount) for line, amount in zip(working.lines, amounts, strict=True))
