"""YAML nodes to a rate file. What is odd but clear is read with a warning; what is not is refused, class by class."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePath

import yaml

from chassis.townpack import Mistake
from services.billing.tariffs.owrs import metadata
from services.billing.tariffs.owrs.keys import OTHERWISE, sameness, spelled, split_key
from services.billing.tariffs.owrs.model import (
    Broken,
    CustomerClass,
    Entry,
    Lookup,
    MalformedError,
    RateFile,
    Scalar,
    Tiers,
)
from services.billing.tariffs.owrs.nodes import MOST_NODES, documents, is_empty, line_of, pairs

DEEPEST_LOOKUP = 6
LONG_AGO = date(1900, 1, 1)

Keyed = Mapping[str, tuple[yaml.Node, int]]


def read(content: bytes, file: str) -> RateFile:
    """What the file says. Raises MalformedError when it says nothing that could be priced."""
    return _Reading(file).file(documents(content, file))


@dataclass(slots=True)
class _Reading:
    name: str
    warnings: list[Mistake] = field(default_factory=list)
    seen: int = 0

    def file(self, nodes: list[yaml.Node]) -> RateFile:
        top: dict[str, list[tuple[yaml.Node, int]]] = {}
        for node in nodes:
            for key, value, line in pairs(node):
                top.setdefault(_plain(key).lower(), []).append((value, line))
        if "rate_structure" not in top:
            raise self._malformed(1, "There is no `rate_structure`.", "Is this an OWRS file?")
        classes, refused = self._classes([node for node, _ in top["rate_structure"]])
        if not classes and not refused:
            line = top["rate_structure"][0][1]
            raise self._malformed(line, "`rate_structure` has no class.", "Write the rates of a class under it.")
        said = self._keyed(top.get("metadata", []))
        return RateFile(
            file=self.name,
            utility=self._said(said, "utility_name") or PurePath(self.name).stem,
            effective=self._effective(said),
            bills_a_year=self._bills_a_year(said),
            unit=metadata.unit_of(self._unit_text(said)) or "ccf",
            source=self._source(said),
            classes=classes,
            refused=refused,
            warnings=tuple(self.warnings),
        )

    def _keyed(self, sections: list[tuple[yaml.Node, int]]) -> dict[str, tuple[yaml.Node, int]]:
        return {_plain(key).lower(): (value, line) for node, _ in sections for key, value, line in pairs(node)}

    def _said(self, metadata_of: Keyed, name: str) -> str:
        node, _ = metadata_of.get(name, (None, 0))
        return " ".join(node.value.split()) if isinstance(node, yaml.ScalarNode) and not is_empty(node) else ""

    def _effective(self, said: Keyed) -> date:
        text = self._said(said, "effective_date")
        found = metadata.date_of(text) if text else None
        if found is not None:
            return found
        fallback = metadata.date_in_name(self.name) or LONG_AGO
        line = said["effective_date"][1] if "effective_date" in said else 1
        reason = f"`effective_date` {f'`{text}` is no date' if text else 'is missing'}; {fallback} is taken."
        self._warn(line, reason, "Write it as 2017-07-01.")
        return fallback

    def _bills_a_year(self, said: Keyed) -> int:
        text = self._said(said, "bill_frequency")
        found = metadata.bills_a_year_of(text)
        if found is None:
            line = said["bill_frequency"][1] if "bill_frequency" in said else 1
            shown = f"`{text}` is not known" if text else "is missing"
            self._warn(line, f"`bill_frequency` {shown}; monthly is taken.", "Write monthly or bimonthly.")
        return found or 12

    def _unit_text(self, said: Keyed) -> str:
        name = "bill_unit" if "bill_unit" in said else "unit_type"
        text = self._said(said, name)
        if text and metadata.unit_of(text) is None:
            self._warn(said[name][1], f"`{name}` `{text}` is no unit; ccf is taken.", "Write ccf or kgal.")
        return text or "ccf"

    def _source(self, said: Keyed) -> str:
        link = self._said(said, "prop_218_link") or self._said(said, "source")
        return f"OWRS file {PurePath(self.name).name}" + (f", {link}" if link else "")

    def _classes(self, nodes: list[yaml.Node]) -> tuple[dict[str, CustomerClass], dict[str, Mistake]]:
        classes: dict[str, CustomerClass] = {}
        refused: dict[str, Mistake] = {}
        for key, node, line in (pair for part in nodes for pair in pairs(part)):
            name = " ".join(key.replace(",", " ").split())
            if name in classes or name in refused:
                self._warn(line, f"Class `{name}` stands twice; the later one is taken.", "Keep one.")
            classes.pop(name, None)
            refused.pop(name, None)
            try:
                classes[name] = CustomerClass(name, self._entries(node, line), line)
            except MalformedError as error:
                refused[name] = replace(error.mistake, message=f"Class `{name}`: {error.mistake.message}")
        return classes, refused

    def _entries(self, node: yaml.Node, line: int) -> dict[str, Entry | Broken]:
        entries: dict[str, Entry | Broken] = {}
        for key, value, key_line in pairs(node):
            entry_name = _plain(key)
            if entry_name in entries:
                self._warn(key_line, f"`{key}` stands twice; the later one is taken.", "Keep one.")
            if is_empty(value):
                entries.pop(entry_name, None)  # as if it were not there: only what is used must be said
            else:
                entries[entry_name] = self._entry_or_broken(value, key_line)
        if not entries:
            raise self._malformed(line, "There are no rates.", "Write its charges and its `bill`.")
        return entries

    def _entry_or_broken(self, node: yaml.Node, line: int) -> Entry | Broken:
        try:
            return self._entry(node, line)
        except MalformedError as error:
            return Broken(error.mistake)

    def _entry(self, node: yaml.Node, line: int, depth: int = 0) -> Entry:
        self._count(line, depth)
        if isinstance(node, yaml.ScalarNode):
            return Scalar(" ".join(str(node.value).split()), line)
        found = {_plain(key): (value, key_line) for key, value, key_line in pairs(node)}
        if found.keys() & {"depends_on", "values"}:
            return self._lookup(found, line, depth)
        if isinstance(node, yaml.SequenceNode):
            return self._tiers(node, line)
        raise self._malformed(line, "A table has no `depends_on`.", "Write `depends_on:` and `values:` under the name.")

    def _tiers(self, node: yaml.SequenceNode, line: int) -> Tiers:
        items = []
        for item in node.value:
            self._count(line_of(item), 0)
            if not isinstance(item, yaml.ScalarNode) or is_empty(item):
                raise self._malformed(line_of(item), "A list item is not a number.", "Write one value per dash.")
            items.append(Scalar(" ".join(str(item.value).split()), line_of(item)))
        return Tiers(tuple(items), line)

    def _lookup(self, found: Keyed, line: int, depth: int) -> Entry:
        for name, other in (("depends_on", "values"), ("values", "depends_on")):
            if name not in found or is_empty(found[name][0]):
                raise self._malformed(line, f"There is `{other}` but no `{name}`.", f"Write `{name}:` beside it.")
        names = tuple(self._names(found["depends_on"][0]))
        rows: dict[tuple[str, ...], tuple[tuple[str, ...], Entry]] = {}
        for key, value, row_line in pairs(found["values"][0]):
            if is_empty(value):
                self._warn(row_line, f"Row `{key}` has no value and is left out.", "Write its value.")
                continue
            row = self._row_key(key, names, row_line)
            same = tuple(sameness(name, part) for name, part in zip(names, row, strict=False))
            if same in rows:
                self._warn(row_line, f"Row `{key}` stands twice; the later one is taken.", "Keep one.")
            rows[same] = row, self._entry(value, row_line, depth + 1)
        if not rows:
            raise self._malformed(line, "The table has no rows.", "Write a row for each value under `values:`.")
        return Lookup(names, dict(rows.values()), line)

    def _names(self, node: yaml.Node) -> Iterator[str]:
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from self._names(item)
        elif isinstance(node, yaml.ScalarNode):
            yield from (_plain(part) for part in re.split(r"[|,]", node.value) if part.strip())
        else:
            raise self._malformed(line_of(node), "`depends_on` is not a name.", "Write one name, or a list of names.")

    def _row_key(self, key: str, names: tuple[str, ...], line: int) -> tuple[str, ...]:
        if spelled("", key) == OTHERWISE:
            return (OTHERWISE,)
        parts = split_key(key, names)
        if parts is None:
            wanted = "|".join(names)
            raise self._malformed(line, f"Row `{key}` does not fit `depends_on`.", f"Write its key as {wanted}.")
        return parts

    def _count(self, line: int, depth: int) -> None:
        self.seen += 1
        if self.seen > MOST_NODES or depth > DEEPEST_LOOKUP:
            raise self._malformed(line, "The file refers to itself or is nested too deep.", "Write it out flat.")

    def _warn(self, line: int, message: str, mend: str) -> None:
        self.warnings.append(Mistake(self.name, line, message, mend, "warning"))

    def _malformed(self, line: int, message: str, mend: str) -> MalformedError:
        return MalformedError(Mistake(self.name, line, message, mend))


def _plain(name: str) -> str:
    """A name as formulas can say it."""
    return re.sub(r"\W+", "_", name.strip().strip("\"'").strip())
