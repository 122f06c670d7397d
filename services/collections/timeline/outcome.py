"""A case after a move, and what the move brings about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec

from services.collections.timeline.case import Case
from services.collections.timeline.effects import Effect

P = ParamSpec("P")


@dataclass(frozen=True)
class Outcome:
    """The case as it is now, and the effects so far, in order."""

    case: Case
    effects: tuple[Effect, ...] = ()

    def then(self, move: Callable[Concatenate[Case, P], "Outcome"], *args: P.args, **more: P.kwargs) -> "Outcome":
        """Go on from here."""
        after = move(self.case, *args, **more)
        return Outcome(after.case, self.effects + after.effects)

    def plus(self, *effects: Effect) -> "Outcome":
        """With more effects."""
        return Outcome(self.case, self.effects + effects)
