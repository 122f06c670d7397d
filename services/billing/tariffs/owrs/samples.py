"""Accounts to try a class with: every combination of what its tables list, and plausible numbers."""

from collections.abc import Iterator

from services.billing.tariffs.forms import charges_of, rates_of
from services.billing.tariffs.mentions import walk
from services.billing.tariffs.owrs.importer import CLASS_ATTRIBUTE, Imported
from services.billing.tariffs.owrs.vocabulary import Vocabulary
from services.billing.tariffs.values import OTHERWISE, Table

MOST_SAMPLES = 500
USAGES = ("0", "1", "10", "25.5", "100", "1000")

_NUMBERS = {"hhsize": "3", "et_amount": "5.1", "irr_area": "2000", "irrigable_area": "2000", "days_in_period": "30"}


def samples(imported: Imported, name: str) -> list[dict[str, str]]:
    """Attributes that have a row in every table of a class; empty if no combination has."""
    rates = rates_of(imported.tariff.versions[0], name)
    tables = [*_tables(charges_of(rates)), *_tables(rates.definitions)]
    found: list[dict[str, str]] = [_measures(imported.vocabulary) | {CLASS_ATTRIBUTE: name}]
    for table in sorted(tables, key=lambda each: len(each.names), reverse=True):
        found = _joined(found, table)[:MOST_SAMPLES]
    return found


def _measures(vocabulary: Vocabulary) -> dict[str, str]:
    return {
        name: "yes" if kind == "flag" else _NUMBERS.get(name.lower(), "2")
        for name, kind in vocabulary.kinds.items()
        if kind != "word"
    }


def _tables(part: object) -> Iterator[Table]:
    for _, inner in walk(part):
        if isinstance(inner, Table) and not inner.of_ranges:
            yield inner


def _joined(found: list[dict[str, str]], table: Table) -> list[dict[str, str]]:
    """Each sample with each row of the table that goes with it."""
    joined = []
    for sample in found:
        told = {name: sample[name] for name in table.names if name in sample}
        rows = [dict(zip(table.names, key, strict=True)) for key, _ in table.keyed() if key != (OTHERWISE,)]
        fitting = [row for row in rows if all(row[name] == value for name, value in told.items())]
        if not fitting and OTHERWISE in table.rows:
            fitting = [{name: told.get(name, "any other") for name in table.names}]
        joined += [sample | row for row in fitting]
    return joined


def words_asked(imported: Imported) -> dict[str, str]:
    """Words that formulas compare, for samples whose tables don't say them."""
    return {name: "any" for name, kind in imported.vocabulary.kinds.items() if kind == "word"}
