"""In what order charges are priced: each after those that it takes a percent of, bounds or names."""

from collections.abc import Container, Mapping
from typing import NamedTuple

from services.billing.tariffs.forms import charges_of, rates_of
from services.billing.tariffs.mentions import listed, mentions
from services.billing.tariffs.model import Bound, Charge, Definition, Percent, Tariff

ALL = "all"


class Taken(NamedTuple):
    """What `of` lists: charges of this service, other services' bills, and what is neither."""

    own: tuple[str, ...]
    foreign: tuple[tuple[str, str | None], ...]
    unknown: tuple[str, ...]


class CycleError(ValueError):
    """Charges that wait for each other."""

    def __init__(self, codes: list[str]) -> None:
        self.codes = codes
        super().__init__(f"These charges need each other, so none can be priced first: {', '.join(codes)}.")


def taken(charge: Charge, charges: Mapping[str, Charge], services: frozenset[str]) -> Taken:
    """What a percent or a bound is of. `all` is every charge of the service that is not of the same kind."""
    own: list[str] = []
    foreign: list[tuple[str, str | None]] = []
    unknown: list[str] = []
    for name in listed(charge):
        service, _, code = name.partition(".")
        if name == ALL:
            own.extend(_all_for(charge, charges))
        elif name in charges:
            own.append(name)
        elif service in services:
            foreign.append((service, code or None))
        else:
            unknown.append(name)
    return Taken(tuple(dict.fromkeys(own)), tuple(foreign), tuple(unknown))


def _all_for(charge: Charge, charges: Mapping[str, Charge]) -> list[str]:
    later = (Percent,) if isinstance(charge, Percent) else (Percent, Bound)
    return [code for code, other in charges.items() if not isinstance(other, later)]


def in_order(charges: Mapping[str, Charge], definitions: Mapping[str, Definition]) -> list[str]:
    """The codes, in the file's order as far as their needs allow. Raises CycleError."""
    needs = {code: _needs(charge, charges, definitions) for code, charge in charges.items()}
    ordered: list[str] = []
    while len(ordered) < len(charges):
        ready = [code for code in charges if code not in ordered and needs[code] <= set(ordered)]
        if not ready:
            raise CycleError(_circle(needs, ordered))
        ordered.append(ready[0])
    return ordered


def _circle(needs: Mapping[str, set[str]], ordered: list[str]) -> list[str]:
    """The charges of one circle, found by walking along needs until a charge comes again."""
    code = next(code for code in needs if code not in ordered)
    walked: list[str] = []
    while code not in walked:
        walked.append(code)
        code = min(needs[code] - set(ordered))
    return walked[walked.index(code) :]


def _needs(charge: Charge, charges: Mapping[str, Charge], definitions: Mapping[str, Definition]) -> set[str]:
    own = taken(charge, charges, frozenset()).own
    return set(own) | {code for name in named(charge, definitions) if (code := charge_named(name, charges))}


def charge_named(name: str, codes: Container[str]) -> str | None:
    """The charge whose amount a name in a formula means: `base_charge` is that of `base`.

    A code alone never names an amount, or `usage` could mean gallons in one place and dollars in another.
    """
    if not name.endswith("_charge"):
        return None
    return name if name in codes else next((code for code in [name.removesuffix("_charge")] if code in codes), None)


def named(part: object, definitions: Mapping[str, Definition]) -> set[str]:
    """The names that a part uses, also by way of definitions."""
    found: set[str] = set()
    waiting = [mention.name for mention in mentions(part)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(mention.name for mention in mentions(definitions.get(name)))
    return found


def circular_definition(definitions: Mapping[str, Definition]) -> str | None:
    """A definition that is defined by itself, if there is one."""
    for name, definition in definitions.items():
        if name in named(definition, definitions):
            return name
    return None


def other_services(tariff: Tariff, services: frozenset[str]) -> set[str]:
    """The services whose bills a tariff takes a percent of."""
    found: set[str] = set()
    for version in tariff.versions:
        for key in [None, *version.classes]:
            charges = charges_of(rates_of(version, key))
            for charge in charges.values():
                found |= {service for service, _ in taken(charge, charges, services).foreign}
    return found
