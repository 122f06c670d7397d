"""Writes what others read of the contracts: `schemas/*.json` and `asyncapi.yaml`.

    python -m contracts.generate            write them; a breaking change is refused
    python -m contracts.generate --check    write nothing; fail when a file is not current

The golden messages in `examples/` are not generated: they are what earlier releases wrote, and stay as they are.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from contracts.asyncapi import document
from contracts.compatibility import breaks
from contracts.published import HOME, published, published_schema, schema_file


def generated() -> dict[str, str]:
    """The text of every generated file, by its path below `contracts/`."""
    schemas = {
        schema_file(topic): json.dumps(published_schema(topic), indent=2, ensure_ascii=False) + "\n"
        for topic in published()
    }
    return {**schemas, "asyncapi.yaml": document()}


def stale(home: Path = HOME) -> list[str]:
    """The generated files that are missing, out of date or no longer generated, each with what to do."""
    files = generated()
    return [
        *(f"contracts/{name} is not current: run `make contracts`." for name in _changed(files, home)),
        *(
            f"contracts/schemas/{path.name} belongs to no event any more: an event that was published stays."
            for path in sorted((home / "schemas").glob("*.json"))
            if f"schemas/{path.name}" not in files
        ),
    ]


def breaking(home: Path = HOME) -> list[str]:
    """Each change since the committed schemas that a reader could stumble over."""
    return [
        f"{topic.model.__name__}: {sentence}"
        for topic in published()
        if (file := home / schema_file(topic)).exists()
        for sentence in breaks(json.loads(file.read_text(encoding="utf-8")), published_schema(topic))
    ]


def _changed(files: dict[str, str], home: Path) -> Iterator[str]:
    for name, text in files.items():
        path = home / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield name


def _write(home: Path) -> list[str]:
    files = generated()
    names = list(_changed(files, home))
    for name in names:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(files[name], encoding="utf-8")
    return names


_A_NEW_TOPIC = (
    "A breaking change is a new event on a new topic, published beside the old one. If nobody has ever published this "
    "event outside your own machine, delete its file in contracts/schemas/ and run this again.\n"
)


def main(arguments: list[str], home: Path = HOME) -> int:
    """Write or check; 1 when something is wrong."""
    if refused := breaking(home):
        sys.stderr.write("\n".join(refused) + "\n" + _A_NEW_TOPIC)
        return 1
    if "--check" in arguments:
        late = stale(home)
        sys.stderr.write("".join(f"{sentence}\n" for sentence in late))
        return 1 if late else 0
    sys.stdout.write("".join(f"wrote contracts/{name}\n" for name in _write(home)) or "all files are current\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
