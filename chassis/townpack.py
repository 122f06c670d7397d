"""A town pack on its way: a bundle of files with a hash, and the mistakes found in it.

A pack is applied, not read: `Bundle` is what travels to every service and is stored there, and `Mistake` is
what a service answers when the pack cannot be accepted.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to mend in a pack: where it stands, what is wrong, and what to do about it.

    An `error` keeps the pack from being applied; a `warning` is what looks like a slip and may be meant.
    """

    file: str
    line: int
    message: str
    mend: str
    severity: Severity = "error"

    def __str__(self) -> str:
        mark = "warning: " if self.severity == "warning" else ""
        return f"{self.file}:{self.line}: {mark}{self.message} {self.mend}".rstrip()


def errors(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Those of the mistakes that keep a pack from being applied."""
    return [mistake for mistake in mistakes if mistake.severity == "error"]


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of one town pack: path inside the pack (with `/`) -> bytes."""

    files: Mapping[str, bytes]
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", MappingProxyType(dict(sorted(self.files.items()))))
        object.__setattr__(self, "hash", _hash(self.files))

    def __reduce__(self) -> tuple[type["Bundle"], tuple[dict[str, bytes]]]:
        return Bundle, (dict(self.files),)

    @staticmethod
    def read(folder: Path) -> "Bundle":
        """The pack in a folder; files and folders whose name begins with a dot are no part of it.

        Raises FileNotFoundError when the folder is not there.
        """
        if not folder.is_dir():
            raise FileNotFoundError(f"There is no town pack in {folder}: it is not a folder.")
        return Bundle({path.relative_to(folder).as_posix(): path.read_bytes() for path in _visible(folder)})

    def under(self, folder: str, suffix: str = "") -> dict[str, bytes]:
        """The files of one folder of the pack whose names end in `suffix`, by path."""
        return {
            path: content
            for path, content in self.files.items()
            if path.startswith(folder.rstrip("/") + "/") and path.endswith(suffix)
        }


def _visible(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _hash(files: Mapping[str, bytes]) -> str:
    # Lengths stand before contents, so that no two packs can run together into the same bytes.
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        name = path.encode()
        digest.update(b"%d:%s%d:" % (len(name), name, len(content)))
        digest.update(content)
    return digest.hexdigest()
