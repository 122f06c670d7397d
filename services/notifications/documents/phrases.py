"""What stands in English inside a bill's lines, in the reader's language: where a block of usage lies."""

import re

from services.notifications.documents.wording import Wording

_NUMBER = r"[0-9][0-9,.]*"
_BOUNDS = (
    ("block.first", re.compile(rf"first (?P<to>{_NUMBER}) (?P<unit>.+)")),
    ("block.over", re.compile(rf"over (?P<from_>{_NUMBER}) (?P<unit>.+)")),
    ("block.between", re.compile(rf"(?P<from_>{_NUMBER}) to (?P<to>{_NUMBER}) (?P<unit>.+)")),
    ("block.all", re.compile("all usage")),
)
"""As billing's tariffs write them after the name of a charge: `Water usage, 16 to 22.5 kgal`."""


def charge_name(service: str, code: str, description: str, wording: Wording) -> str:
    """A charge's name: the town's own (`line.water.usage`) if it has one in this language, else the tariff's.

    The bounds of its block stay with it, in the reader's language.
    """
    name, _, last = description.rpartition(", ")
    bounds = _bounds(last, wording) if name else None
    if bounds is None:
        return wording.line(service, code, description)
    return f"{wording.line(service, code, name)}, {bounds}"


def _bounds(words: str, wording: Wording) -> str | None:
    for key, form in _BOUNDS:
        if found := form.fullmatch(words):
            values = found.groupdict()
            if "unit" in values:
                values["unit"] = wording.name("unit", values["unit"])
            return wording.say(key, **values)
    return None
