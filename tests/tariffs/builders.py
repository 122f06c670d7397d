"""Towns, tariffs, accounts and periods for the tariff tests."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from textwrap import dedent

from chassis.townpack import Bundle, Mistake
from services.billing.tariffs import (
    Attributes,
    CompiledService,
    CompiledTariffs,
    Period,
    Priced,
    Usage,
    check,
    compile_tariffs,
    load_tariffs,
    price,
    price_bill,
)

TOWNS = Path(__file__).parents[2] / "deploy" / "towns"

HEAD = """
unit: kgal
effective: 2020-01-01
source: Ordinance 2020-1
"""
SIMPLE = HEAD + "base: 10.00\nprice: 2.00\n"


@cache
def town(name: str) -> CompiledTariffs:
    """The tariffs of a pack, which must be without mistakes."""
    tariffs, mistakes = load_tariffs(Bundle.read(TOWNS / name))
    assert tariffs is not None, mistakes
    return compile_tariffs(tariffs)


def bundle(**files: str) -> Bundle:
    """A pack of tariff files, given by service."""
    return Bundle({f"tariffs/{service}.yaml": dedent(text).strip().encode() for service, text in files.items()})


def tariffs(**files: str) -> CompiledTariffs:
    loaded, mistakes = load_tariffs(bundle(**files))
    assert loaded is not None, mistakes
    return compile_tariffs(loaded)


def water(text: str) -> CompiledService:
    """One tariff of water."""
    return tariffs(water=text)["water"]


def mistakes(**files: str) -> list[Mistake]:
    return check(bundle(**files))


def month(start: str = "2024-06-01", days: int = 30, billed: str | None = None) -> Period:
    first = date.fromisoformat(start)
    end = first + timedelta(days=days)
    return Period(first, end, date.fromisoformat(billed) if billed else end, end)


def used(quantity: str | int, unit: str = "kgal") -> Usage:
    return Usage(Decimal(quantity), unit)


def total(service: CompiledService, quantity: str | int, period: Period | None = None, **attributes: str) -> Decimal:
    """What usage in kgal costs; `class_` is the attribute `class`."""
    account = {name.rstrip("_"): value for name, value in attributes.items()}
    return price(service, used(quantity), account, period or month()).total


def amounts(priced: Priced) -> list[str]:
    return [f"{line.code} {line.amount}" for line in priced.lines]


def household(
    name: str, kgal: str | int, period: Period, services: str, attributes: Attributes | None = None
) -> dict[str, Priced]:
    """A household's bill: the water it used, under every service named."""
    usages: Mapping[str, Usage] = {
        service: used(kgal) if service == "water" else Usage() for service in services.split()
    }
    return price_bill(town(name), usages, dict.fromkeys(usages, attributes or {}), period)
