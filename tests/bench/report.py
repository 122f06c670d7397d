"""What a bench found, as a person reads it and as a program does."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.bench.measuring import Measured
from tests.bench.night import Night
from tests.bench.watching import SERVERS


def night(found: Measured) -> Iterator[str]:
    """The lines to print."""
    first = found.nights[0]
    yield ""
    yield f"A billing night of {first.accounts:,} accounts: {first.lines} lines and {first.bill_bytes:,} bytes a bill"
    yield ""
    yield f"{'':<28}{'bills/s':>10}{'ratio':>8}{'by processor':>14}{'seconds':>10}"
    yield _speed("floor: a bare loop", found.floor.bills_a_second, 1, 1, found.floor.seconds)
    for one in found.nights:
        ratios = found.ratio(one), found.work_ratio(one)
        yield _speed(f"billing x {one.instances}", one.bills_a_second, *ratios, one.seconds)
    yield from _phases(found)
    yield from _processor(found)
    yield from _memory(found)


def _speed(name: str, bills: float, ratio: float, by_processor: float, seconds: float) -> str:
    return f"{name:<28}{bills:>10,.0f}{ratio:>8.2f}{by_processor:>14.2f}{seconds:>10.1f}"


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
                "ratio_by_processor": found.work_ratio(one),
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
    floor = {name: 1000 * used / found.floor.bills for name, used in found.floor_processor.items()}
    yield ""
    yield _header(found, "processor ms a bill")
    for name in found.nights[-1].processor:
        yield f"  {name:<26}" + "".join([f"{_milliseconds(one, name):>16.3f}" for one in found.nights])
    yield f"  {'together':<26}" + "".join(
        [f"{sum(_milliseconds(one, name) for name in one.processor):>16.3f}" for one in found.nights]
    )
    told = ", ".join([f"{name} {used:.3f}" for name, used in floor.items()])
    yield f"  {'the floor':<26}{sum(floor.values()):>16.3f}  ({told})"


def _milliseconds(one: Night, name: str) -> float:
    return 1000 * one.processor.get(name, 0.0) / one.accounts


def _memory(found: Measured) -> Iterator[str]:
    yield ""
    yield "memory at its highest, MB (import included)"
    for name, peak in found.peaks.items():
        if name not in SERVERS:
            yield f"  {name:<26}{peak:>16}"
    yield "  apart from the services:"
    for name in SERVERS:
        if name in found.peaks:
            yield f"  {name:<26}{found.peaks[name]:>16}"
