"""When everything that was asked has been done: all services say so, twice running.

Once is not enough: while the last one was asked, it may have told the first one something new.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from deploy.local.trouble import TroubleError

Look = Mapping[str, Mapping[str, Any]]
"""What each service answered at `/settled`, by its name."""

TIMES = 2


def busy(look: Look) -> dict[str, str]:
    """What the services that are not settled still have to do, by service."""
    return {name: _to_do(said) for name, said in look.items() if not said.get("settled")}


def _to_do(said: Mapping[str, Any]) -> str:
    left = [
        f"{count} {what}"
        for what, count in (("unsent", said.get("unsent")), ("chunks", said.get("chunks_to_do")))
        if count
    ]
    left += [f"{count} of {topic}" for topic, count in said.get("unhandled", {}).items() if count]
    return ", ".join(left) or str(said.get("error", "says no"))


def wait_settled(
    names: Collection[str],
    look: Callable[[Collection[str]], Look],
    pause: Callable[[], None],
    clock: Callable[[], float],
    patience: float,
) -> int:
    """Look until everything is settled twice running; answers how often was looked.

    Whoever has something left to do is asked until it is done, and then everybody again: a look is work for all whom it
    asks. Raises TroubleError when nothing has moved for `patience` seconds by `clock`.
    """
    looks = quiet = 0
    asked, before, since = names, dict[str, str](), clock()
    while quiet < TIMES:
        left = busy(look(asked))
        looks += 1
        quiet = quiet + 1 if asked is names and not left else 0
        if left != before:
            before, since = left, clock()
        elif left and clock() - since > patience:
            told = "; ".join(f"{name}: {what}" for name, what in left.items())
            raise TroubleError(f"The services have not moved on for {patience:.0f} s ({told}): see their logs.")
        asked = left or names
        if left:
            pause()
    return looks
