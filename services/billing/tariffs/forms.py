"""The short forms of a version written out: everything becomes a named charge."""

from services.billing.tariffs.model import Bound, ByUsage, Charge, Rates, Version


def class_names(key: str) -> list[str]:
    """The classes that a key of `classes` lists."""
    return [name.strip() for name in key.split(",")]


def rates_of(version: Version, class_key: str | None) -> Rates:
    """What a class pays: its own rates, and the version's where it says nothing."""
    common = {name: getattr(version, name) for name in Rates.model_fields}
    if class_key is None:
        return Rates.model_construct(**common)
    own = version.classes[class_key]
    said = {name: getattr(own, name) for name in own.model_fields_set}
    if said.keys() & {"price", "blocks"}:
        common = {name: value for name, value in common.items() if name not in ("price", "blocks")}
    merged = common | said
    for name in ("charges", "definitions"):
        merged[name] = common[name] | said.get(name, {})
    return Rates.model_construct(**merged)


def charges_of(rates: Rates) -> dict[str, Charge]:
    """All charges by code, in the order of a bill."""
    charges: dict[str, Charge] = {}
    if rates.base is not None:
        charges["base"] = rates.base
    if rates.price is not None or rates.blocks is not None:
        charges["usage"] = _by_usage(rates)
    charges |= rates.charges
    if rates.minimum is not None:
        charges["minimum"] = Bound(at_least=rates.minimum)
    if rates.maximum is not None:
        charges["maximum"] = Bound(at_most=rates.maximum)
    return charges


def _by_usage(rates: Rates) -> ByUsage:
    return ByUsage.model_construct(
        price=rates.price,
        blocks=rates.blocks,
        on=rates.on,
        includes=rates.includes,
        scale=rates.scale,
    )
