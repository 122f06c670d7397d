"""Tariffs and usage that no town has thought of."""

import os
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from services.billing.tariffs import CompiledService, Tariffs, compile_tariffs
from services.billing.tariffs.model import Tariff

law = settings(max_examples=int(os.environ.get("LAW_EXAMPLES", "40")), deadline=None)
"""A law is tried on few examples here; LAW_EXAMPLES=2000 tries more."""

PRICES = st.decimals(0, 20, places=3)
USAGES = st.decimals(0, 200, places=3)
SOURCE = "Ordinance of Hypothesis"


@st.composite
def blocks(draw: st.DrawFn, prices: st.SearchStrategy[Decimal] = PRICES) -> list[dict[str, Any]]:
    """One to five blocks that leave no gap; the last has no end."""
    ends = sorted(draw(st.sets(st.decimals("0.1", 150, places=1), max_size=4)))
    closed = [{"to": end, "price": draw(prices)} for end in ends]
    return [*closed, {"price": draw(prices)}]


@st.composite
def charges(draw: st.DrawFn) -> dict[str, Any]:
    """Taxes and levies on each other, always on what stands before."""
    found: dict[str, Any] = {}
    for index in range(draw(st.integers(0, 4))):
        of = draw(st.lists(st.sampled_from(["base", "usage", *found]), min_size=1, unique=True))
        levy = {"amount": draw(PRICES)} if draw(st.booleans()) else {"percent": draw(PRICES), "of": of}
        found[f"levy_{index}"] = levy
    return found


@st.composite
def tariffs(draw: st.DrawFn) -> dict[str, Any]:
    """A tariff of one version, as its file reads."""
    return {
        "unit": "kgal",
        "rounding": {"per": draw(st.sampled_from(["block", "line", "service"]))},
        "effective": "2020-01-01",
        "source": SOURCE,
        "base": draw(PRICES),
        "includes": draw(st.decimals(0, 20, places=1)),
        "scale": draw(st.sampled_from(["dwelling_units", Decimal(1), {"by": "class", "home": 1, "otherwise": 2}])),
        "blocks": draw(blocks()),
        "charges": draw(charges()),
    }


def compiled(content: dict[str, Any]) -> CompiledService:
    return compiled_tariff(Tariff.model_validate(content))


def compiled_tariff(tariff: Tariff) -> CompiledService:
    return compile_tariffs(Tariffs({"water": tariff}, "hash"))["water"]
