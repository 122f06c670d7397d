"""Reads a file of JSON messages so that each keeps its own text and line, and a broken one does not hide the rest."""

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_OBJECT_AT_LINE_START = re.compile(r"^{", re.MULTILINE)
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True)
class Message:
    """One message: its own text, the line it begins on, and what is in it (numbers as text, never floats)."""

    line: int
    text: str
    value: Any
    given_twice: tuple[str, ...] = ()

    def line_of(self, field: str) -> int:
        """The line a field stands on; the message's own when it is not there."""
        found = re.search(re.escape(json.dumps(field, ensure_ascii=False)) + r"\s*:", self.text)
        return self.line + (self.text.count("\n", 0, found.start()) if found else 0)


@dataclass(frozen=True)
class Broken:
    """A place where the JSON cannot be read."""

    line: int
    why: str


def messages_in(text: str) -> Iterator[Message | Broken]:
    """The messages of a file: one JSON value, an array of them, or one a line."""
    return _File(text.removeprefix("\ufeff")).messages()


class _File:
    def __init__(self, text: str) -> None:
        self.text = text
        self.line_starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def messages(self) -> Iterator[Message | Broken]:
        start = self.after_space(0)
        return self.array(start + 1) if self.text[start : start + 1] == "[" else self.sequence(start)

    def sequence(self, at: int) -> Iterator[Message | Broken]:
        """Values one after another; an object that begins a line is a new message, whatever the line before lacks."""
        while at < len(self.text):
            following = _OBJECT_AT_LINE_START.search(self.text, at + 1)
            limit = following.start() if following else len(self.text)
            found, end = self.one(self.text[at:limit], 0, at)
            yield found
            at = limit if isinstance(found, Broken) else self.after_space(end)

    def array(self, at: int) -> Iterator[Message | Broken]:
        at = self.after_space(at)
        while self.text[at : at + 1] != "]":
            found, end = self.one(self.text, at, 0)
            yield found
            if isinstance(found, Broken):
                return
            at = self.after_space(end)
            if self.text[at : at + 1] == ",":
                at = self.after_space(at + 1)
            elif self.text[at : at + 1] != "]":
                yield Broken(self.line(at), "a comma or the closing ] of the array is missing")
                return

    def one(self, window: str, at: int, before: int) -> tuple[Message | Broken, int]:
        """The value that begins there in a part of the file, and where in the file it ends or cannot be read on."""
        twice: list[str] = []

        def noting_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            twice.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
            return dict(pairs)

        as_text = json.JSONDecoder(object_pairs_hook=noting_repeats, parse_float=str, parse_int=str, parse_constant=str)
        try:
            value, end = as_text.raw_decode(window, at)
        except json.JSONDecodeError as error:
            why = f"{error.msg[:1].lower()}{error.msg[1:]} (column {error.colno})"
            # At the end of a cut line the decoder has already stepped over the line break.
            where = before + len(window[: error.pos].rstrip())
            return Broken(self.line(where), why), before + error.pos
        except RecursionError:
            return Broken(self.line(before + at), "it is nested too deeply"), before + at
        return Message(self.line(before + at), window[at:end], value, tuple(twice)), before + end

    def after_space(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def line(self, at: int) -> int:
        return bisect_right(self.line_starts, at)
