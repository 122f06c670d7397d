"""An imported rate file as the folder of a town pack."""

import re
from pathlib import Path

import yaml

from services.billing.tariffs.owrs.importer import TARIFF_PATH, Imported

_TOWN = """\
# Begun by `curbstop owrs import`. A rate file doesn't say where the town is: check state and time zone.
town:
  key: {key}
  name: {name}
  state: CA
  time_zone: America/Los_Angeles
  languages: [en, es]
"""


class PackExistsError(FileExistsError):
    """The folder already has rates, which an import must not overwrite."""


def write_pack(imported: Imported, folder: Path, replace: bool = False) -> list[Path]:
    """Writes the tariff, and a town.yaml if there is none; gives the files written. Raises PackExistsError."""
    tariff, town = folder / TARIFF_PATH, folder / "town.yaml"
    if tariff.exists() and not replace:
        raise PackExistsError(f"{tariff} is there already. Name another folder, or say --replace.")
    tariff.parent.mkdir(parents=True, exist_ok=True)
    tariff.write_text(_heading(imported) + imported.text, encoding="utf-8")
    if town.exists():
        return [tariff]
    town.write_text(_town(imported.file.utility), encoding="utf-8")
    return [town, tariff]


def _town(utility: str) -> str:
    key = re.sub(r"[^a-z0-9]+", "-", utility.lower()).strip("-") or "town"
    name = yaml.safe_dump(utility, allow_unicode=True, width=1_000).removesuffix("\n").removesuffix("\n...")
    return _TOWN.format(key=key, name=name)


def _heading(imported: Imported) -> str:
    lines = [f"# {imported.file.utility}: imported from {imported.file.file}."]
    lines += [f"# Not imported: {mistake.message}" for mistake in imported.refused.values()]
    return "".join(f"{line}\n" for line in lines)
