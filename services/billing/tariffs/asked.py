"""What a person asks a quote for: `usage=5432gal class=single_family sewer.class=commercial days=28`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from services.billing.tariffs.attributes import DERIVED, attribute, usage_of
from services.billing.tariffs.forms import class_names
from services.billing.tariffs.lines import Attributes, Period, Usage
from services.billing.tariffs.mentions import mentions, walk
from services.billing.tariffs.model import Tariff, Version, When
from services.billing.tariffs.tariffs import Tariffs
from services.billing.tariffs.units import gallons
from services.billing.tariffs.values import OTHERWISE, Table, Words

_QUANTITY = re.compile(r"(-?[0-9][0-9,]*(?:\.[0-9]+)?)\s*([a-z_0-9]*)")
_DATES = ("start", "bill_date", "read_date")


class AskedError(ValueError):
    """What is wrong with what was asked, in a sentence."""


@dataclass(slots=True)
class Asked:
    """The parts of a question: dates and days, usages by service (or for all), attributes by service (or all)."""

    days: int | None = None
    dates: dict[str, date] = field(default_factory=dict)
    usages: dict[str | None, Usage] = field(default_factory=dict)
    attributes: dict[str | None, dict[str, str]] = field(default_factory=dict)

    def period(self, day: date) -> Period:
        """The month that ends on a day, unless start or days were given."""
        end = self.dates.get("read_date", day)
        start = self.dates.get("start") or (end - timedelta(days=self.days) if self.days else _month_before(end))
        if start >= end:
            raise AskedError(f"The period starts on {start}, and must start before it ends on {end}.")
        return Period(start, end, self.dates.get("bill_date", day), end)

    def usage(self, service: str, tariff: Tariff) -> Usage:
        used = self.usages.get(service) or (self.usages.get(None) if tariff.unit else None) or Usage()
        return Usage(used.quantity, used.unit or tariff.unit) if used.quantity is not None else used

    def account(self, service: str) -> Attributes:
        return {**self.attributes.get(None, {}), **self.attributes.get(service, {})}


def asked(words: Iterable[str], tariffs: Tariffs) -> Asked:
    """Reads `key=value` words. Raises AskedError, which names what is unknown."""
    found = Asked()
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key or not value:
            raise AskedError(f"`{word}` is not understood. Write attributes as name=value, such as meter_size=3/4.")
        _take(found, key.strip(), value.strip(), tariffs)
    return found


def _take(found: Asked, key: str, value: str, tariffs: Tariffs) -> None:
    service, dot, name = key.rpartition(".")
    if dot and service not in tariffs.services:
        raise AskedError(f"There is no service `{service}`; there are {', '.join(tariffs.services)}.")
    if key == "days":
        found.days = _whole(key, value)
    elif key in _DATES:
        found.dates[key] = _date(key, value)
    elif name in _names_of_usage(tariffs) or usage_of(name) in tariffs.services:
        found.usages[service or usage_of(name)] = _usage(value)
    else:
        _known(name, tariffs)
        found.attributes.setdefault(service or None, {})[name] = value


def _names_of_usage(tariffs: Tariffs) -> set[str]:
    """`usage`, and what a tariff defines to be just that, as imported ones do with `usage_ccf`."""
    versions = (version for tariff in tariffs.services.values() for version in tariff.versions)
    defined = ((name, item.value) for version in versions for name, item in version.definitions.items())
    return {"usage"} | {name for name, value in defined if isinstance(value, Words) and value.root == "usage"}


def _known(name: str, tariffs: Tariffs) -> None:
    known = {one for tariff in tariffs.services.values() for one in asked_for(tariff)}
    if name not in known:
        raise AskedError(f"No tariff asks for `{name}`. They ask for {', '.join(sorted(known)) or 'nothing'}.")


def asked_for(tariff: Tariff) -> set[str]:
    """The attributes of accounts that a tariff uses anywhere."""
    names = {mention.name for version in tariff.versions for mention in mentions(version)}
    classes = {tariff.class_by} if any(version.classes for version in tariff.versions) else set()
    derived = DERIVED.keys() - tariff.attributes.keys()
    return {name for name in names | classes if name not in derived and attribute(tariff, name) is not None}


def values_of(tariff: Tariff, name: str) -> list[str]:
    """The values that a tariff has rates for: what one can ask."""
    declared = attribute(tariff, name)
    found = list(declared.values or ()) if declared is not None else []
    for version in tariff.versions:
        found.extend(_values_in(version, name, tariff.class_by))
    return list(dict.fromkeys(found))


def _values_in(version: Version, name: str, class_by: str) -> Iterator[str]:
    if name == class_by:
        yield from (one for key in version.classes for one in class_names(key))
    for _, part in walk(version):
        if isinstance(part, Table) and name in part.names and not part.of_ranges:
            yield from (key[part.names.index(name)] for key, _ in part.keyed() if key != (OTHERWISE,))
        elif isinstance(part, When) and isinstance(part.root, dict):
            yield from part.root.get(name, [])


def _usage(value: str) -> Usage:
    found = _QUANTITY.fullmatch(value)
    if found is None:
        raise AskedError(f"`{value}` is no usage. Write a number and a unit, such as 5432gal or 5.4kgal.")
    unit = found[2] or None
    if unit is not None:
        _volume(unit)
    return Usage(Decimal(found[1].replace(",", "")), unit)


def _volume(unit: str) -> None:
    try:
        gallons(unit)
    except ValueError as error:
        raise AskedError(str(error)) from None


def _whole(key: str, value: str) -> int:
    if not value.isdigit() or int(value) == 0:
        raise AskedError(f"`{key}` must be a number of days, and is `{value}`.")
    return int(value)


def _date(key: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise AskedError(f"`{key}` must be a day such as 2024-03-01, and is `{value}`.") from None


def _month_before(day: date) -> date:
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def selected(tariffs: Tariffs, services: Iterable[str]) -> Mapping[str, Tariff]:
    """The services asked for; without a choice, all that bill by a period. Raises AskedError."""
    chosen = list(services) or [name for name, tariff in tariffs.services.items() if bills_periods(tariff)]
    for name in chosen:
        if name not in tariffs.services:
            raise AskedError(f"There is no service `{name}`; there are {', '.join(tariffs.services)}.")
    return {name: tariffs.services[name] for name in chosen}


def bills_periods(tariff: Tariff) -> bool:
    """Whether a tariff has more than fees."""
    return any(version.classes or version.model_fields_set - _NOT_CHARGES for version in tariff.versions)


_NOT_CHARGES = {"effective", "until", "source", "illustrative", "note", "applies", "factor", "fees", "definitions"}
