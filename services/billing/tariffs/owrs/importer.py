"""A rate file made into a tariff. It is written as the YAML of a town pack and read back from there, so that
what is priced here and what a town applies can't differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml
from pydantic import ValidationError

from chassis.townpack import Mistake
from services.billing.tariffs.forms import charges_of
from services.billing.tariffs.model import Rates, Tariff
from services.billing.tariffs.order import CycleError, in_order
from services.billing.tariffs.owrs.classes import ClassRates
from services.billing.tariffs.owrs.entries import ClassEntries
from services.billing.tariffs.owrs.model import MalformedError, RateFile
from services.billing.tariffs.owrs.names import USAGE
from services.billing.tariffs.owrs.vocabulary import Vocabulary
from services.billing.tariffs.tariffs import read_tariff

TARIFF_PATH = "tariffs/water.yaml"
CLASS_ATTRIBUTE = "cust_class"


class NoClassError(MalformedError):
    """A file none of whose classes can be priced; `refused` says why for each."""

    def __init__(self, refused: Mapping[str, Mistake], warnings: Sequence[Mistake]) -> None:
        super().__init__(next(iter(refused.values())))
        self.refused, self.warnings = refused, tuple(warnings)


@dataclass(frozen=True, slots=True)
class Imported:
    """The tariff of a rate file, and what could not be taken over."""

    file: RateFile
    text: str
    """The tariff as YAML."""
    tariff: Tariff
    vocabulary: Vocabulary
    refused: Mapping[str, Mistake]
    warnings: tuple[Mistake, ...]


def import_file(file: RateFile) -> Imported:
    """The tariff of all classes that can be priced. Raises NoClassError if there are none."""
    vocabulary = Vocabulary()
    refused = dict(file.refused)
    warnings = list(file.warnings)
    classes: dict[str, Any] = {}
    for name, customers in file.classes.items():
        before = vocabulary.copy()
        rates = ClassRates(ClassEntries(file.file, customers), vocabulary)
        try:
            classes[name] = _checked(rates)
        except MalformedError as error:
            refused[name], vocabulary = error.mistake, before
        warnings += rates.warnings
    if not classes:
        raise NoClassError(refused, warnings)
    text = _written(_tariff(file, classes, vocabulary))
    return Imported(file, text, _read(text, file), vocabulary, refused, tuple(warnings))


def _checked(class_rates: ClassRates) -> Any:
    """The rates of a class, once they are known to be such as a tariff may say."""
    raw = class_rates.rates()
    line = class_rates.entries.customers.line
    try:
        rates = Rates.model_validate(raw)
        in_order(charges_of(rates), rates.definitions)
    except CycleError as error:
        raise class_rates.entries.malformed(line, str(error), "Write one of them out.") from None
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"])
        raise class_rates.entries.malformed(line, f"A tariff can't say this: {reason}.", "Write it simpler.") from None
    return raw


def _tariff(file: RateFile, classes: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    tariff: dict[str, Any] = {"unit": file.unit, "bills_a_year": file.bills_a_year, "class_by": CLASS_ATTRIBUTE}
    # A formula's result is rounded once, as the bill that OWRS defines is one number.
    tariff["rounding"] = {"per": "service"}
    tariff["attributes"] = {CLASS_ATTRIBUTE: {"kind": "word", "means": "customer class"}} | vocabulary.declared()
    version = {"effective": file.effective, "source": file.source, "note": f"Imported from {file.utility}."}
    return tariff | {"versions": [version | {"definitions": {USAGE: "usage"}, "classes": dict(classes)}]}


def _read(text: str, file: RateFile) -> Tariff:
    read = read_tariff(text, TARIFF_PATH)
    if read.tariff is None:
        raise MalformedError(Mistake(file.file, 1, f"The tariff would be wrong: {read.mistakes[0]}", ""))
    return read.tariff


class _Dumper(yaml.SafeDumper):
    """Writes decimals as they stand, and no references."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    text = f"{number:f}"
    kind = "float" if "." in text else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_Dumper.add_representer(Decimal, _represent_decimal)


def _written(tariff: Mapping[str, Any]) -> str:
    return yaml.dump(dict(tariff), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
