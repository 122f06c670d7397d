"""The format of a tariff file, `tariffs/<service>.yaml` in a town pack: what an ordinance says, as data.

A file holds the versions of one service's rates. A version holds charges: a flat `amount`, a `price` or
`blocks` by usage, a `percent` of other charges, or a floor or cap under or over them. `base`, `price`,
`blocks`, `minimum` and `maximum` may stand in the version itself; `charges` names all others. docs/tariffs.md
teaches it; docs/tariff.schema.json is its JSON Schema.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, RootModel, Tag, field_validator, model_validator

from services.billing.tariffs.rounding import How
from services.billing.tariffs.units import UnitName
from services.billing.tariffs.values import Part, Value, Words, expression_of, is_table

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="A short name in lower case: `base`.")]
ChosenBy = Literal["bill_date", "read_date", "days"]
Prorated = Literal["base", "minimum", "included", "blocks", "caps"]
Every = Literal["period", "day", "month", "year"]


def _flag_words(value: Any) -> Any:
    """YAML's true and false in a condition mean the words yes and no, as attributes say them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str | list) else str(value)


def _listed(value: Any) -> Any:
    return [str(_flag_words(item)) for item in value] if isinstance(value, list) else [_flag_words(value)]


_Said = str | bool | int | float
Values = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=_Said | list[_Said])]


class Label(Part):
    """What a customer reads on the bill, in both languages."""

    en: str
    es: str | None = None


def _label(value: Any) -> Any:
    return {"en": value} if isinstance(value, str) else value


LabelText = Annotated[Label, BeforeValidator(_label, json_schema_input_type=str | Label)]


class When(RootModel[dict[str, Values] | Words]):
    """When a charge applies: the values that each attribute must have, or a formula that must be true."""


class Block(Part):
    """One block of usage and its price. It ends at `to`, is `next` wide, or has neither and takes the rest."""

    price: Value
    start: Value | None = Field(None, alias="from", description="Where it begins; must be where the last ended.")
    to: Value | None = Field(None, description="The last unit at this price, counted from zero.")
    next: Value | None = Field(None, description="Its width: `next: 9000` after the block before it.")

    @model_validator(mode="after")
    def _one_end(self) -> "Block":
        if self.to is not None and self.next is not None:
            raise ValueError("A block says both `to` and `next`. Keep the one that the ordinance says.")
        return self


class Quantity(Part):
    """How many units a rate is charged on: `of` a usage, attribute or definition, then, in this order, `less`,
    `percent`, `each`, `round`, `at_least` and `at_most`."""

    of: Words = Field(description="`usage`, `water_usage`, an attribute, a definition, or `= a formula`.")
    unit: UnitName | None = Field(None, description="The volume unit that `of` is in, if not the tariff's.")
    less: Value | None = Field(None, description="Taken off first; never below zero.")
    percent: Value | None = None
    each: Value | None = Field(None, description="Units in one: `each: 2500` square feet is one ERU.")
    round: How | None = None
    to: Decimal = Field(Decimal(1), gt=0, description="The step that `round` rounds to.")
    at_least: Value | None = None
    at_most: Value | None = None
    called: str | None = Field(None, description="The unit as the bill prints it: `ERU`.")


def _quantity(value: Any) -> Any:
    return {"of": value} if isinstance(value, str) else value


Counted = Annotated[Quantity, BeforeValidator(_quantity, json_schema_input_type=str | Quantity)]


class Rounding(Part):
    """How money is rounded: to what, which way, and over what (each printed line alone unless said)."""

    to: Decimal = Field(Decimal("0.01"), gt=0)
    how: How = "half_up"
    per: Literal["block", "line", "service"] = "block"


class _Charge(Part):
    label: LabelText | None = None
    when: When | None = None
    source: str | None = Field(None, min_length=3, description="Only where it differs from the version's.")
    illustrative: bool = Field(False, description="True if this figure is an example, not the town's.")
    prorate: bool | None = Field(None, description="`true` or `false` where it differs from the tariff's rule.")
    rounding: Rounding | None = None


class Flat(_Charge):
    """An amount a bill, or an amount for each of something (`per`)."""

    amount: Value
    per: Counted | None = None
    every: Every = "period"
    factor: Value | None = None
    at_least: Value | None = None
    at_most: Value | None = None


class ByUsage(_Charge):
    """A price, or blocks of prices, on usage (or on what `on` says)."""

    price: Value | None = None
    blocks: Annotated[list[Block], Field(min_length=1)] | None = None
    on: Counted | None = None
    includes: Value | None = Field(None, description="Usage paid with the base charge; blocks count from zero.")
    scale: Value | None = Field(None, description="Multiplies block limits and included usage: dwelling_units.")
    factor: Value | None = None
    at_least: Value | None = None
    at_most: Value | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "ByUsage":
        if (self.price is None) == (self.blocks is None):
            raise ValueError("A charge by usage has either a `price` or `blocks`. Keep one of them.")
        return self


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


OfCharges = Annotated[list[str], BeforeValidator(_several, json_schema_input_type=str | list[str])]


class Percent(_Charge):
    """A percent of other charges of this service (by name, or `all`), or of another service (`water`,
    `water.usage`)."""

    percent: Value
    of: OfCharges = Field(default=["all"], min_length=1)
    taxed: Literal["together", "each_line"] = "together"


class Bound(_Charge):
    """What charges together must at least or may at most come to; the difference is a line of its own."""

    at_least: Value | None = None
    at_most: Value | None = None
    of: OfCharges = Field(default=["all"], min_length=1)


def _charge_kind(value: Any) -> str:
    keys = value if isinstance(value, dict) else set(getattr(value, "model_fields_set", ()))
    if isinstance(value, Percent) or "percent" in keys:
        return "percent"
    if isinstance(value, ByUsage) or "price" in keys or "blocks" in keys:
        return "by_usage"
    if isinstance(value, Bound) or ("amount" not in keys and ("at_least" in keys or "at_most" in keys)):
        return "bound"
    return "flat"


def _written_out(value: Any) -> Any:
    return value if isinstance(value, dict | _Charge) and not is_table(value) else {"amount": value}


Charge = Annotated[
    Annotated[Flat, Tag("flat")]
    | Annotated[ByUsage, Tag("by_usage")]
    | Annotated[Percent, Tag("percent")]
    | Annotated[Bound, Tag("bound")],
    Discriminator(_charge_kind),
    BeforeValidator(_written_out, json_schema_input_type=Value | Flat | ByUsage | Percent | Bound),
]
FlatCharge = Annotated[Flat, BeforeValidator(_written_out, json_schema_input_type=Value | Flat)]


class Definition(Part):
    """A quantity with a name, for formulas and block limits."""

    value: Value | None = None
    quantity: Quantity | None = None


def _definition(value: Any) -> Any:
    if isinstance(value, dict) and "of" in value and not is_table(value):
        return {"quantity": value}
    return value if isinstance(value, Definition) or _is_written_definition(value) else {"value": value}


def _is_written_definition(value: Any) -> bool:
    return isinstance(value, dict) and set(value) <= {"value", "quantity"} and bool(value)


DefinitionText = Annotated[
    Definition, BeforeValidator(_definition, json_schema_input_type=Value | Quantity | Definition)
]


class Rates(Part):
    """Charges: of a version for everybody, or of one class."""

    base: FlatCharge | None = Field(None, description="What a bill costs before any usage.")
    includes: Value | None = Field(None, description="Usage that the base pays for.")
    price: Value | None = Field(None, description="One price for every unit.")
    blocks: Annotated[list[Block], Field(min_length=1)] | None = None
    on: Counted | None = Field(None, description="What price or blocks are charged on, if not on usage.")
    scale: Value | None = Field(None, description="Multiplies block limits and included usage.")
    minimum: Value | None = Field(None, description="The least that the service costs.")
    maximum: Value | None = Field(None, description="The most that the service costs.")
    definitions: dict[Code, DefinitionText] = {}
    charges: dict[Code, Charge] = {}


class Version(Rates):
    """The rates from one day on."""

    effective: date
    until: date | None = Field(None, description="The last day, if it ends before a later version.")
    source: str = Field(min_length=3, description="Ordinance, page, date: where these figures stand.")
    illustrative: bool = Field(False, description="True if the figures are an example, not the town's.")
    note: str | None = None
    applies: When | None = Field(None, alias="for", description="Whom this version is for, if not for all.")
    factor: Value | None = Field(None, description="Multiplies every price and amount, as outside the city.")
    classes: dict[str, Rates] = Field({}, description="Rates of each class; a name may list several with commas.")
    fees: dict[Code, Charge] = Field({}, description="Charged when something happens, never by a period.")


class Season(Part):
    """A part of every year, both days included; it may run over the new year."""

    start: str = Field(alias="from", pattern=r"^\d\d-\d\d$", description="Month and day: 05-01.")
    end: str = Field(alias="to", pattern=r"^\d\d-\d\d$")

    @property
    def days(self) -> tuple[str, str]:
        return self.start, self.end


class Window(Part):
    """Days that count as a whole period."""

    start: int = Field(alias="from", ge=1)
    end: int = Field(alias="to", ge=1)


class Proration(Part):
    """What shrinks or grows with the days of a period, and by what."""

    items: list[Prorated] = ["base", "minimum", "included", "blocks", "caps"]
    full_period: Decimal = Field(Decimal(30), gt=0, description="Days of a whole period.")
    normal: Window | None = Field(None, description="A period of this many days is never prorated.")


class Attribute(Part):
    """Something that accounts are asked for this tariff, beyond the names every tariff knows."""

    kind: Literal["word", "number", "flag"] = "word"
    values: Values | None = None
    default: str | Decimal | None = None
    means: str | None = Field(None, description="What it is, for the person who has to fill it in.")

    @field_validator("default", mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        return _flag_words(value) if isinstance(value, bool) else value


class UsageRounding(Part):
    """How usage is rounded before anything is priced: each thousand or part of it is `{round: up}`."""

    round: How
    to: Decimal = Field(Decimal(1), gt=0)


class WinterAverage(Part):
    """How the attribute `winter_average` is found; the billing run asks `winter.average`."""

    months: list[Annotated[int, Field(ge=1, le=12)]] = [12, 1, 2]
    drop_highest: int = Field(0, ge=0)
    skip_zero: bool = False
    weighted_by_days: bool = False
    days: Decimal = Field(Decimal("30.42"), gt=0, description="Days of the month that the average is for.")
    fewest_months: int = Field(1, ge=1)
    default: Value | None = Field(None, description="The average of the class, for who has none.")
    new_customer: Literal["default", "lesser_of_actual_and_default", "actual"] = "default"
    round: How | None = None
    to: Decimal = Field(Decimal(1), gt=0)


class Tariff(Part):
    """A tariff file. With a single version, its entries may stand in the file itself."""

    unit: UnitName | None = Field(None, description="The unit that prices and blocks are in.")
    label: LabelText | None = Field(None, description="The service's name for customers.")
    gallons_per_ccf: Decimal | None = Field(None, gt=0, description="748.052 unless the ordinance differs.")
    chosen_by: ChosenBy = Field("bill_date", description="What day decides which version applies.")
    bills_a_year: int = Field(12, ge=1, le=366)
    class_by: str = Field("class", description="The attribute that says which of `classes` an account is in.")
    usage: UsageRounding | None = None
    seasons: dict[Code, Season] = {}
    prorate: Proration | None = None
    rounding: Rounding = Rounding()
    attributes: dict[str, Attribute] = {}
    winter_average: WinterAverage | None = None
    versions: Annotated[list[Version], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _single_version(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "versions" in value:
            return value
        of_file = {info.alias or name for name, info in cls.model_fields.items()}
        version = {key: item for key, item in value.items() if key not in of_file}
        return {key: item for key, item in value.items() if key in of_file} | {"versions": [version]}


def is_formula(text: str) -> bool:
    """Whether words are more than a name."""
    return str(expression_of(text)) != text.strip()
