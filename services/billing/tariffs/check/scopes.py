"""A tariff file opened for checking: whose rates stand where in it."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from chassis.located_yaml import Located
from chassis.townpack import Mistake, Severity
from services.billing.tariffs.forms import charges_of, rates_of
from services.billing.tariffs.mentions import Path, walk
from services.billing.tariffs.model import ByUsage, Charge, Definition, Rates, Tariff, Version

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that reads as a tariff, with the names of all services of its pack."""

    service: str
    tariff: Tariff
    located: Located
    services: frozenset[str]

    def mistake(self, path: Path, message: str, mend: str, severity: Severity = "error") -> Mistake:
        return Mistake(self.located.file, self.located.line(path), message, mend, severity)

    def versions(self) -> Iterator[tuple[Path, Version]]:
        for index, version in enumerate(self.tariff.versions):
            yield ("versions", index), version

    def scopes(self) -> Iterator["Scope"]:
        """Everybody's rates of each version, and each class's with them."""
        for path, version in self.versions():
            for key in [None, *version.classes]:
                yield Scope(version, path, key, rates_of(version, key))


@dataclass(frozen=True, slots=True)
class Scope:
    """What one class pays under one version (or everybody, where `key` is None)."""

    version: Version
    path: Path
    key: str | None
    rates: Rates

    @property
    def charges(self) -> dict[str, Charge]:
        return charges_of(self.rates)

    @property
    def definitions(self) -> Mapping[str, Definition]:
        return self.rates.definitions

    @property
    def own_path(self) -> Path:
        return self.path if self.key is None else (*self.path, "classes", self.key)

    def path_of(self, code: str) -> Path:
        """Where a charge stands: in the class, or in the version if the class doesn't say it."""
        own = self.version if self.key is None else self.version.classes[self.key]
        start = self.own_path if code in own.charges or code not in self.version.charges else self.path
        return (*start, "charges", code) if code in self.rates.charges else (*start, _FIELDS.get(code, code))


_FIELDS = {"usage": "price"}


def parts(model: object, kind: type[P], path: Path = ()) -> Iterator[tuple[Path, P]]:
    """Every part of one kind within a model, with its path."""
    for place, part in walk(model, path):
        if isinstance(part, kind):
            yield place, part


def own_parts(opened: Opened, kind: type[P]) -> Iterator[tuple[Path, P]]:
    """Every part of one kind in a file."""
    return parts(opened.tariff, kind)


def priced_by_usage(opened: Opened) -> Iterator[tuple[Path, Rates | ByUsage]]:
    """Everything that may hold a price of usage: rates, and charges by usage."""
    yield from own_parts(opened, Rates)
    yield from own_parts(opened, ByUsage)


def suggest(name: str, known: Iterable[str]) -> str:
    """The likeliest meaning of a misspelled name, or all that is known."""
    candidates = sorted(set(known))
    close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Known are {', '.join(candidates)}." if candidates else "Remove it."
