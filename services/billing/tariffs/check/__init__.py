"""Every mistake of a town's tariffs, with file, line and mend."""

from chassis.townpack import Bundle, Mistake, errors
from services.billing.tariffs.tariffs import TariffFile, Tariffs, read_tariffs


def load_tariffs(bundle: Bundle) -> tuple[Tariffs | None, list[Mistake]]:
    """The tariffs of a pack and all that is wrong with them; no tariffs if anything is an error."""
    files = read_tariffs(bundle)
    mistakes = _all_mistakes(files)
    if errors(mistakes):
        return None, mistakes
    return Tariffs({file.service: file.tariff for file in files if file.tariff}, bundle.hash), mistakes


def check(bundle: Bundle) -> list[Mistake]:
    """All that is wrong with the tariffs of a pack, or looks like a slip."""
    return load_tariffs(bundle)[1]


def _all_mistakes(files: list[TariffFile]) -> list[Mistake]:
    return sorted(mistake for file in files for mistake in file.mistakes)
