"""The attributes that every tariff knows by name; a tariff declares any other under `attributes:`.

A known name is what lets a check find `meter_sise`.
"""

from typing import Final

from services.billing.tariffs.model import Attribute, Tariff


def _word(means: str) -> Attribute:
    return Attribute(kind="word", means=means)


def _number(means: str, default: str | None = None) -> Attribute:
    return Attribute(kind="number", means=means, default=default)


def _flag(means: str) -> Attribute:
    return Attribute(kind="flag", means=means, default="no", values=["yes", "no"])


WELL_KNOWN: Final[dict[str, Attribute]] = {
    "class": _word("customer class"),
    "meter_size": _word("meter size as the tariff writes it"),
    "city_limits": _word("inside or outside the city"),
    "zone": _word("elevation, pressure or rate zone"),
    "stage": _word("drought or shortage stage in force"),
    "contract": _word("contract that the account is billed under"),
    "land_use": _word("land use"),
    "cart_size": _word("size of the cart or container"),
    "pickup": _word("how often the cart is emptied"),
    "line_size": _word("size of the fire line"),
    "cart_count": _number("number of carts", "1"),
    "meter_count": _number("number of meters", "1"),
    "hydrants": _number("number of hydrants"),
    "dwelling_units": _number("number of dwelling units", "1"),
    "persons": _number("number of persons"),
    "lot_area": _number("lot area in square feet"),
    "irrigated_area": _number("irrigated area in square feet"),
    "impervious_area": _number("impervious area in square feet"),
    "eru": _number("equivalent residential units"),
    "acres": _number("area in acres"),
    "line_inches": _number("diameter of the fire line in inches"),
    "reserve_capacity": _number("capacity reserved by contract, in million gallons a day"),
    "contract_quantity": _number("quantity to be taken or paid by contract"),
    "peak_demand": _number("highest demand of the period"),
    "winter_average": _number("average winter usage in the tariff's unit, filled by the billing run"),
    "past_due": _number("amount past due, for fees on it"),
    "payment": _number("amount of a payment, for fees on it"),
    "low_income": _flag("whether the low-income discount applies"),
    "senior": _flag("whether the senior discount applies"),
    "reduced_rate": _flag("whether the reduced rate applies"),
    "exempt": _flag("whether the account is exempt from the tax"),
    "irrigation": _flag("whether the meter serves irrigation only"),
}

DERIVED: Final[dict[str, Attribute]] = {
    "season": _word("season of the deciding day"),
    "month": _number("month of the deciding day, 1 to 12"),
    "days": _number("days of the period"),
    "usage": _number("usage of the service in the tariff's unit"),
    "read": Attribute(kind="flag", means="whether the meter was read", values=["yes", "no"]),
}
"""What the engine itself fills in; an account never says these."""


def attribute(tariff: Tariff, name: str) -> Attribute | None:
    """What is known of an attribute's name in a tariff: declared, well known or derived."""
    return tariff.attributes.get(name) or WELL_KNOWN.get(name) or DERIVED.get(name)


def usage_of(name: str) -> str | None:
    """The service whose usage a name like `water_usage` means."""
    return name.removesuffix("_usage") if name.endswith("_usage") and name != "_usage" else None
