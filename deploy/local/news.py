"""How the stack tells what it is doing: a part's name and its news, for a person who waits."""

from collections.abc import Callable

Tell = Callable[[str, str], None]

STARTING = "starting"
READY = "ready"


def silent(part: str, news: str) -> None:
    """Nobody waits."""
