"""What each service's image installs: the packages that its own code imports, and the chassis and contracts behind it.

`python -m deploy.docker.requirements` (part of `make lock`) reads the imports and writes `requirements-<service>.lock`
beside this file, each package with its hashes and in the version that requirements.lock has. The operator's image, with
the `curbstop` command, installs requirements.lock itself.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from contracts.topics import SERVICES

REPOSITORY = Path(__file__).resolve().parents[2]
OURS = frozenset({"contracts", "chassis", "services", "deploy", "curbstop", "tests"})
MAILBOX = ["aiosmtpd>=1.4"]
STARTED = ("chassis.serving", "chassis.migrating", "chassis.probe")
"""Modules that an image runs by name: imported by nobody."""
NAMED = frozenset({"uvloop", "httptools"})
"""Modules of others that `chassis.serving` asks uvicorn for by name."""


def lock_of(service: str) -> Path:
    """The hash-locked packages of a service's image."""
    return Path(__file__).parent / f"requirements-{service}.lock"


def modules_of(service: str) -> set[str]:
    """Top-level modules of others that a service's process may import, now or later."""
    found = {module.partition(".")[0] for path in _files_of(service) for module in _imported(path)}
    return (found | NAMED) - OURS - sys.stdlib_module_names


def _files_of(service: str) -> set[Path]:
    """The service's own files, and those of the chassis and the contracts that their imports lead to."""
    ahead = [path for path in (REPOSITORY / "services" / service).rglob("*.py") if path.name != "cli.py"]
    ahead += [path for module in STARTED for path in _ours(module)]
    found: set[Path] = set()
    while ahead:
        path = ahead.pop()
        if path not in found:
            found.add(path)
            ahead += [file for module in _imported(path) for file in _ours(module)]
    return found


def _ours(module: str) -> list[Path]:
    """A module's file here and those of the packages it stands in; none for a module of others, or a mere name."""
    parts = module.split(".")
    if parts[0] not in OURS:
        return []
    above = [REPOSITORY.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    return [file for file in (*above, REPOSITORY.joinpath(*parts).with_suffix(".py")) if file.is_file()]


def _imported(path: Path) -> Iterator[str]:
    """What a file imports. `from package import name` may mean a module: both are given."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def needed_by(service: str) -> list[str]:
    """Lines of pyproject.toml that an image needs; ValueError for an import that no line brings."""
    if service == "mailbox":
        return MAILBOX
    lines = {_name(line): line for line in _declared()}
    providers = packages_distributions()
    wanted: set[str] = set()
    for module in modules_of(service):
        names = {_name(one) for one in providers.get(module, ())} & lines.keys()
        if not names and not _brought_along(module):
            raise ValueError(f"{service} imports {module}, which no line of pyproject.toml's dependencies brings.")
        wanted |= names
    return sorted(lines[name] for name in wanted)


def _brought_along(module: str) -> bool:
    """Parts of packages that are declared: they come with them."""
    return module in ("starlette", "pydantic_core", "dateutil", "markupsafe")


def _declared() -> list[str]:
    return list(tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["dependencies"])


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")


def locked(file: Path) -> dict[str, frozenset[str]]:
    """Package and version, as name==version, with their hashes."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in file.read_text().splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", line):
            name = f"{_name(match.group(1))}=={match.group(2)}"
            found.setdefault(name, set())
        elif "--hash=" in line:
            found[name].add(line.split("--hash=")[1].rstrip(" \\"))
    return {name: frozenset(hashes) for name, hashes in found.items()}


def main() -> None:
    """Write every service's file."""
    how = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    for service in (*SERVICES, "mailbox"):
        command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", *how]
        command += ["--constraints", str(REPOSITORY / "requirements-dev.lock"), "-", "-o", str(lock_of(service))]
        subprocess.run(command, input="\n".join(needed_by(service)), text=True, check=True)


if __name__ == "__main__":
    main()
