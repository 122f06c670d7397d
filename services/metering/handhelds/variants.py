"""The formats that routes travel in; a town's pack names the one its handhelds speak."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from services.metering.handhelds import neptune_v4, plain_csv
from services.metering.handhelds.route import Returned, Route


@dataclass(frozen=True, slots=True)
class Variant:
    """A writer and a reader of one format, and what such a file is called."""

    write: Callable[[Iterable[Route], str, date], Iterator[str]]
    read: Callable[[str], Returned]
    media_type: str
    suffix: str


VARIANTS: Mapping[str, Variant] = {
    "neptune-v4": Variant(neptune_v4.write, neptune_v4.read, "text/plain; charset=us-ascii", "v4"),
    "csv": Variant(plain_csv.write, plain_csv.read, "text/csv; charset=utf-8", "csv"),
}
