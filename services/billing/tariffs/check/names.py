"""Names that mean nothing: unknown attributes, charges that a percent is of, charges that wait for each other."""

from collections.abc import Iterator

from chassis.townpack import Mistake
from services.billing.tariffs.attributes import DERIVED, WELL_KNOWN, usage_of
from services.billing.tariffs.check.scopes import Opened, Scope, suggest
from services.billing.tariffs.mentions import Mention, mentions
from services.billing.tariffs.model import Version
from services.billing.tariffs.order import CycleError, charge_named, circular_definition, in_order, taken


def name_mistakes(opened: Opened) -> Iterator[Mistake]:
    for path, version in opened.versions():
        known = _known(opened, version)
        for mention in mentions(version, path):
            yield from _unknown(opened, mention, known, version)
    for scope in opened.scopes():
        yield from _unknown_charges(opened, scope)
        yield from _circles(opened, scope)


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
    charges = scope.charges
    for code, charge in charges.items():
        for name in taken(charge, charges, opened.services).unknown:
            service, _, line = name.partition(".")
            if not line and service == opened.service:
                continue
            mend = suggest(name, {*charges, *opened.services, "all"})
            message = f"`{code}` is of `{name}`, and there is no such charge."
            yield opened.mistake((*scope.path_of(code), "of"), message, mend)


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
