"""Names that mean nothing: unknown attributes, charges that a percent is of, charges that wait for each other."""

from collections.abc import Iterator, Mapping, Sequence

from chassis.townpack import Mistake
from services.billing.tariffs.attributes import DERIVED, WELL_KNOWN, usage_of
from services.billing.tariffs.check.scopes import Opened, Scope, parts, suggest
from services.billing.tariffs.mentions import Mention, Path, mentions
from services.billing.tariffs.model import Charge, Version
from services.billing.tariffs.order import (
    CycleError,
    charge_named,
    circular_definition,
    in_order,
    other_services,
    taken,
)
from services.billing.tariffs.values import Words

_LIMITS = {"to", "at_most", "maximum"}


def name_mistakes(opened: Opened) -> Iterator[Mistake]:
    for path, version in opened.versions():
        known = _known(opened, version)
        for mention in mentions(version, path):
            yield from _unknown(opened, mention, known, version)
        yield from _unlimited(opened, path, version)
    for scope in opened.scopes():
        yield from _unknown_charges(opened, scope)
        yield from _circles(opened, scope)


def _unlimited(opened: Opened, path: Path, version: Version) -> Iterator[Mistake]:
    """Only where something ends or is capped can it be without end."""
    for place, said in parts(version, Words, path):
        if said.unlimited and not _LIMITS & set(place):
            mend = "Write a number; only `to`, `at_most` and `maximum` can be unlimited."
            yield opened.mistake(place, "An amount can't be `unlimited`.", mend)


def _known(opened: Opened, version: Version) -> set[str]:
    """What a number of a version may name."""
    bodies = [version, *version.classes.values()]
    definitions = {name for rates in bodies for name in rates.definitions}
    usages = {f"{service}_usage" for service in opened.services}
    return definitions | usages | _attributes(opened)


def _attributes(opened: Opened) -> set[str]:
    return {*opened.tariff.attributes, *WELL_KNOWN, *DERIVED}


def _codes(opened: Opened, version: Version) -> set[str]:
    return {code for scope in opened.scopes() if scope.version is version for code in scope.charges}


def _unknown(opened: Opened, mention: Mention, known: set[str], version: Version) -> Iterator[Mistake]:
    name = mention.name
    if mention.deciding:
        if name not in _attributes(opened):
            mend = f"{suggest(name, _attributes(opened))} A new one is declared under `attributes:`."
            yield opened.mistake(mention.path, f"There is no attribute `{name}`.", mend)
    elif name not in known and charge_named(name, _codes(opened, version)) is None:
        yield opened.mistake(mention.path, f"`{name}` means nothing here.", _mend(opened, name, known, version))


def _mend(opened: Opened, name: str, known: set[str], version: Version) -> str:
    codes = _codes(opened, version)
    if name in codes:
        return f"The amount of the charge `{name}` is named `{name}_charge`."
    service = usage_of(name)
    if service:
        return suggest(name, {f"{known}_usage" for known in opened.services} | known)
    return f"{suggest(name, known)} A new attribute is declared under `attributes:`."


def _unknown_charges(opened: Opened, scope: Scope) -> Iterator[Mistake]:
    for path, code, charge, charges in _listing(scope):
        for name in taken(charge, charges, opened.services).unknown:
            service, _, line = name.partition(".")
            if not line and service == opened.service:
                continue
            mend = suggest(name, {*charges, *opened.services, "all"})
            message = f"`{code}` is of `{name}`, and there is no such charge."
            yield opened.mistake((*path, "of"), message, mend)


def _listing(scope: Scope) -> Iterator[tuple[Path, str, Charge, Mapping[str, Charge]]]:
    """Every charge, with the charges that it may list: fees only list fees."""
    for code, charge in scope.charges.items():
        yield scope.path_of(code), code, charge, scope.charges
    for code, fee in scope.version.fees.items() if scope.key is None else ():
        yield (*scope.path, "fees", code), code, fee, scope.version.fees


def _circles(opened: Opened, scope: Scope) -> Iterator[Mistake]:
    name = circular_definition(scope.definitions)
    if name is not None:
        path = (*scope.own_path, "definitions", name)
        yield opened.mistake(path, f"`{name}` is defined by itself.", "Say it without its own name.")
        return
    try:
        in_order(scope.charges, scope.definitions)
    except CycleError as error:
        path = scope.path_of(error.codes[0])
        yield opened.mistake(path, str(error), "Take one of them out of the other's `of` or formula.")


def service_circles(files: Sequence[Opened]) -> Iterator[Mistake]:
    """Services that take a percent of each other's bills."""
    needs = {opened.service: other_services(opened.tariff, opened.services) for opened in files}
    for opened in files:
        reached: set[str] = set()
        waiting = list(needs[opened.service] - {opened.service})
        while waiting:
            service = waiting.pop()
            if service not in reached:
                reached.add(service)
                waiting.extend(needs.get(service, ()))
        if opened.service in reached:
            message = f"{opened.service} is a percent of a bill that is a percent of {opened.service}."
            yield opened.mistake((), message, "Let one of the services stand by itself.")
