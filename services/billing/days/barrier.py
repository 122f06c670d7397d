"""Who is done with a day, and what is said when a new one is asked for too soon. Pure."""

from collections.abc import Collection
from datetime import date

from contracts.topics import SERVICES


def missing(done: Collection[str]) -> tuple[str, ...]:
    """The services that have not said that they are done."""
    return tuple(name for name in SERVICES if name not in done)


def too_soon(last: date, day: date, left: Collection[str]) -> str:
    """Why a day can't begin yet, and what to do."""
    return (
        f"{day} can't begin yet: {_listed(left)} {'has' if len(left) == 1 else 'have'} not finished {last}. "
        "`curbstop day status` shows what each has done. If one can't finish, a coordinator may override, saying why."
    )


def _listed(names: Collection[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
