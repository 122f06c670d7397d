"""The attributes that a file asks for, and one spelling for each of their values through the whole file."""

from dataclasses import dataclass, field

from services.billing.tariffs.attributes import WELL_KNOWN
from services.billing.tariffs.owrs.keys import OTHERWISE, sameness, spelled
from services.billing.tariffs.owrs.names import MEANS, Kind

_STRENGTH: dict[Kind, int] = {"word": 0, "flag": 1, "number": 2}


@dataclass(slots=True)
class Vocabulary:
    kinds: dict[str, Kind] = field(default_factory=dict)
    _spellings: dict[tuple[str, str], str] = field(default_factory=dict)

    def copy(self) -> "Vocabulary":
        return Vocabulary(dict(self.kinds), dict(self._spellings))

    def attribute(self, name: str, kind: Kind) -> str:
        """Takes note of an attribute; gives the spelling of its name that came first."""
        lower = name.lower()
        known = self.known(name) or (lower if lower in MEANS or lower in WELL_KNOWN else name)
        before = self.kinds.get(known, kind)
        self.kinds[known] = max(before, kind, key=lambda each: _STRENGTH[each])
        return known

    def known(self, name: str) -> str | None:
        return next((known for known in self.kinds if known.casefold() == name.casefold()), None)

    def spell(self, attribute: str, value: str) -> str:
        """A value for a table key, as it was first spelled in the file."""
        if value == OTHERWISE:
            return value
        key = attribute.casefold(), sameness(attribute, value)
        return self._spellings.setdefault(key, spelled(attribute, value))

    def respelled(self, attribute: str, value: str) -> str:
        """A given value in the file's spelling, if the file has such a value; else as given."""
        return self._spellings.get((attribute.casefold(), sameness(attribute, value)), value)

    def declared(self) -> dict[str, dict[str, str]]:
        """`attributes:` of a tariff: those that tariffs don't know by name, or know as something else."""
        declared = {}
        for name, kind in sorted(self.kinds.items()):
            known = WELL_KNOWN.get(name)
            if known is None or known.kind != kind:
                means = MEANS.get(name.lower(), f"as the rate file's {name}")
                declared[name] = {"kind": kind, "means": means}
        return declared
