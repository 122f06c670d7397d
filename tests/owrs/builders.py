"""Rate files from text and from the folder of examples, and what a bill under them comes to."""

from decimal import Decimal
from pathlib import Path

from services.billing.tariffs.owrs.importer import Imported, import_file
from services.billing.tariffs.owrs.pricing import Pricer
from services.billing.tariffs.owrs.reader import read

FILES = Path(__file__).parent / "files"
UNREADABLE = {"no-colon", "not-rates"}
NAMES = sorted(path.stem for path in FILES.glob("*.owrs") if path.stem not in UNREADABLE)

METADATA = """\
metadata:
  effective_date: 2018-01-01
  utility_name: Anytown
  bill_frequency: monthly
  bill_unit: ccf
rate_structure:
"""


def example(name: str) -> Imported:
    """One of the example files, imported."""
    path = FILES / f"{name}.owrs"
    return import_file(read(path.read_bytes(), path.name))


def imported(text: str) -> Imported:
    """A file with these classes (indented by two) under usual metadata."""
    return import_file(read((METADATA + text).encode(), "anytown.owrs"))


def customers(entries: str) -> Imported:
    """A file with one class of these entries (not indented)."""
    lines = "".join(f"    {line}\n" for line in entries.strip("\n").splitlines())
    return imported("  RES:\n" + lines)


def bill(rates: Imported, **given: str) -> Decimal:
    return Pricer.of(rates).price(given).total


def charges(rates: Imported, **given: str) -> dict[str, Decimal]:
    """The amount of each charge by its code."""
    priced = Pricer.of(rates).price(given)
    return {line.code: priced.amount(line.code) for line in priced.lines}
