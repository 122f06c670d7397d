"""Who lives in the sample town, and where their mail goes."""

import unicodedata
from dataclasses import dataclass
from random import Random

from deploy.local.demo.town import names


@dataclass(frozen=True)
class Address:
    """Where mail goes."""

    line1: str
    line2: str = ""
    city: str = "Windsor"
    state: str = "CO"
    zip_code: str = "80550"


@dataclass(frozen=True)
class Person:
    """Somebody with a role on an account."""

    key: str
    name: str
    email: str | None
    phone: str
    address: Address
    language: str = "en"


def street_address(chance: Random, number: int) -> Address:
    """A house: neighbors in the walk are neighbors in the street."""
    block, place = divmod(number, 24)
    street = names.STREETS[block % len(names.STREETS)]
    unit = f"Unit {chance.choice('ABCD')}" if chance.random() < 0.06 else ""
    return Address(f"{100 * (1 + block // len(names.STREETS)) + 4 * place} {street}", unit)


def household(chance: Random, number: int, address: Address) -> tuple[Person, Person | None, Person]:
    """Who is responsible, who with them, and who owns the house."""
    spanish = chance.random() < 0.17
    family = chance.choice(names.SPANISH_FAMILY if spanish else names.FAMILY)
    first = _person(chance, f"R{number:05}", family, spanish, address)
    second = _person(chance, f"C{number:05}", family, spanish, address) if chance.random() < 0.3 else None
    return first, second, first if chance.random() < 0.8 else _landlord(chance, number)


def shop(chance: Random, number: int, address: Address) -> tuple[Person, None, Person]:
    """A business, and whoever owns its building."""
    name = f"{chance.choice(names.FAMILY)} {chance.choice(names.SHOPS)}"
    business = Person(f"R{number:05}", name, None, _phone(chance), address)
    return business, None, _landlord(chance, number)


def _landlord(chance: Random, number: int) -> Person:
    city, state, zip_code = chance.choice(names.ELSEWHERE)
    home = Address(f"{chance.randrange(100, 4900)} {chance.choice(names.STREETS)}", "", city, state, zip_code)
    return _person(chance, f"W{number:05}", chance.choice(names.FAMILY), False, home)


def _person(chance: Random, key: str, family: str, spanish: bool, address: Address) -> Person:
    given = chance.choice(names.SPANISH_GIVEN if spanish else names.GIVEN)
    reads_spanish = spanish and chance.random() < 0.6
    email = f"{_plain(given)}.{_plain(family)}.{key[1:].lstrip('0') or '0'}@{chance.choice(names.MAIL_DOMAINS)}"
    return Person(
        key,
        f"{given} {family}",
        email if chance.random() < 0.8 else None,
        _phone(chance),
        address,
        "es" if reads_spanish else "en",
    )


def _phone(chance: Random) -> str:
    return f"970-555-{chance.randrange(100, 200):04}"


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
