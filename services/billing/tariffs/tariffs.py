"""The tariffs of a town pack as read, and the reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from chassis.located_yaml import Located, read, validate
from chassis.townpack import Bundle, Mistake
from services.billing.tariffs import words
from services.billing.tariffs.model import Tariff

FOLDER = "tariffs"


@dataclass(frozen=True, slots=True)
class Tariffs:
    """Every service's tariff, and the hash of the pack they stand in."""

    services: Mapping[str, Tariff]
    hash: str


@dataclass(frozen=True, slots=True)
class TariffFile:
    """One tariff file with its lines, read well or not."""

    service: str
    located: Located
    tariff: Tariff | None
    mistakes: tuple[Mistake, ...]


def service_of(path: str) -> str:
    return PurePosixPath(path).stem


def read_tariff(text: str | bytes, path: str) -> TariffFile:
    """A tariff file as a model; its mistakes of form are told, not raised."""
    located = read(text, path)
    tariff, mistakes = validate(Tariff, located)
    return TariffFile(service_of(path), located, tariff, tuple(mistakes))


def read_tariffs(bundle: Bundle) -> list[TariffFile]:
    """The tariff files of a pack, in the order in which a bill names services."""
    files = [read_tariff(content, path) for path, content in bundle.under(FOLDER, ".yaml").items()]
    return sorted(files, key=lambda file: words.place(file.service))
