"""From a tariff file to what prices bills: versions in order, and for every kind of account a plan of steps.

A plan is made the first time that an account of its kind (class, meter size, season, ...) comes along and kept:
all that its words decide is decided there, so that a bill only multiplies and rounds.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from services.billing.tariffs.build import Builder
from services.billing.tariffs.derived import NAMES, derive
from services.billing.tariffs.forms import charges_of, class_names, rates_of
from services.billing.tariffs.lines import Attributes, NoRateError, Period
from services.billing.tariffs.mentions import mentions
from services.billing.tariffs.model import Tariff, Version, When
from services.billing.tariffs.order import other_services
from services.billing.tariffs.plan import Plan
from services.billing.tariffs.resolve import Resolver
from services.billing.tariffs.sections import in_force
from services.billing.tariffs.tariffs import Tariffs

Kind = tuple[str | Decimal | None, ...]
"""What decides a plan: the account's values of the deciding attributes, in the order of the version's names."""


class CompiledVersion:
    """One version, with the plans made so far."""

    def __init__(self, service: str, tariff: Tariff, version: Version, services: frozenset[str]) -> None:
        self.service = service
        self.tariff = tariff
        self.version = version
        self.services = services
        self.effective = version.effective
        self.until = version.until
        self.deciding = tuple(sorted(_deciding(version, tariff.class_by)))
        self.derives = any(name in self.deciding for name in NAMES)
        self._plans: dict[Kind, Plan] = {}

    def plan(self, attributes: Attributes, day: date, used: Decimal | None) -> Plan:
        """The plan for an account. Raises MissingAttributeError or NoRateError."""
        if self.derives:
            values = self._values(attributes, derive(self.tariff, day, used))
        else:
            values = tuple([attributes.get(name) for name in self.deciding])
        plan = self._plans.get(values)
        if plan is None:
            plan = self._plans[values] = self._build(values)
        return plan

    def fee(self, code: str, attributes: Attributes, derived: Mapping[str, str]) -> Plan:
        """The plan of one fee. Raises NoRateError if the version has none of that name."""
        if code not in self.version.fees:
            known = ", ".join(self.version.fees) or "none"
            raise NoRateError(f"The {self.service} tariff has no fee `{code}`; it has {known}.")
        builder = self._builder(self._values(attributes, derived))
        return builder.plan({code: self.version.fees[code]}, self.version.definitions)

    def applies(self, attributes: Attributes) -> bool:
        """Whether the version is for this account at all."""
        return self.version.applies is None or _meets(self.version.applies, attributes)

    def _values(self, attributes: Attributes, derived: Mapping[str, str]) -> Kind:
        return tuple([derived.get(name) or attributes.get(name) for name in self.deciding])

    def _build(self, values: Kind) -> Plan:
        builder = self._builder(values)
        rates = rates_of(self.version, self._class(builder.resolver))
        return builder.plan(charges_of(rates), rates.definitions)

    def _builder(self, values: Kind) -> Builder:
        said = zip(self.deciding, values, strict=True)
        known = {name: _word(value) for name, value in said if value is not None}
        resolver = Resolver(self.service, self.tariff, known)
        return Builder(self.service, self.tariff, self.version, self.services, resolver)

    def _class(self, resolver: Resolver) -> str | None:
        """The key of `classes` that the account's class is in."""
        if not self.version.classes:
            return None
        wanted = resolver.word(self.tariff.class_by)
        for key in self.version.classes:
            if wanted in class_names(key):
                return key
        known = ", ".join(name for key in self.version.classes for name in class_names(key))
        raise NoRateError(f"The {self.service} tariff has no rate for class {wanted}; it has rates for {known}.")


class CompiledService:
    """One service's tariff, ready to price. Built again, not copied, when it is pickled: that is cheaper."""

    def __init__(self, name: str, tariff: Tariff, services: frozenset[str]) -> None:
        self.name = name
        self.tariff = tariff
        self.services = services
        self.by_days = tariff.chosen_by == "days"
        self.by_bill_date = tariff.chosen_by == "bill_date"
        foremost_first = sorted(tariff.versions, key=_foremost, reverse=True)
        self.versions = tuple(CompiledVersion(name, tariff, version, services) for version in foremost_first)
        self._by_day: dict[date, CompiledVersion] = {}  # asked only where no version is for some accounts
        self.contracts = any(version.applies is not None for version in tariff.versions)
        self.needs = frozenset(other_services(tariff, services) - {name})

    def __reduce__(self) -> tuple[Callable[..., "CompiledService"], tuple[str, Tariff, frozenset[str]]]:
        return CompiledService, (self.name, self.tariff, self.services)

    def for_account(self, attributes: Attributes) -> tuple[CompiledVersion, ...]:
        """The versions that can apply to an account: those for some before those for all, newest first."""
        if not self.contracts:
            return self.versions
        return tuple(version for version in self.versions if version.applies(attributes))

    def deciding_day(self, period: Period) -> date:
        """The day that picks the version, where one does for the whole bill."""
        return period.bill_date if self.by_bill_date else period.read_date

    def version_on(self, day: date, attributes: Attributes) -> CompiledVersion:
        """The version for an account on a day. Raises NoRateError if none is in force."""
        version = None if self.contracts else self._by_day.get(day)
        if version is None:
            version = in_force(self.for_account(attributes), day)
            if version is None:
                raise self.no_version(day)
            self._by_day[day] = version
        return version

    def no_version(self, day: date) -> NoRateError:
        first = min(version.effective for version in self.versions)
        return NoRateError(f"No version of the {self.name} tariff is in force on {day}; the first is from {first}.")


class CompiledTariffs:
    """All tariffs of a town pack, in the order in which their services need each other."""

    def __init__(self, tariffs: Tariffs) -> None:
        self.hash = tariffs.hash
        names = frozenset(tariffs.services)
        compiled = {name: CompiledService(name, tariff, names) for name, tariff in tariffs.services.items()}
        self.services: Mapping[str, CompiledService] = _ordered(compiled)
        self._orders: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._source = tariffs

    def __reduce__(self) -> tuple[Callable[..., "CompiledTariffs"], tuple[Tariffs]]:
        return CompiledTariffs, (self._source,)

    def by_volume(self, service: str) -> bool:
        """Whether a service's tariff has a unit of usage; a service without a tariff has none."""
        compiled = self.services.get(service)
        return compiled is not None and compiled.tariff.unit is not None

    @property
    def by_calendar(self) -> frozenset[str]:
        """The services that are charged for by their days alone."""
        return frozenset(service for service in self.services if not self.by_volume(service))

    def __getitem__(self, service: str) -> CompiledService:
        """A service's tariff. Raises NoRateError where the town has none."""
        try:
            return self.services[service]
        except KeyError:
            known = ", ".join(self.services)
            raise NoRateError(f"The town has no tariff for {service}; it has tariffs for {known}.") from None

    def in_order(self, services: tuple[str, ...]) -> tuple[str, ...]:
        """The services in the order in which they need each other; those that the town lacks come last."""
        ordered = self._orders.get(services)
        if ordered is None:
            known = [name for name in self.services if name in services]
            ordered = (*known, *(name for name in services if name not in self.services))
            self._orders[services] = ordered
        return ordered


def compile_tariffs(tariffs: Tariffs) -> CompiledTariffs:
    """What prices bills under these tariffs: the same for the same files, and cheap to make again."""
    return CompiledTariffs(tariffs)


def _deciding(version: Version, class_by: str) -> set[str]:
    names = {mention.name for mention in mentions(version) if mention.deciding}
    return names | ({class_by} if version.classes else set())


def _word(value: str | Decimal) -> str:
    return value if isinstance(value, str) else f"{value:f}"


def _meets(when: When, attributes: Attributes) -> bool:
    if not isinstance(when.root, dict):
        return False
    return all(_word(attributes.get(name, "no")) in wanted for name, wanted in when.root.items())


def _ordered(compiled: Mapping[str, CompiledService]) -> dict[str, CompiledService]:
    """Each service after those it needs; the check refuses services that need each other."""
    ordered: dict[str, CompiledService] = {}
    while len(ordered) < len(compiled):
        ready = [name for name, item in compiled.items() if name not in ordered and item.needs <= ordered.keys()]
        for name in ready or [name for name in compiled if name not in ordered]:
            ordered[name] = compiled[name]
    return ordered


def _foremost(version: Version) -> tuple[bool, date]:
    """A version for some accounts goes before those for all, as a contract goes before an ordinance."""
    return version.applies is not None, version.effective
