"""YAML that remembers its lines, so that a mistake in a town pack can be told with file, line and mend.

Three things differ from a plain YAML loader, each because a rate is money and the writer is no programmer:
numbers with a point are Decimal and never pass through a binary float; keys are text as written (a meter size
`1` or `3/4` is a name); and only `true` and `false` are booleans, so that `no` and `on` stay words.
"""

import difflib
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from chassis.townpack import Mistake

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 40
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Located:
    """A file's content as plain values, the line of each path in it, and what was wrong with the YAML itself."""

    file: str
    value: object
    lines: Mapping[Path, int]
    mistakes: tuple[Mistake, ...] = ()

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the deepest part of `path` that stands in the file.

        Parts that the file does not have (a tag that a model put into an error, an implied level) are stepped
        over, so that the path of a validation error can be asked for as it is.
        """
        here: Path = ()
        for part in path:
            if (*here, part) in self.lines:
                here = (*here, part)
        return self.lines.get(here, 1)

    def mistake(self, path: Sequence[str | int], message: str, mend: str) -> Mistake:
        return Mistake(self.file, self.line(path), message, mend)


def read(text: str | bytes, file: str) -> Located:
    """The content of a YAML file; what is wrong with the YAML is in its `mistakes`, it never raises."""
    try:
        deep = line_too_deep(text)
        root = None if deep else yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return Located(file, None, {}, (_not_yaml(error, file),))
    if deep:
        return Located(file, None, {}, (Mistake(file, deep, "This is nested too deep.", "Write it out flat."),))
    if root is None:
        mend = "Write its content, or remove the file."
        return Located(file, None, {}, (Mistake(file, 1, "The file is empty.", mend),))
    reading = _Reading(file)
    value = reading.value(root, ())
    return Located(file, value, reading.lines, tuple(reading.mistakes))


def line_too_deep(text: str | bytes) -> int:
    """The line on which YAML nests beyond what anyone means; 0 where it does not.

    Composing nodes recurses in C, so that `[[[[...` would end the whole program; reading events does not.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return event.start_mark.line + 1 if event.start_mark else 1
    return 0


def validate(model: type[M], located: Located) -> tuple[M | None, list[Mistake]]:
    """The content as a model, or the mistakes that keep it from being one."""
    if located.mistakes:
        return None, list(located.mistakes)
    try:
        return model.model_validate(located.value), []
    except ValidationError as error:
        return None, sorted({_mistake(detail, model, located) for detail in error.errors()})


def _not_yaml(error: yaml.YAMLError | UnicodeDecodeError, file: str) -> Mistake:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line + 1
        return Mistake(file, line, f"This is not YAML: {error.problem}.", "Check indentation, colons and quotes.")
    return Mistake(file, 1, f"This is not YAML: {error}.", "Save the file as plain text in UTF-8.")


@dataclass(slots=True)
class _Reading:
    """One walk over the nodes of a document."""

    file: str
    lines: dict[Path, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def value(self, node: yaml.Node, path: Path) -> object:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            # Aliases can also be made to unfold without end; a pack has no need of them.
            self._wrong(node, "A value is repeated by reference (& and *).", "Write the value out.")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        content: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str):
                self._wrong(key_node, "A name is missing before a colon.", "Write one word before the colon.")
            elif key in content:
                self._wrong(key_node, f"`{key}` stands twice.", "Keep one of them.")
            else:
                self.lines[(*path, key)] = key_node.start_mark.line + 1
                content[key] = self.value(value_node, (*path, key))
        return content

    def _wrong(self, node: yaml.Node, message: str, mend: str) -> None:
        self.mistakes.append(Mistake(self.file, node.start_mark.line + 1, message, mend))


def _scalar(node: yaml.Node) -> object:
    text = str(node.value)
    if getattr(node, "style", None):
        return text  # quoted, or a block of text: words, whatever they look like
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _mistake(detail: ErrorDetails, model: type[BaseModel], located: Located) -> Mistake:
    path = detail["loc"]
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "the file")
    match detail["type"]:
        case "missing":
            return located.mistake(path, f"`{name}` is missing.", f"Add `{name}:` here.")
        case "extra_forbidden":
            return located.mistake(path, f"`{name}` is not known here.", _did_you_mean(name, model, path))
        case "value_error" | "assertion_error":
            return located.mistake(path, str(detail["ctx"]["error"]), "")
    return located.mistake(path, f"`{name}` is {_shown(detail['input'])}.", f"{_as_told(detail['msg'])}.")


def _shown(value: object) -> str:
    text = str(value)
    kind = {dict: "a group of names", list: "a list", type(None): "empty"}.get(type(value))
    return kind or repr(text if len(text) <= 40 else text[:37] + "...")


def _as_told(message: str) -> str:
    """Pydantic's own words ("Input should be a valid date"), as something to do."""
    return message.replace("Input should be", "It must be").rstrip(".")


def _did_you_mean(name: str, model: type[BaseModel], path: Sequence[str | int]) -> str:
    known = sorted({known for part in _models_at(model, path[:-1]) for known in _names(part)})
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Known here: {', '.join(known)}." if known else "Remove it."


def _names(model: type[BaseModel]) -> Iterator[str]:
    return (info.alias or name for name, info in model.model_fields.items())


def _models_at(model: type[BaseModel], path: Sequence[str | int]) -> list[type[BaseModel]]:
    """The models that may stand at a path: what a misspelled name could have meant."""
    here: list[type[BaseModel]] = [model]
    for part in path:
        inner = [found for parent in here for found in _models_below(parent, part)]
        here = inner or here
    return here


def _models_below(model: type[BaseModel], part: str | int) -> Iterator[type[BaseModel]]:
    for name, info in model.model_fields.items():
        if part in (name, info.alias):
            yield from _models_in(info.annotation)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif isinstance(annotation, types.GenericAlias | types.UnionType) or typing.get_args(annotation):
        for part in typing.get_args(annotation):
            yield from _models_in(part)
