"""How many files and classes of a folder import and price, and why the others don't."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.townpack import Mistake
from services.billing.tariffs.lines import PricingError
from services.billing.tariffs.owrs.importer import CLASS_ATTRIBUTE, Imported, NoClassError, import_file
from services.billing.tariffs.owrs.model import MalformedError
from services.billing.tariffs.owrs.pricing import Pricer
from services.billing.tariffs.owrs.reader import read
from services.billing.tariffs.owrs.samples import USAGES, samples, words_asked

SUFFIXES = (".owrs", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class ClassReport:
    """One class: whether it is in the tariff, how many bills were tried and priced, and why not if not."""

    name: str
    imports: bool
    bills: int
    reason: Mistake | None

    @property
    def prices(self) -> bool:
        return self.bills > 0 and self.reason is None


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file. `reason` is why nothing of it could be taken over."""

    file: str
    classes: tuple[ClassReport, ...]
    warnings: tuple[Mistake, ...]
    reason: Mistake | None

    @property
    def imports(self) -> bool:
        return any(each.imports for each in self.classes)

    @property
    def reasons(self) -> list[Mistake]:
        """Why the file, or which class of it and why, in the order of its lines."""
        own = [self.reason] if self.reason else []
        return own + sorted(each.reason for each in self.classes if each.reason)


def files_in(folder: Path) -> list[Path]:
    """The rate files in a folder and below; a file is itself."""
    if folder.is_file():
        return [folder]
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in SUFFIXES)


def reports(folder: Path) -> Iterator[FileReport]:
    """A report of each rate file, in the order of names."""
    for path in files_in(folder):
        name = path.name if path == folder else path.relative_to(folder).as_posix()
        yield report_on(path.read_bytes(), name)


def report_on(content: bytes, name: str) -> FileReport:
    """Reads, imports and prices one file."""
    try:
        file = read(content, name)
    except MalformedError as error:
        return FileReport(name, (), (), error.mistake)
    try:
        imported = import_file(file)
    except NoClassError as error:
        return FileReport(name, _refused(error.refused), error.warnings, None)
    except MalformedError as error:
        return FileReport(name, (), file.warnings, error.mistake)
    classes = [_tried(imported, each) for each in imported.tariff.versions[0].classes]
    return FileReport(name, (*classes, *_refused(imported.refused)), imported.warnings, None)


def _refused(refused: Mapping[str, Mistake]) -> tuple[ClassReport, ...]:
    return tuple(ClassReport(name, False, 0, mistake) for name, mistake in refused.items())


def _tried(imported: Imported, name: str) -> ClassReport:
    pricer, bills = Pricer.of(imported), 0
    line = imported.file.classes[name].line
    for sample in samples(imported, name):
        for usage in USAGES:
            try:
                pricer.price(words_asked(imported) | sample | {"usage_ccf": usage})
            except PricingError as error:
                given = ", ".join(f"{key}={value}" for key, value in sample.items() if key != CLASS_ATTRIBUTE)
                reason = f"Class `{name}` has no bill for {given}: {error}"
                return ClassReport(name, True, bills, Mistake(imported.file.file, line, reason, ""))
            bills += 1
    if not bills:
        reason = f"Class `{name}`: nothing has a row in all of its tables."
        return ClassReport(name, True, 0, Mistake(imported.file.file, line, reason, "Compare their rows."))
    return ClassReport(name, True, bills, None)
