"""The tariffs of a town pack as read, and the reading."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chassis.located_yaml import Located, read, validate
from chassis.townpack import Bundle, Mistake
from services.billing.tariffs import words
from services.billing.tariffs.model import Tariff

FOLDER = "tariffs"
_PATH = re.compile(r"tariffs/([a-z][a-z0-9_]*)\.yaml")


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
    """The service that a file is for, by its name. Raises ValueError, in a sentence, if that is no service's."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError(f"`{path}` is no tariff file.")
    return found[1]


def read_tariff(text: str | bytes, path: str) -> TariffFile:
    """A tariff file as a model; its mistakes of form are told, not raised."""
    located = read(text, path)
    tariff, mistakes = validate(Tariff, located)
    return TariffFile(service_of(path), located, tariff, tuple(mistakes))


def read_tariffs(bundle: Bundle) -> list[TariffFile]:
    """The tariff files of a pack, in the order in which a bill names services."""
    files = [read_tariff(content, path) for path, content in bundle.under(FOLDER).items() if _PATH.fullmatch(path)]
    return sorted(files, key=lambda file: words.place(file.service))


def strangers(bundle: Bundle) -> list[Mistake]:
    """Files among the tariffs that would never be read."""
    message = "This file is not read: a tariff is `tariffs/<service>.yaml`, in lower case."
    return [
        Mistake(path, 1, message, "Rename it, or move it out of the folder.")
        for path in bundle.under(FOLDER)
        if not _PATH.fullmatch(path)
    ]
