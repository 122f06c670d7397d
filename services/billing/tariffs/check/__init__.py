"""Every mistake of a town's tariffs, with file, line and mend."""

from collections.abc import Callable, Iterator

from chassis.townpack import Bundle, Mistake, errors
from services.billing.tariffs.check.blocks import block_mistakes
from services.billing.tariffs.check.names import name_mistakes, service_circles
from services.billing.tariffs.check.scopes import Opened
from services.billing.tariffs.check.slips import slip_warnings
from services.billing.tariffs.check.tables import table_mistakes
from services.billing.tariffs.check.versions import version_mistakes
from services.billing.tariffs.tariffs import TariffFile, Tariffs, read_tariffs, strangers

_CHECKS: tuple[Callable[[Opened], Iterator[Mistake]], ...] = (
    block_mistakes,
    name_mistakes,
    slip_warnings,
    table_mistakes,
    version_mistakes,
)


def load_tariffs(bundle: Bundle) -> tuple[Tariffs | None, list[Mistake]]:
    """The tariffs of a pack and all that is wrong with them; no tariffs if anything is an error."""
    files = read_tariffs(bundle)
    mistakes = sorted([*strangers(bundle), *_all_mistakes(files)])
    if errors(mistakes):
        return None, mistakes
    return Tariffs({file.service: file.tariff for file in files if file.tariff}, bundle.hash), mistakes


def check(bundle: Bundle) -> list[Mistake]:
    """All that is wrong with the tariffs of a pack, or looks like a slip."""
    return load_tariffs(bundle)[1]


def _all_mistakes(files: list[TariffFile]) -> list[Mistake]:
    services = frozenset(file.service for file in files)
    opened = [Opened(file.service, file.tariff, file.located, services) for file in files if file.tariff is not None]
    found = {mistake for file in files for mistake in file.mistakes}
    found |= {mistake for one in opened for find in _CHECKS for mistake in find(one)}
    return sorted(found | set(service_circles(opened)))
