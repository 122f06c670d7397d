"""Rates as data, priced by one pure function: a town's tariff files in, the lines of a bill out.

    bundle = Bundle.read(folder)
    tariffs, mistakes = load_tariffs(bundle)
    compiled = compile_tariffs(tariffs)
    bills = price_bill(compiled, {"water": Usage(Decimal(5432), "gal")}, {"water": {"class": "residential"}}, period)

No I/O, clock, database or broker in here, but for reading a file in the commands of `cli`.
"""

from services.billing.tariffs.check import check, load_tariffs
from services.billing.tariffs.compile import CompiledService, CompiledTariffs, compile_tariffs
from services.billing.tariffs.lines import (
    Attributes,
    Line,
    MissingAttributeError,
    MissingUsageError,
    NoRateError,
    Period,
    Priced,
    PricingError,
    Usage,
)
from services.billing.tariffs.pricing import price, price_bill, price_fee
from services.billing.tariffs.tariffs import Tariffs

__all__ = [
    "Attributes",
    "CompiledService",
    "CompiledTariffs",
    "Line",
    "MissingAttributeError",
    "MissingUsageError",
    "NoRateError",
    "Period",
    "Priced",
    "PricingError",
    "Tariffs",
    "Usage",
    "check",
    "compile_tariffs",
    "load_tariffs",
    "price",
    "price_bill",
    "price_fee",
]
