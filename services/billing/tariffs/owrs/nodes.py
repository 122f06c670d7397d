"""From bytes to YAML nodes, tolerantly: real files come out of spreadsheets, word processors and old editors.

Values stay text exactly as written: a price never passes through a binary float, `3/4"` and `Yes` stay words.
"""

from collections.abc import Iterator

import yaml

from chassis.located_yaml import line_too_deep
from chassis.townpack import Mistake
from services.billing.tariffs.owrs.model import MalformedError

LARGEST_FILE = 2_000_000
MOST_NODES = 200_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = {"", "~", "-", "null", "none", "na", "n/a", "nan", "tbd"}
_LOOKALIKES = str.maketrans({"“": '"', "”": '"', "″": '"', "‘": "'", "’": "'", "\u00a0": " ", "\ufeff": None})


def documents(content: bytes, file: str) -> list[yaml.Node]:
    """The documents of a file. Raises MalformedError with the line where YAML ends."""
    if len(content) > LARGEST_FILE:
        raise MalformedError(Mistake(file, 1, "The file is larger than 2 MB.", "Is it a rate file?"))
    text = _text(content)
    try:
        return _compose(text, file)
    except MalformedError:
        if "\t" not in text:
            raise
        return _compose(text.replace("\t", "  "), file)


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.translate(_LOOKALIKES).replace("\r\n", "\n").replace("\r", "\n")


def _compose(text: str, file: str) -> list[yaml.Node]:
    try:
        _check_depth(text, file)
        return [node for node in yaml.compose_all(text, Loader=_LOADER) if node is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise MalformedError(Mistake(file, line, f"This is not YAML: {error.problem}.", _mend(text, line))) from None
    except yaml.YAMLError as error:
        reason = f"This is not YAML: {str(error).splitlines()[0]}."
        raise MalformedError(Mistake(file, 1, reason, "Save it as plain text.")) from None


def _check_depth(text: str, file: str) -> None:
    line = line_too_deep(text)
    if line:
        raise MalformedError(Mistake(file, line, "This is nested too deep for rates.", "Write it out flat."))


def _mend(text: str, line: int) -> str:
    """The parser often stops a line late, so the two lines above are shown as well."""
    lines = text.splitlines()
    for number in range(min(line, len(lines)), max(line - 3, 0), -1):
        written = lines[number - 1].strip()
        if written and not written.startswith(("#", "- ", "---")) and ":" not in written:
            return f"Line {number} has no colon: `{written[:60]}`."
    return "Check indentation, colons and quotes here and in the line above."


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def pairs(node: yaml.Node) -> Iterator[tuple[str, yaml.Node, int]]:
    """Keys, values and lines of a mapping, or of a list of small mappings, which keeps keys in order.

    In such a list `- tier_prices:` is sometimes followed by `depends_on:` at the level of its own name
    instead of one deeper; those are taken as its content.
    """
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            if isinstance(item, yaml.MappingNode):
                yield from pairs(_indented(item))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value).strip(), value, line_of(key)


def _indented(item: yaml.MappingNode) -> yaml.MappingNode:
    if len(item.value) < 2:
        return item
    (name, content), *rest = item.value
    inside = {key.value for key, _ in rest}
    if is_empty(content) and inside == {"depends_on", "values"}:
        moved = yaml.MappingNode(item.tag, rest, item.start_mark, item.end_mark)
        return yaml.MappingNode(item.tag, [(name, moved)], item.start_mark, item.end_mark)
    return item


def is_empty(node: yaml.Node) -> bool:
    """Whether nothing is said, in any of the ways that spreadsheets say it."""
    return isinstance(node, yaml.ScalarNode) and node.value.strip().lower() in _NOTHING
