"""The least or the most that several charges together may come to."""

from dataclasses import dataclass

from services.billing.tariffs.steps.posting import Bounds, Posting
from services.billing.tariffs.working import ZERO, Working


@dataclass(slots=True)
class BoundStep:
    """A compiled `Bound`: a line with the difference, or none."""

    posting: Posting
    bounds: Bounds
    of: tuple[str, ...]

    def run(self, working: Working) -> None:
        if not self.posting.applies(working):
            return
        total = sum((working.amounts.get(code, ZERO) for code in self.of), ZERO)
        row = self.bounds.row(total, working)
        if row is not None:
            self.posting.post(working, [row])
