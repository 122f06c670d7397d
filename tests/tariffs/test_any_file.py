"""Whatever stands in a file: the check answers in sentences, and what passes it explains and prices."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from chassis.townpack import Bundle
from services.billing.tariffs import PricingError, Usage, compile_tariffs, load_tariffs, price, price_fee
from services.billing.tariffs.asked import values_of
from services.billing.tariffs.compile import CompiledService
from services.billing.tariffs.explain import explain
from tests.tariffs.builders import TOWNS, month
from tests.tariffs.strategies import law

FILES = [path.read_text(encoding="utf-8").splitlines() for path in sorted(TOWNS.glob("*/tariffs/*.yaml"))]
ODD = ["-1", "0", "", "[]", "{}", "{by: class}", "= 1 / 0", "= usage", "= base_charge", "nothing", "true", "1e9", "~"]
ODD += ["unlimited", "50% of usage", "{by: usage, up to 5: 1, over 5: 2}", "{percent: 5}", "99999999999999999999"]


@st.composite
def broken_files(draw: st.DrawFn) -> str:
    """A real file with some lines dropped, doubled, moved in or out, or with other values."""
    lines = list(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(0, 4))):
        index = draw(st.integers(0, len(lines) - 1))
        lines[index : index + 1] = _changed(lines[index], draw(st.sampled_from(["drop", "twice", "in", "out", *ODD])))
        lines = lines or [""]
    return "\n".join(lines)


def _changed(line: str, how: str) -> list[str]:
    match how:
        case "drop":
            return []
        case "twice":
            return [line, line]
        case "in":
            return [f"  {line}"]
        case "out":
            return [line.removeprefix("  ")]
    return [f"{line.partition(':')[0]}: {how}"]


@law
@given(broken_files())
@example("")
@example("[]")
@example("5")
@example("versions: []")
@example("effective: 2020-01-01\nsource: Ordinance\nbase: 5\nversions: 3")
def test_a_broken_file_is_told_or_priced(text: str) -> None:
    bundle = Bundle({"tariffs/water.yaml": text.encode()})
    tariffs, mistakes = load_tariffs(bundle)
    assert all(mistake.message and mistake.line >= 1 for mistake in mistakes)
    if tariffs is None:
        assert mistakes
        return
    assert explain("water", tariffs.services["water"], None, "es")
    service = compile_tariffs(tariffs)["water"]
    for attributes in _accounts(service):
        _tried(service, attributes)


def _accounts(service: CompiledService) -> Iterator[dict[str, str | Decimal]]:
    yield {}
    for place in (0, -1):
        names = ("class", "meter_size", "city_limits", "cart_size", "pickup", "contract", "reduced_rate", "metered")
        known = {name: values_of(service.tariff, name) for name in names}
        yield {name: values[place] for name, values in known.items() if values} | {"winter_average": Decimal(4)}


def _tried(service: CompiledService, attributes: dict[str, str | Decimal]) -> None:
    """Refused in a sentence, or priced."""
    usage = Usage(Decimal("12.345"), "kgal")
    with suppress(PricingError):
        bill = price(service, usage, attributes, month("2026-03-01", 30), {"water": usage})
        assert all(line.amount.is_finite() for line in bill.lines)
        for fee in service.versions[0].version.fees:
            price_fee(service, fee, attributes, month("2026-03-01", 30))
