"""What a bench found, as a person reads it and as a program does."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.bench.measuring import Measured
from tests.bench.night import Night

OTHERS = ("Kafka", "PostgreSQL")


def night(found: Measured) -> Iterator[str]:
    """The lines to print."""
    first = found.nights[0]
    yield ""
    yield f"A billing night of {first.accounts:,} accounts: {first.lines} lines and {first.bill_bytes:,} bytes a bill"
    yield ""
    yield f"{'':<28}{'bills/s':>10}{'ratio':>9}{'seconds':>10}"
    yield f"{'floor: a bare loop':<28}{found.floor.bills_a_second:>10,.0f}{1:>9.2f}{found.floor.seconds:>10.1f}"
    for one in found.nights:
        name = f"billing x {one.instances}"
        yield f"{name:<28}{one.bills_a_second:>10,.0f}{found.ratio(one):>9.2f}{one.seconds:>10.1f}"
    yield from _phases(found)
    yield from _processor(found)
    yield from _memory(found)


def tariffs(figures: Mapping[str, float]) -> Iterator[str]:
    """The pricing engine's figures."""
    yield ""
    for name, figure in figures.items():
        yield f"{name}: {figure:,}"


def figures(found: Measured) -> dict[str, Any]:
    """The same for a program."""
    return {
        "accounts": found.nights[0].accounts,
        "floor_bills_a_second": found.floor.bills_a_second,
        "nights": [
            {
                "instances": one.instances,
                "bills_a_second": one.bills_a_second,
                "ratio": found.ratio(one),
                "seconds": one.seconds,
                "ends": one.ends,
                "processor": one.processor,
            }
            for one in found.nights
        ],
        "peak_mb": found.peaks,
    }


def _header(found: Measured, title: str) -> str:
    return f"{title:<28}" + "".join([f"{f'billing x {one.instances}':>16}" for one in found.nights])


def _phases(found: Measured) -> Iterator[str]:
    yield ""
    yield _header(found, "seconds when it was done")
    for phase in found.nights[0].ends:
        yield f"  {phase:<26}" + "".join([f"{one.ends[phase]:>16.1f}" for one in found.nights])


def _processor(found: Measured) -> Iterator[str]:
    """Milliseconds of one core a bill: noisy neighbors change these least."""
    yield ""
    yield _header(found, "processor ms a bill")
    for name in found.nights[-1].processor:
        yield f"  {name:<26}" + "".join([f"{_milliseconds(one, name):>16.3f}" for one in found.nights])
    yield f"  {'together':<26}" + "".join(
        [f"{sum(_milliseconds(one, name) for name in one.processor):>16.3f}" for one in found.nights]
    )


def _milliseconds(one: Night, name: str) -> float:
    return 1000 * one.processor.get(name, 0.0) / one.accounts


def _memory(found: Measured) -> Iterator[str]:
    yield ""
    yield "memory at its highest, MB (import included)"
    for name, peak in found.peaks.items():
        if name not in OTHERS:
            yield f"  {name:<26}{peak:>16}"
    yield "  apart from the services:"
    for name in OTHERS:
        if name in found.peaks:
            yield f"  {name:<26}{found.peaks[name]:>16}"
