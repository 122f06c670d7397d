"""What may change in a published event: it may gain optional fields and known values, and nothing else.

Two releases run side by side during an upgrade and messages are kept for weeks, so a new reader meets old messages
and an old reader meets new ones. A change that either of them cannot read is refused here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

_WORDS_FOR_PEOPLE = {"$schema", "$defs", "title", "description"}
_LOOKED_INTO = {"properties", "required", "items", "additionalProperties", "anyOf", "examples"}


def breaks(old: Schema, new: Schema) -> list[str]:
    """Each change from one JSON Schema of an event to the next that a reader could stumble over, as a sentence."""
    return list(_Comparison(old, new).of("", old, new))


@dataclass(frozen=True)
class _Comparison:
    old_root: Schema
    new_root: Schema

    def of(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        old, new = _resolved(old, self.old_root), _resolved(new, self.new_root)
        yield from _rules(path or "the event", old, new)
        yield from _known_values(path, old, new)
        yield from self._fields(path, old, new)
        for step, old_part, new_part in _parts(old, new):
            yield from self.of(f"{path}{step}", old_part, new_part)

    def _fields(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
        old_required, new_required = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(old_fields.keys() | new_fields.keys()):
            where = f"{path}.{name}" if path else name
            if name not in new_fields:
                yield f"{where}: the field is gone, and older readers look for it. Keep it."
            elif name in new_required - old_required:
                yield f"{where}: required now, and older messages do not have it. Give it a default."
            elif name in old_required - new_required:
                yield f"{where}: no longer required, and older readers fail without it. Keep it required."
            elif name in old_fields:
                yield from self.of(where, old_fields[name], new_fields[name])


def _resolved(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return {**target, **{keyword: value for keyword, value in schema.items() if keyword != "$ref"}}


def _rules(where: str, old: Schema, new: Schema) -> Iterator[str]:
    for keyword in sorted((old.keys() | new.keys()) - _WORDS_FOR_PEOPLE - _LOOKED_INTO):
        if old.get(keyword) != new.get(keyword):
            yield (
                f"{where}: {keyword} changed from {old.get(keyword)} to {new.get(keyword)}, so either older messages "
                "or older readers fail. Add another field beside it."
            )


def _known_values(where: str, old: Schema, new: Schema) -> Iterator[str]:
    for value in old.get("examples", ()):
        if value not in new.get("examples", ()):
            yield f'{where}: the value "{value}" is no longer known, and older messages carry it. Keep it.'


def _parts(old: Schema, new: Schema) -> Iterator[tuple[str, Schema, Schema]]:
    for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
        if keyword in old or keyword in new:
            yield step, old.get(keyword, {}), new.get(keyword, {})
    old_choices, new_choices = old.get("anyOf", []), new.get("anyOf", [])
    for number in range(max(len(old_choices), len(new_choices))):
        yield "", _at(old_choices, number), _at(new_choices, number)


def _at(choices: list[Schema], number: int) -> Schema:
    return choices[number] if number < len(choices) else {}
