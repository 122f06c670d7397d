"""How many bills of three services one core prices, beside the same bill in hand-written Python as its floor."""

import json
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from time import process_time

from services.billing.tariffs import Attributes, Line, Period, Usage, price_bill
from tests.tariffs.builders import town

CENT = Decimal("0.01")
BILLS = 20_000
PERIOD = Period(date(2023, 5, 1), date(2023, 6, 1), date(2023, 6, 5), date(2023, 6, 1))
AVERAGE = Decimal("4.2")
HOME: Attributes = {"class": "single_family", "meter_size": "3/4", "winter_average": AVERAGE}
SERVICES = ("water", "sewer", "stormwater")
WATER = "Town of Windsor, published water rates 2023"
STORMWATER = "Town of Windsor, published rates 2023"
SEWER = "Illustrative figures, not published by the Town of Windsor"
READS = [Decimal(units) / 1000 for units in range(0, 40_000, 37)]


def by_tariff() -> Callable[[Decimal], list[Line]]:
    """Windsor's water, sewer and stormwater by the engine: three blocks, a winter average, a flat amount."""
    compiled = town("windsor-co")
    attributes = dict.fromkeys(SERVICES, HOME)

    def bill(kgal: Decimal) -> list[Line]:
        usages = {"water": Usage(kgal, "kgal"), "sewer": Usage(kgal, "kgal"), "stormwater": Usage()}
        return [line for priced in price_bill(compiled, usages, attributes, PERIOD).values() for line in priced.lines]

    return bill


def by_hand(kgal: Decimal) -> list[Line]:
    """The same bill as somebody would write it for Windsor alone, once, with its prices in the code."""
    lines = [_line("water", "base", "Water base charge", None, None, Decimal("20.62"), "20.62 a bill", WATER)]
    low = Decimal(0)
    for high, price, where in (
        (Decimal(16), Decimal("6.07"), "first 16 kgal"),
        (Decimal("22.5"), Decimal("9.07"), "16 to 22.5 kgal"),
        (None, Decimal("13.52"), "over 22.5 kgal"),
    ):
        if kgal > low:
            units = (kgal if high is None or kgal < high else high) - low
            amount = (units * price).quantize(CENT, ROUND_HALF_UP)
            rule = f"{where} at {price} per kgal"
            lines.append(_line("water", "usage", f"Water usage, {where}", units, price, amount, rule, WATER))
        low = high if high is not None else low
    average, price = AVERAGE, Decimal("4.25")
    lines.append(_line("sewer", "base", "Sewer base charge", None, None, Decimal("19.50"), "19.50 a bill", SEWER))
    amount = (average * price).quantize(CENT, ROUND_HALF_UP)
    rule = f"at {price} per kgal, on winter average"
    lines.append(_line("sewer", "usage", "Sewer usage", average, price, amount, rule, SEWER))
    flat = Decimal("4.89")
    lines.append(_line("stormwater", "base", "Stormwater base charge", None, None, flat, "4.89 a bill", STORMWATER))
    return lines


def _line(
    service: str,
    code: str,
    description: str,
    units: Decimal | None,
    rate: Decimal | None,
    amount: Decimal,
    rule: str,
    source: str,
) -> Line:
    unit = None if units is None else "kgal"
    version = "2013-02-01" if service == "sewer" else "2023-02-01"
    return Line(service, code, description, units, unit, rate, amount, rule, version, source)


def run() -> dict[str, float]:
    """Bills a second by both, and their ratio; both must make the same bills."""
    engine = by_tariff()
    for kgal in READS:
        assert engine(kgal) == by_hand(kgal), kgal
    tariff, hand = _rate(engine), _rate(by_hand)
    result = {
        "tariffs: bills of three services a second, one core": round(tariff),
        "tariffs: the same bills by hand-written Python a second": round(hand),
        "tariffs: ratio of the engine to hand-written Python": round(tariff / hand, 2),
    }
    print(json.dumps(result, indent=2))  # noqa: T201
    return result


def _rate(bill: Callable[[Decimal], list[Line]]) -> float:
    """Processor time, so that neighbors on the same cores do not count."""
    start = process_time()
    for index in range(BILLS):
        bill(READS[index % len(READS)])
    return BILLS / (process_time() - start)


if __name__ == "__main__":
    run()
